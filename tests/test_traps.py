"""The traps T1 to T33 of domain fact section 0: which the code has to withstand, and that each such has a test."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

TESTS = Path(__file__).parent
CASES = TESTS / "models" / "cases"

HANDLED = {
    1: "the token id is the sign-in's own id: both are kept as that GUID, and a row without one has the other",
    2: "the 48-character form is the same id: it becomes the same GUID",
    3: "the short form's case counts: it is never folded, and a folded one is another id or none",
    4: "objects of API v1.0 have neither token id nor event type: their own id and flag serve. Collectors ask beta",
    5: "no row names the exchanged token: hops are reconstructed, graded, and never exact",
    6: "the label on-behalf-of is used where it is there and never needed. Asking Graph for it is the collector's work",
    7: "a user object may be an agent's: no human is named by it once any row says so",
    8: "an agent identity's token A is for its blueprint",
    9: "agentIDuser is an agent's account: at neither end of a human's hop, not even when labelled on-behalf-of",
    10: "directory audits leave the agent out: the linked request, or the performer, names it",
    11: "directory audits may name the service principal alone: sign-ins and the inventory know its app, if it is one",
    12: "the client request id ties many to many: held to actor, time and writes, and no link where two fit",
    13: "a confidential client's sign-in has the user's address: another one on the request means nothing",
    14: "managed identities sign in without an address",
    15: "the client's authentication method 2 is no certificate: the sign-in row settles the credential",
    16: "an empty credential type is not `none`; its names and the zero key come in several spellings",
    17: "tokens live from 90 minutes to 28 hours: parents and requests are sought as far back",
    18: "an application's session is no human's",
    19: "raw names differ from columns, and among themselves in case",
    20: "the workspace is not the tenant",
    21: "the envelope's time of a sign-in is that of its delivery",
    22: "records come more than once, byte-identical but for the envelope: one stays; blobs are read on from offsets",
    23: "the duration's unit is not known: it is kept as logged, and named so",
    24: "URIs have double slashes and escaped ampersands",
    25: "an upload session is the write, and a redirect on content the download",
    26: "the envelope of a batch is no write, its inner requests are",
    27: "/me is the token's own user, never an application's victim",
    28: "columns that differ between tables come split. Querying them apart is the collector's work",
    30: "a UPN has several spellings: it is a label, and joins are on object ids",
    31: "the collector's own calls are in the logs that it reads: its app ids are settings, its calls unflagged",
    32: "documents disagree about names of agent types: every one is taken",
    33: "summaries of sign-ins have no token id: they are not read as sign-ins",
}
LATER = {
    29: "the unified audit log is not read yet: its records land, named and unsupported",
}

_NAMES_TRAP = re.compile(r"(?<![a-z0-9])t0?([1-9][0-9]?)(?![0-9a-z])", re.IGNORECASE)


def named_tests() -> Iterator[str]:
    """The names of all tests, and of all given/expect cases."""
    for file in TESTS.rglob("test_*.py"):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                yield node.name
    for file in CASES.glob("*.yaml"):
        yield from yaml.load(file.read_text(encoding="utf-8"), yaml.CSafeLoader)


@pytest.fixture(scope="module")
def tested() -> set[int]:
    return {int(number) for name in named_tests() for number in _NAMES_TRAP.findall(name)}


def test_every_trap_is_handled_or_put_off_with_a_reason() -> None:
    assert sorted([*HANDLED, *LATER]) == list(range(1, 34))


def test_the_list_is_that_of_the_domain_facts(shared_folder: Path) -> None:
    facts = (shared_folder / "domain.md").read_text(encoding="utf-8")
    assert {int(number) for number in re.findall(r"^T(\d+)\. ", facts, re.MULTILINE)} == HANDLED.keys() | LATER.keys()


@pytest.mark.parametrize("trap", sorted(HANDLED))
def test_a_test_is_named_for_every_trap_that_is_handled(trap: int, tested: set[int]) -> None:
    assert trap in tested, f"no test and no case is named for T{trap}: {HANDLED[trap]}"


def test_no_test_is_named_for_a_trap_that_is_put_off(tested: set[int]) -> None:
    assert tested & LATER.keys() == set()
