"""The page of controls, and signing them off, in a browser."""

import re
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, WebSocket, expect

from pipelines.access.events import SignedOff
from pipelines.access.log import AccessLog, read_access
from pipelines.access.pseudonyms import published_pseudonyms
from pipelines.access.roles import Role, Viewer
from pipelines.cases.events import StatusSet
from pipelines.cases.log import CaseLog
from pipelines.dashboard.server import command_line
from pipelines.dashboard.text import number
from pipelines.outputs.report.compile import compile_controls
from pipelines.outputs.report.content import ControlAnswer, Period
from pipelines.settings import Settings
from pipelines.warehouse.ask import open_reader
from tests.dashboard.browser import Look, dashboard_of, free_port, look, serving
from tests.dashboard.data import HOSTILE
from tests.dashboard.test_agents import metrics
from tests.restored import restored

CONTROL = "SOC 2 CC6.1"
PERIOD = Period(date(2026, 3, 4), date(2026, 3, 5))
LINK = "compliance?from=2026-03-04&to=2026-03-05"
SAME, CHANGED = "yes, unchanged", "The numbers have changed since the last sign-off"


@pytest.fixture(scope="module")
def own(data: Path) -> Iterator[Path]:
    """The data, in which findings are decided and controls are signed off as long as this module runs."""
    with restored(data, "access", "cases"):
        yield data


@pytest.fixture(scope="module")
def address(browser: Browser, own: Path) -> Iterator[str]:  # noqa: ARG001 - no server without a browser
    """The address of the dashboard over that data, for a reviewer."""
    with dashboard_of(own) as served:
        yield served


@pytest.fixture(scope="module")
def undecided(own: Path) -> Iterator[str]:
    """Findings of the control on which nobody has decided, one after the other."""
    query = "select finding_id from findings where day >= '2026-03-04' and list_contains(controls, ?) order by 1"
    with open_reader(own) as connection:
        found = connection.execute(query, [CONTROL]).fetchall()
    return iter([str(finding_id) for (finding_id,) in found])


def answer(own: Path) -> ControlAnswer:
    """What the report says of the control."""
    return next(each for each in compile_controls(own, PERIOD) if each.control.id == CONTROL)


def decide(own: Path, finding_id: str) -> None:
    """Somebody resolves a finding meanwhile."""
    event = StatusSet(finding_id=finding_id, status="resolved")
    CaseLog(own).write("kim", lambda _, __: [event])


def keep(socket: WebSocket, frames: list[bytes]) -> None:
    """Keeps what the server sends."""
    socket.on("framereceived", lambda frame: frames.append(frame if isinstance(frame, bytes) else frame.encode()))


def press(window: Look, label: str) -> Page:
    """The page after a button was pressed and has done its work."""
    window.page.get_by_role("button", name=label).click()
    return window.settle()


def test_list_counts_what_the_report_counts(window: Look, own: Path) -> None:
    answers = compile_controls(own, PERIOD)
    page = window.open(LINK)
    expect(page.get_by_text("a proposal, to be confirmed by the reader")).to_be_visible()
    shown = metrics(page)
    assert shown["Controls"] == number(len(answers))
    assert shown["With exceptions"] == number(sum(each.exceptions > 0 for each in answers))
    assert shown["On logs with known gaps"] == number(sum(each.completeness.exceptions > 0 for each in answers))
    page.get_by_text("Command", exact=True).click()
    expect(page.get_by_text("whoseagent report --from 2026-03-04 --to 2026-03-05 --out")).to_be_visible()
    assert window.barriers() == []
    window.shot("compliance-light")

    page = window.open(f"{LINK}&framework=ISO/IEC+27001&exceptions=true")
    excepted = [each for each in answers if each.control.framework == "ISO/IEC 27001" and each.exceptions]
    assert metrics(page)["Controls"] == number(len(excepted)) == metrics(page)["With exceptions"]


