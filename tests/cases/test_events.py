"""A line of the log says exactly what its event says, and what cannot be said is refused."""

from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from pipelines.cases.entry import CaseError, Entry, decode_entry, encode_entry, in_words
from pipelines.cases.events import (
    LONGEST_NAME,
    AppRegistered,
    AppUnregistered,
    Assigned,
    Closed,
    Commented,
    Opened,
    Reopened,
    StatusSet,
    Suppressed,
    Unsuppressed,
)
from pipelines.warehouse.rules import SEVERITIES
from tests.cases.conftest import finding

TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=50).filter(lambda text: text.strip())
NAME = TEXT.filter(lambda text: len(text) <= LONGEST_NAME)
MAYBE = st.none() | NAME
AT = datetime(2026, 3, 2, 10, tzinfo=UTC)
EXPIRY = st.datetimes(datetime(2026, 3, 3), datetime(2027, 3, 2), timezones=st.just(UTC))  # noqa: DTZ001 - bounds are naive
FINDING: dict[str, Any] = {
    "finding_id": NAME, "rule_id": NAME, "title": TEXT, "severity": st.sampled_from(SEVERITIES), "tenant_id": NAME,
    "day": st.dates(), "app_id": MAYBE, "agent_name": MAYBE, "user_id": MAYBE, "user_upn": MAYBE,
    "target_user_id": MAYBE, "target_user_upn": MAYBE, "summary": TEXT,
}  # fmt: skip
SAID = {"owner": NAME, "reason": TEXT, "ticket": MAYBE, "expires_at": EXPIRY}
WHAT = st.one_of(
    st.builds(Opened, **FINDING),
    st.builds(Reopened, **FINDING, reason=TEXT),
    st.builds(Closed, finding_id=NAME, reason=TEXT),
    st.builds(StatusSet, finding_id=NAME),
    st.builds(Assigned, finding_id=NAME, assignee=MAYBE),
    st.builds(Commented, finding_id=NAME, comment=TEXT),
    st.builds(Suppressed, finding_id=NAME, **SAID),
    st.builds(Suppressed, rule_id=NAME, app_id=MAYBE, user_id=MAYBE, **SAID),
    st.builds(Unsuppressed, suppression_id=NAME, reason=TEXT),
    st.builds(
        AppRegistered, app_id=NAME, name=MAYBE, is_agent=st.booleans(), is_sanctioned=st.none() | st.booleans(), **SAID
    ),
    st.builds(AppUnregistered, app_id=NAME, reason=TEXT),
)
ENTRIES = st.builds(Entry, seq=st.integers(0, 2**53), event_id=NAME, at=st.just(AT), actor=NAME, what=WHAT)


@given(ENTRIES)
def test_a_line_says_what_its_event_says(entry: Entry) -> None:
    line = encode_entry(entry)
    assert b"\n" not in line
    assert decode_entry(line, 0) == entry


@pytest.mark.parametrize(
    "change",
    [
        {"surprise": 1},
        {"kind": "exploded"},
        {"comment": 7},
        {"comment": " "},
        {"at": "2026-03-02T10:00:00"},
        {"seq": -1},
        {"previous": None},
    ],
)
def test_what_nobody_writes_is_refused(change: dict[str, object]) -> None:
    line = encode_entry(Entry(event_id="e", at=AT, actor="kim", what=Commented(finding_id="f", comment="x")))
    with pytest.raises(CaseError, match="entry 3 is not as whoseagent writes it"):
        decode_entry(orjson.dumps(orjson.loads(line) | change), 3)


@pytest.mark.parametrize("line", [b"", b"[]", b"1", b"{", b'{"seq": 0}', b"\xff"])
def test_what_is_no_event_is_refused(line: bytes) -> None:
    with pytest.raises(CaseError, match="entry 0 is not as whoseagent writes it"):
        decode_entry(line, 0)


def test_a_version_to_come_asks_for_an_update() -> None:
    line = encode_entry(Entry(event_id="e", at=AT, actor="kim", what=Commented(finding_id="f", comment="x")))
    with pytest.raises(CaseError, match="update whoseagent"):
        decode_entry(line.replace(b'"version":1', b'"version":2'), 0)


@pytest.mark.parametrize(
    "text", ["two\nlines\r\n", "\x1b[31mred\x1b]0;owned\x07", "\u202egnp.exe", "\x00", "x" * 10_000]
)
def test_hostile_text_is_kept_as_data(text: str) -> None:
    entry = Entry(event_id="e", at=AT, actor="kim", what=Commented(finding_id="f", comment=text))
    assert decode_entry(encode_entry(entry), 0) == entry


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x" * 100_000, "comment has 100,000 characters; at most 10,000 are kept"),
        (" \n", "comment is empty"),
        ("\udc80", "comment is no text in UTF-8"),
    ],
)
def test_text_that_is_not_kept_is_refused_with_the_reason(text: str, message: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Commented(finding_id="f", comment=text)
    assert in_words(refused.value) == message


@pytest.mark.parametrize(
    ("scope", "message"),
    [
        ({}, "a suppression names a finding, rule, tenant, app, user or target user"),
        ({"finding_id": "f", "rule_id": "r"}, "a suppression of one finding has no further scope"),
    ],
)
def test_a_suppression_has_one_scope(scope: dict[str, str], message: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Suppressed(owner="o", reason="x", expires_at=AT, **scope)
    assert in_words(refused.value) == message


@pytest.mark.parametrize(
    ("days", "message"), [(0, "expires_at is over already"), (367, "expires_at is more than a year away")]
)
def test_a_suppression_ends_within_a_year(days: int, message: str) -> None:
    what = Suppressed(rule_id="r", owner="o", reason="x", expires_at=AT + timedelta(days=days))
    with pytest.raises(ValidationError) as refused:
        Entry(event_id="e", at=AT, actor="kim", what=what)
    assert in_words(refused.value) == message


def test_a_finding_is_kept_whole() -> None:
    known = finding(user_id="u", agent_name="Mail helper")
    event = Opened(**known.model_dump())
    assert event.model_dump(exclude={"kind"}) == known.model_dump()
