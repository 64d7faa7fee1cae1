"""Items of any source → the batch in which they land: recognised, counted, and freed of secrets."""

import orjson

from pipelines.catalog.detect import UNREADABLE, Detected, Detector
from pipelines.landing.manifest import Kind
from pipelines.landing.writer import Batch
from pipelines.sources.items import AlikeRecords, BadLine, Item, Record
from pipelines.sources.secrets import may_hold_secrets, without_secret


def take(batch: Batch, detector: Detector, item: Item | AlikeRecords) -> int:
    """Adds the item to the batch, under the log and shape it is recognised as; how many records held a secret."""
    if isinstance(item, Record):
        return _take_record(batch, detector, item)
    if isinstance(item, BadLine):
        batch.add_piece(Kind(UNREADABLE, "", reason=item.reason), item.line, item.ends)
        return 0
    return _take_alike(batch, detector, item)


def _take_record(batch: Batch, detector: Detector, record: Record) -> int:
    detected = detector.detect(record.fields)
    clean = without_secret(detected.kind.log, record)
    batch.add(detected.kind, clean.line if clean else record.line)
    _note(batch, detected, 1)
    if clean:
        batch.note_label(detected.kind, "secret removed before landing")
    return int(clean is not None)


def _take_alike(batch: Batch, detector: Detector, alike: AlikeRecords) -> int:
    """Recognises one for all, but each by itself where what it is rests on more than its `Type` and field names."""
    detected = detector.detect(alike.fields)
    if detected.kind.shape != "log_analytics" or may_hold_secrets(detected.kind.log):
        lines = alike.lines.split(b"\n")
        return sum(_take_record(batch, detector, Record(line, orjson.loads(line))) for line in lines)
    batch.add(detected.kind, alike.lines, alike.rows)
    _note(batch, detected, alike.rows)
    return 0


def _note(batch: Batch, detected: Detected, count: int) -> None:
    for name in detected.unknown_fields:
        batch.note_unknown_field(detected.kind, name, count)
    if detected.label:
        batch.note_label(detected.kind, detected.label, count)
