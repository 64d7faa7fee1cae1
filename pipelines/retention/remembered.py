"""What sign-ins that are removed say of objects for good: it stays known, or an agent would pass for a human."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from pipelines.landing.removal import RememberedObject, Removal
from pipelines.warehouse.lake import UNDATED
from pipelines.warehouse.parser import connect
from pipelines.warehouse.warehouse import Warehouse

_MODEL = "signed_in_objects"


def remembered_of(warehouse: Warehouse, days: Iterable[str], before: Iterable[Removal]) -> tuple[RememberedObject, ...]:
    """What the sign-ins of these days say, as far as it was not remembered before. Builds what is not built.

    Of an object with several names each is remembered with the last day on which it stood, because the last one counts.
    """
    days = sorted({*days} - {UNDATED})
    if _MODEL not in warehouse.models or not days:
        return ()
    warehouse.build(_MODEL, days)
    snapshot = warehouse.snapshot()
    files = [file for day in days for file in snapshot.files(snapshot.models[_MODEL], day)]
    known = {_said(each): each.day for removal in before for each in removal.remembered}
    found = [each for each in _read(files) if known.get(_said(each), "") < each.day] if files else []
    names = Counter(said[:3] for said in {*known, *map(_said, found)})
    return tuple(each for each in found if _said(each) not in known or names[_said(each)[:3]] > 1)


def _said(each: RememberedObject) -> tuple[str, str, str, str | None, str | None]:
    return each.tenant_id, each.object_type, each.object_id, each.app_id, each.app_name


def _read(files: Iterable[Path]) -> list[RememberedObject]:
    with connect(macros=False) as connection:
        result = connection.execute(
            """
            select tenant_id, object_type, object_id, app_id, app_name, max(day)::varchar as day
            from read_parquet($files, hive_partitioning = true, hive_types = {'day': date})
            group by tenant_id, object_type, object_id, app_id, app_name
            order by tenant_id, object_type, object_id, app_id, app_name
            """,
            {"files": [str(file) for file in files]},
        )
        columns = [name for name, *_ in result.description or ()]
        return [RememberedObject(**dict(zip(columns, row, strict=True))) for row in result.fetchall()]
