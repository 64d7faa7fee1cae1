"""The key of the pseudonyms: without it, nobody can work out who is behind one by trying all users."""

import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path

from pipelines.access.dashboard_settings import PSEUDONYM_KEY
from pipelines.access.log import access_folder
from pipelines.durable import make_private_folder, sync_folder

_BYTES = 32


class PseudonymKeyError(Exception):
    """There is no key that can be used; the message says what to do."""


def pseudonym_key(data_folder: Path) -> bytes:
    """The key from the environment, else of the data folder, where it is made once. Raises PseudonymKeyError."""
    if text := os.environ.get(PSEUDONYM_KEY):
        return _key(text, PSEUDONYM_KEY)
    path = access_folder(data_folder) / "key"
    try:
        if not path.exists():
            _make(path)
        if path.stat().st_mode & 0o077:
            raise PseudonymKeyError(f"others may read {path.name} in the folder access: `chmod 600` it")
        return _key(path.read_text("ascii", "replace").strip(), "access/key")
    except OSError as error:
        message = f"the key of the pseudonyms, access/key, cannot be used ({(error.strerror or str(error)).lower()})"
        raise PseudonymKeyError(f"{message}; check the permissions of the data folder") from error


def _make(path: Path) -> None:
    """Makes the key once, also where many processes do it at once: the first one stays."""
    make_private_folder(path.parent)
    descriptor, name = tempfile.mkstemp(prefix=".key-", dir=path.parent)  # its owner's alone
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_hex(_BYTES))
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(name, path)
    finally:
        Path(name).unlink()
    sync_folder(path.parent)


def _key(text: str, where: str) -> bytes:
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) < _BYTES:
        raise PseudonymKeyError(f"{where} is no key: {_BYTES * 2} hex digits, as `openssl rand -hex {_BYTES}` gives")
    return key
