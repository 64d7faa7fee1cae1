"""Who signed off which control, out of the access log of the dashboard."""

from collections.abc import Iterable

from pipelines.access.entry import Entry
from pipelines.access.events import SignedOff
from pipelines.outputs.report.content import Period, SignOff


def sign_offs_in(entries: Iterable[Entry]) -> tuple[SignOff, ...]:
    """The sign-offs among the entries of the access log, newest first."""
    found = [
        SignOff(
            control=entry.what.control,
            period=Period(entry.what.first_day, entry.what.last_day, entry.what.tenant_id),
            statement=entry.what.statement,
            answer_sha256=entry.what.answer_sha256,
            signed_by=entry.actor,
            signed_at=entry.at,
        )
        for entry in entries
        if isinstance(entry.what, SignedOff)
    ]
    return tuple(reversed(found))
