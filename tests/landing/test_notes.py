"""What a manifest entry says about the fields of its records."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.landing.manifest import entries
from pipelines.landing.writer import Kind, Landed, Landing, Source

REQUESTS = Kind("MicrosoftGraphActivityLogs", "diagnostic")
SOURCE = Source("file", "export.ndjson")

Land = Callable[..., list[Landed]]


def test_notes_go_into_the_entry_of_the_record_before(data_folder: Path) -> None:
    with Landing(data_folder, roll_bytes=1).batch(SOURCE) as batch:
        batch.add(REQUESTS, b"1")
        batch.note_unknown_field(REQUESTS, "newField")
        batch.note_label(REQUESTS, "operationVersion=beta", 2)
        batch.add(REQUESTS, b"2")
        batch.note_unknown_field(REQUESTS, "newField", 3)
        batch.note_unknown_field(REQUESTS, "newField")
    first, second = entries(data_folder)
    assert (first.unknown_fields, first.labels) == ({"newField": 1}, {"operationVersion=beta": 2})
    assert (second.unknown_fields, second.labels) == ({"newField": 4}, {})


def test_note_without_a_record_is_refused(data_folder: Path) -> None:
    with Landing(data_folder).batch(SOURCE) as batch, pytest.raises(ValueError, match="no record"):
        batch.note_label(REQUESTS, "label")


def test_notes_are_bounded(data_folder: Path) -> None:
    with Landing(data_folder).batch(SOURCE) as batch:
        batch.add(REQUESTS, b"{}")
        for number in range(1010):
            batch.note_unknown_field(REQUESTS, f"{number:04}" + "x" * 1000)
        batch.note_unknown_field(REQUESTS, "0000" + "x" * 1000)
    (entry,) = entries(data_folder)
    assert len(entry.unknown_fields) == 1001
    assert entry.unknown_fields["…"] == 10
    assert entry.unknown_fields["0000" + "x" * 196] == 2
