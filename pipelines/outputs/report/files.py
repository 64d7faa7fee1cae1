"""The report as files in a folder: all of them, or none."""

import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pipelines.durable import create_private_file, make_private_folder, sync_and_close, sync_folder
from pipelines.outputs.report.content import Report
from pipelines.outputs.report.page import html_page
from pipelines.outputs.report.pdf import PdfError, find_browser, print_pdf

HTML, PDF = "report.html", "report.pdf"


@dataclass(frozen=True)
class Written:
    """What was written, and why there is no PDF where one was wanted."""

    files: tuple[Path, ...]
    without_pdf: str | None = None


def write_report(report: Report, folder: Path, *, with_pdf: bool) -> Written:
    """Writes the report into a folder that is new or empty. Raises FileExistsError where it is not, and OSError."""
    content = html_page(report).encode("utf-8")
    with _whole(folder) as working:
        page = working / HTML
        file = create_private_file(page)
        file.write(content)
        sync_and_close(file)
        without_pdf = _print(report, page) if with_pdf else None
        names = sorted(path.name for path in working.iterdir())
    return Written(tuple(folder / name for name in names), without_pdf)


def _print(report: Report, page: Path) -> str | None:
    """Prints the page beside itself; why that was not possible, else None."""
    browser = find_browser()
    if browser is None:
        return "there is no Chromium or Chrome on this machine; print report.html from any browser"
    target = page.with_name(PDF)
    try:
        print_pdf(browser, page, target, report.data_as_of)
    except PdfError as error:
        target.unlink(missing_ok=True)
        return f"{error}; print report.html from any browser"
    target.chmod(0o600)
    return None


@contextmanager
def _whole(folder: Path) -> Iterator[Path]:
    """A working folder beside `folder` that takes its place when the block ends well, and is gone else."""
    folder = folder.absolute()
    make_private_folder(folder.parent)
    working = folder.with_name(f".{folder.name}-{uuid.uuid4().hex}")
    working.mkdir(mode=0o700)
    try:
        yield working
        try:
            working.replace(folder)
        except OSError as error:
            raise FileExistsError(error.errno, "is there already and is not an empty folder", str(folder)) from error
        sync_folder(folder.parent)
    finally:
        shutil.rmtree(working, ignore_errors=True)
