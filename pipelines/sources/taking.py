"""Items of any source → the batch in which they land: recognised, counted, and freed of secrets."""

from pipelines.catalog.detect import UNREADABLE, Detector
from pipelines.landing.manifest import Kind
from pipelines.landing.writer import Batch
from pipelines.sources.items import Item, Record
from pipelines.sources.secrets import without_secret


def take(batch: Batch, detector: Detector, item: Item) -> bool:
    """Adds the item to the batch, under the log and shape it is recognised as; whether it held a secret."""
    if not isinstance(item, Record):
        batch.add_piece(Kind(UNREADABLE, "", reason=item.reason), item.line, item.ends)
        return False
    detected = detector.detect(item.fields)
    clean = without_secret(detected.kind.log, item)
    batch.add(detected.kind, clean.line if clean else item.line)
    for name in detected.unknown_fields:
        batch.note_unknown_field(detected.kind, name)
    if detected.label:
        batch.note_label(detected.kind, detected.label)
    if clean:
        batch.note_label(detected.kind, "secret removed before landing")
    return clean is not None
