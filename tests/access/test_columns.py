"""Every column that is published or shown has been thought about."""

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from pipelines.access.columns import COLUMNS, Holds
from pipelines.access.frames import holds_text
from pipelines.access.people import read_people
from pipelines.access.pseudonyms import Pseudonyms, published_pseudonyms
from pipelines.outputs.panels import panels
from pipelines.warehouse.ask import open_reader

_TABLES = """
select distinct table_name
from duckdb_columns()
where database_name = 'warehouse' and schema_name = 'main'
order by table_name
"""


@pytest.fixture(scope="module")
def frames(published: Path) -> dict[str, pl.DataFrame]:
    """Some rows of every published table, and of every panel."""
    with open_reader(published) as connection:
        names = [name for (name,) in connection.sql(_TABLES).fetchall()]
        tables = {name: connection.sql(f'select * from "{name}" limit 60').pl() for name in names}
        return tables | {
            name: connection.sql(panel.sql, params=dict.fromkeys(panel.parameters)).pl()
            for name, panel in panels().items()
        }


@pytest.fixture(scope="module")
def pseudonyms(published: Path) -> Pseudonyms:
    with open_reader(published) as connection:
        return Pseudonyms(b"k" * 32, read_people(connection))


def test_every_column_that_can_hold_text_is_classified(frames: dict[str, pl.DataFrame]) -> None:
    assert {"attributed_requests", "case_events", "quarantine", "directory_users"} <= set(frames)
    unknown = {
        f"{table}.{column}"
        for table, frame in frames.items()
        for column, dtype in frame.schema.items()
        if holds_text(dtype) and column not in COLUMNS
    }
    assert sorted(unknown) == [], "say in pipelines/access/columns.py what they hold of people"


def test_nobody_survives_in_any_table_or_panel(frames: dict[str, pl.DataFrame], pseudonyms: Pseudonyms) -> None:
    labels = {label.casefold() for user in pseudonyms.users() for label in pseudonyms.called(user) if len(label) > 3}
    assert len(labels) > 30
    seen = 0
    for name, frame in frames.items():
        before, after = ("\n".join(_texts(each)).casefold() for each in (frame, pseudonyms.hide(frame)))
        seen += any(label in before for label in labels)
        assert {label for label in labels if label in after} == set(), name
    assert seen > 10


def test_a_row_keeps_its_shape_and_one_user_is_one_pseudonym_everywhere(
    published: Path, pseudonyms: Pseudonyms
) -> None:
    with open_reader(published) as connection:
        requests = connection.sql("from attributed_requests order by user_id, request_id limit 60").pl()
    hidden = pseudonyms.hide(requests)
    assert hidden.schema == requests.schema
    known = hidden.filter(pl.col("user_upn").is_not_null() & (pl.col("user_id") == pl.col("user_upn")))
    assert known.height > 5
    assert all(user in statement for user, statement in known.select("user_id", "statement").iter_rows())
    for user_id, pseudonym in zip(requests["user_id"], hidden["user_id"], strict=True):
        user = pseudonyms.user_of(pseudonym) if pseudonym else None
        assert user is None or user.user_id == user_id


def test_pseudonyms_last_as_long_as_the_key(published: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WHOSEAGENT_PSEUDONYM_KEY", "0f" * 32)
    one = published_pseudonyms(published)
    assert published_pseudonyms(published) is one
    monkeypatch.setenv("WHOSEAGENT_PSEUDONYM_KEY", "f0" * 32)
    other = published_pseudonyms(published)
    user = next(iter(one.users()))
    assert one.of_label(user.user_id, user.tenant_id) != other.of_label(user.user_id, user.tenant_id)


def test_what_is_called_free_of_people_is_ids_and_fixed_words() -> None:
    free = {name for name, holds in COLUMNS.items() if holds is Holds.NOBODY}
    assert not {name for name in free if any(word in name for word in ("user_id", "upn", "mail", "owner_name", "ip_"))}


def _texts(frame: pl.DataFrame) -> Iterator[str]:
    for series in frame:
        if holds_text(series.dtype):
            yield from map(str, series.to_list())
