"""The report as PDF, printed by the Chromium of this machine."""

import os
import re
import shutil
import subprocess
import tempfile
from datetime import datetime
from pathlib import Path

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_LONGEST_SECONDS = 180
_TIMES = re.compile(rb"/(CreationDate|ModDate) \(D:\d{14}")
_NODE = re.compile(rb"\(node(\d{8})\)")
_OPTIONS = (
    "--headless",
    "--disable-gpu",
    "--disable-extensions",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
    "--no-first-run",
    "--no-default-browser-check",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--proxy-server=127.0.0.1:9",  # nothing listens on the discard port: what asks for a network gets none
    "--no-pdf-header-footer",
    "--generate-pdf-document-outline",
)


class PdfError(Exception):
    """The browser printed nothing; the message says why."""


def find_browser() -> Path | None:
    """The Chromium or Chrome of this machine; None where there is none."""
    found = next((path for name in _NAMES if (path := shutil.which(name))), None)
    return Path(found) if found else None


def print_pdf(browser: Path, page: Path, target: Path, printed_at: datetime | None) -> None:
    """Prints the HTML file. The same page gives the same bytes from the same browser. Raises PdfError."""
    with tempfile.TemporaryDirectory(prefix="whoseagent-browser-") as profile:
        command = [
            str(browser),
            *_OPTIONS,
            *(["--no-sandbox"] if os.geteuid() == 0 else []),  # Chromium's sandbox does not start for root
            f"--user-data-dir={profile}",
            f"--print-to-pdf={target.absolute()}",
            page.absolute().as_uri(),
        ]
        try:
            ended = subprocess.run(  # noqa: S603 - a browser of this machine, and paths of ours
                command, capture_output=True, timeout=_LONGEST_SECONDS, check=False, stdin=subprocess.DEVNULL
            )
        except subprocess.TimeoutExpired:
            raise PdfError(f"{browser.name} did not end within {_LONGEST_SECONDS} seconds") from None
        except OSError as error:
            raise PdfError(f"{browser.name} did not start: {error.strerror}") from error
    if ended.returncode or not target.exists():
        raise PdfError(f"{browser.name} ended with {ended.returncode} and printed nothing")
    target.write_bytes(settled(target.read_bytes(), printed_at))


def settled(content: bytes, printed_at: datetime | None) -> bytes:
    """The PDF without what differs from one printing to the next: its time, and how the browser numbered the nodes.

    What stands in place is as long, as the PDF names places in the file by their offset.
    """
    stamp = f"{printed_at or datetime(2000, 1, 1):%Y%m%d%H%M%S}".encode()  # noqa: DTZ001 - UTC, as all times here
    numbers = {node: b"%08d" % place for place, node in enumerate(sorted(set(_NODE.findall(content))), 1)}
    content = _NODE.sub(lambda found: b"(node" + numbers[found[1]] + b")", content)
    return _TIMES.sub(rb"/\1 (D:" + stamp, content)
