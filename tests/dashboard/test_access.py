"""Who may see what, in a browser: pseudonyms, reasons, and the access log."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, WebSocket, expect

from pipelines.access.events import Looked
from pipelines.access.log import AccessLog, read_access
from pipelines.access.pseudonyms import Pseudonyms, published_pseudonyms
from pipelines.access.roles import Role, Viewer
from pipelines.dashboard.server import command_line
from pipelines.resources import resource_folder
from pipelines.settings import Settings
from tests.dashboard.browser import Look, free_port, look, serving

PAGE = Path(__file__).with_name("people_page.py")


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Settings by which whoever looks on this machine is a viewer, and may reveal."""
    path = tmp_path_factory.mktemp("viewer") / "whoseagent.toml"
    path.write_text('[dashboard]\nlocal_role = "viewer"\nreveal_role = "viewer"\n')
    return path


@pytest.fixture(scope="module")
def people_page(browser: Browser, data: Path, settings: Path) -> Iterator[str]:  # noqa: ARG001 - no server without it
    """The address of the page of people, for a viewer."""
    port = free_port()
    command = command_line("127.0.0.1", port, Settings(data=data), settings, opens_browser=False)
    command[command.index(str(resource_folder("dashboards") / "app.py"))] = str(PAGE)
    with serving([sys.executable, *command], port) as address:
        yield address


@pytest.fixture
def received(browser: Browser, people_page: str) -> Iterator[tuple[Look, list[bytes]]]:
    """A window on it, and all that the server sends to that."""
    with look(browser, people_page) as window:
        frames: list[bytes] = []
        window.page.on("websocket", lambda socket: _keep(socket, frames))
        yield window, frames
        assert (window.errors, window.elsewhere) == ([], [])


def _keep(socket: WebSocket, frames: list[bytes]) -> None:
    socket.on("framereceived", lambda frame: frames.append(frame if isinstance(frame, bytes) else frame.encode()))


def named(frames: list[bytes], pseudonyms: Pseudonyms) -> set[str]:
    """The users' ids, UPNs and names in what was sent."""
    sent = b"\n".join(frames).lower()
    labels = {label for user in pseudonyms.users() for label in pseudonyms.called(user) if len(label) > 3}
    return {label for label in labels if label.casefold().encode() in sent}


def test_a_viewer_meets_nobody_until_a_reason_is_given(received: tuple[Look, list[bytes]], data: Path) -> None:
    window, frames = received
    pseudonyms = published_pseudonyms(data)
    page = window.open()
    expect(page.get_by_text("may: ['reveal']")).to_be_visible()
    assert b"user-" in b"".join(frames)
    assert named(frames, pseudonyms) == set()
    link = page.get_by_text("people?").inner_text()
    pseudonym = link.rpartition("user=")[2]
    user = pseudonyms.user_of(pseudonym)
    assert user is not None

    window.open(f"?user={pseudonym}")
    expect(page.get_by_text("asked: True")).to_be_visible()
    for name in pseudonyms.called(user):
        window.open(f"?user={name}")
        expect(page.get_by_text("asked: False")).to_be_visible()
    assert named(frames, pseudonyms) == set()

    window.open()
    page.get_by_text("Who is behind a pseudonym").click()
    page.get_by_label("Pseudonym").fill(pseudonym)
    page.get_by_role("button", name="Reveal").click()
    expect(page.get_by_text("say why")).to_be_visible()
    assert named(frames, pseudonyms) == set()
    page.get_by_label("Reason").fill("ticket <b>1</b>")
    page.get_by_role("button", name="Reveal").click()
    expect(page.get_by_text(user.user_id)).to_be_visible()
    assert set(pseudonyms.called(user)) <= named(frames, pseudonyms)
    told = [entry.what for entry in read_access(data) if entry.what.kind == "revealed"]
    assert [(each.pseudonym, each.reason) for each in told] == [(pseudonym, "ticket <b>1</b>")]
    window.settle()
    assert window.barriers() == []


def test_a_view_is_written_down_once_and_again_with_other_filters(
    received: tuple[Look, list[bytes]], data: Path
) -> None:
    window, _ = received
    before = len(list(read_access(data)))
    page = window.open("?from=2026-03-04&act=yes")
    expect(page.get_by_text("the role viewer may not work on findings")).to_be_visible()
    page.get_by_label("Time zone").click()
    page.get_by_role("option", name="Africa/Abidjan").click()
    expect(page.get_by_text("Times are those of Africa/Abidjan")).to_be_visible()
    window.settle()
    window.open("?from=2026-03-04")
    views = [entry.what for entry in list(read_access(data))[before:]]
    assert [view.kind for view in views] == ["looked", "refused", "refused", "looked"]
    assert isinstance(views[0], Looked)
    assert views[0].page == "People"
    assert {"from": "2026-03-04", "act": "yes"}.items() <= dict(views[0].filters).items()


def test_what_cannot_be_written_down_is_not_shown(received: tuple[Look, list[bytes]], data: Path) -> None:
    window, frames = received
    log = data / "access" / "events.ndjson"
    AccessLog(data).write(Viewer("kim", Role.VIEWER, is_signed_in=False), Looked(page="People"))
    content = log.read_bytes()
    log.write_bytes(content.replace(b'"kim"', b'"lee"'))
    try:
        page = window.open()
        expect(page.get_by_test_id("stAlert")).to_contain_text("access")
        assert page.get_by_test_id("stDataFrame").count() == 0
        assert b"user-" not in b"".join(frames)
        assert page.get_by_label("Tenant").count() == 0
    finally:
        log.write_bytes(content)
