"""A folder as a .zip whose bytes say nothing but what is in it."""

import os
import shutil
import stat
import zipfile
from pathlib import Path

from pipelines.durable import create_private_file

_NO_TIME = (1980, 1, 1, 0, 0, 0)
_STORED = (".parquet", ".pdf", ".zst")
"""What is compressed already."""
_UNIX = 3


def zip_folder(folder: Path, target: Path) -> None:
    """Writes the files of the folder, by name, durably: no times, no owner."""
    with create_private_file(target) as file:
        with zipfile.ZipFile(file, "w") as archive:
            for path in sorted((path for path in folder.rglob("*") if path.is_file()), key=Path.as_posix):
                _add(archive, path, path.relative_to(folder).as_posix())
        file.flush()
        os.fsync(file.fileno())


def _add(archive: zipfile.ZipFile, path: Path, name: str) -> None:
    member = zipfile.ZipInfo(name, _NO_TIME)
    member.compress_type = zipfile.ZIP_STORED if path.suffix in _STORED else zipfile.ZIP_DEFLATED
    member.create_system = _UNIX
    member.external_attr = (stat.S_IFREG | 0o600) << 16
    member.file_size = path.stat().st_size
    with path.open("rb") as read, archive.open(member, "w") as write:
        shutil.copyfileobj(read, write)