def test_what_is_signed_off_is_what_was_looked_at(window: Look, own: Path, undecided: Iterator[str]) -> None:
    page = window.open(LINK)
    window.choose("Control")
    expect(page).to_have_url(re.compile(r"control=SOC(\+|%20)2(\+|%20)CC6\.1"))
    window.settle()
    expect(page.get_by_role("heading", name=f"{CONTROL} · Logical access")).to_be_visible()
    assert metrics(page)["Exceptions"] == number(answer(own).exceptions)
    press(window, "Sign off for")
    expect(page.get_by_text("a sign-off without a statement is none")).to_be_visible()

    decide(own, next(undecided))
    page.get_by_label("Statement").fill("All writes were looked at. <b>Ticket</b> 1")
    press(window, "Sign off for")
    expect(page.get_by_text("Nothing is signed off")).to_be_visible()
    assert list(read_access(own, "signed_off")) == []
    press(window, "Sign off for")
    expect(page.get_by_text(SAME)).to_be_visible()
    (entry,) = read_access(own, "signed_off")
    assert isinstance(entry.what, SignedOff)
    assert (entry.what.control, entry.what.tenant_id) == (CONTROL, None)
    assert (entry.what.first_day, entry.what.last_day) == (PERIOD.first_day, PERIOD.last_day)
    assert entry.what.answer_sha256 == answer(own).sha256
    window.settle()
    assert window.barriers() == []
    window.shot("control-light")

    decide(own, next(undecided))
    page = window.open(f"{LINK}&control={CONTROL}")
    expect(page.get_by_text(CHANGED)).to_be_visible()
    page = window.open(f"compliance?from=2026-03-05&to=2026-03-05&control={CONTROL}")
    assert metrics(page)["Signed off for this period"] == "no"


def test_viewer_signs_nothing_and_meets_nobody(browser: Browser, own: Path, tmp_path: Path) -> None:
    query = "select min(user_upn) from attributed_requests where user_id is not null"
    with open_reader(own) as connection:
        ((someone,),) = connection.execute(query).fetchall()
    event = SignedOff(
        control=CONTROL,
        first_day=PERIOD.first_day,
        last_day=PERIOD.last_day,
        statement=f"{someone} {HOSTILE[0]}",
        answer_sha256="0f" * 32,
    )
    AccessLog(own).write(Viewer(someone, Role.REVIEWER, is_signed_in=True), event)
    config = tmp_path / "whoseagent.toml"
    config.write_text('[dashboard]\nlocal_role = "viewer"\n')
    port = free_port()
    command = command_line("127.0.0.1", port, Settings(data=own), config, opens_browser=False)
    frames: list[bytes] = []
    with serving([sys.executable, *command], port) as address, look(browser, address) as window:
        window.page.on("websocket", lambda socket: keep(socket, frames))
        page = window.open(f"{LINK}&control={CONTROL}")
        expect(page.get_by_text("Signing off takes the role reviewer.")).to_be_visible()
        assert page.get_by_role("button", name="Sign off").count() == 0
        page = window.open(f"{LINK}&control=<img src=x onerror=alert(1)>&framework=[a](https://evil.example.com)")
        expect(page.get_by_text("control=<img src=x onerror=alert(1)> in the link is ignored")).to_be_visible()
        assert metrics(page)["Controls"] == number(len(compile_controls(own, PERIOD)))
        assert (window.errors, window.elsewhere) == ([], [])
    sent = b"".join(frames).lower()
    pseudonyms = published_pseudonyms(own)
    assert str(pseudonyms.of_label(someone, None)).lower().encode() in sent
    assert someone.lower().encode() not in sent


def test_dark_theme_keeps_nobody_out_either(browser: Browser, address: str) -> None:
    with look(browser, address, "dark") as window:
        for name, link in {"compliance": LINK, "control": f"{LINK}&control={CONTROL}&exceptions=true"}.items():
            window.open(link)
            assert window.barriers() == []
            window.shot(f"{name}-dark")
        assert (window.errors, window.elsewhere) == ([], [])
