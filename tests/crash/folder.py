"""A small tenant's logs of two days: files to import, and an archive in the storage emulator to collect from."""

import shutil
from datetime import date
from pathlib import Path

from pipelines.demo import write_inventory, write_tenant
from tests.crash.stages import Place
from tests.emulator import Emulator

_NAME, _DAY = "contoso", "2026-03-04"
_DIRECTORY = ("users.json", "servicePrincipals.json")
_COLLECTED = ("d=04/h=10", "d=04/h=12", "d=03/h=10")
_LATE = ("h=16",)


def prepare(folder: Path, emulator: Emulator, days: int) -> Place:
    """Makes what comes in, below this folder, and in the emulator."""
    tenant_id = write_tenant(
        folder / "made", days=days, scale=0.01, shape="diagnostic", last_day=date(2026, 3, 4)
    ).tenants[_NAME]
    write_inventory(folder / "directory", scale=0.01)
    exported, late = folder / "exported", folder / "late"
    shutil.copytree(folder / "made" / _NAME / "event-hub" / _DAY, exported)
    for name in _DIRECTORY:
        shutil.copy(folder / "directory" / _NAME / "inventory" / name, exported / name)
    archive = folder / "made" / _NAME / "archive"
    late.mkdir()
    for number, path in enumerate(_files(archive, _LATE)):
        shutil.copy(path, late / f"{number}.json")
    config = folder / "whoseagent.toml"
    _fill(emulator, archive)
    tenant = f'[[tenants]]\ntenant_id = "{tenant_id}"\nname = "Contoso"\nstorage = ["{emulator.url}"]\n'
    config.write_text(f"first_collect_days = 3650\n{tenant}")
    return Place(str(folder / "data"), str(exported), str(late), str(config), tenant_id)


def _fill(emulator: Emulator, archive: Path) -> None:
    (container,) = (path.name for path in archive.iterdir())
    emulator.make_container(container)
    for path in _files(archive, _COLLECTED):
        emulator.write(container, path.relative_to(archive / container).as_posix(), path.read_bytes())


def _files(archive: Path, hours: tuple[str, ...]) -> list[Path]:
    return [path for path in sorted(archive.rglob("PT1H.json")) if any(hour in path.as_posix() for hour in hours)]
