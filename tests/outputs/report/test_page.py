import os
import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest

from pipelines.outputs.report import pdf
from pipelines.outputs.report.compile import compile_report
from pipelines.outputs.report.content import Report, Section
from pipelines.outputs.report.files import write_report
from pipelines.outputs.report.page import SHOWN_ROWS, html_page
from tests.browser import chromium, running_browser

HOSTILE = (
    '"><script src="https://evil.example.com/x.js"></script><img src=x onerror=alert(1)>'
    "</style></code></pre>{{ 7 * 7 }}\u202egpj.exe\x1b[31m"
)


@pytest.fixture(scope="module")
def hostile(report: Report) -> Report:
    """The report with a hostile text in every cell of text, and in the names of its tenants."""
    return replace(
        report,
        tenants=(HOSTILE,),
        sections=tuple(
            replace(
                section,
                tables=tuple(
                    replace(table, rows=table.rows.with_columns(pl.lit(HOSTILE).alias("app_name")))
                    for table in section.tables
                ),
            )
            for section in report.sections
        ),
    )


def test_a_browser_shows_it_without_a_request_an_error_or_a_script(hostile: Report, tmp_path: Path) -> None:
    page_file = tmp_path / "report.html"
    page_file.write_text(html_page(hostile), encoding="utf-8")
    requests: list[str] = []
    said: list[str] = []
    with running_browser() as browser:
        page = browser.new_page()
        page.on("request", lambda request: requests.append(request.url))
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("dialog", lambda dialog: said.append(dialog.message))
        page.goto(page_file.as_uri())
        assert [url for url in requests if not url.startswith("data:")] == [page_file.as_uri()]
        assert said == []
        assert page.locator("script, img, iframe, object, form, [style], [onerror]").count() == 0
        assert page.evaluate("getComputedStyle(document.querySelector('h2')).borderBottomWidth") == "2px"
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        levels = page.eval_on_selector_all("h1, h2, h3", "all => all.map(each => Number(each.tagName[1]))")
        tables = page.eval_on_selector_all(
            "table",
            "all => all.map(each => [!!each.caption, !!each.tHead, each.querySelectorAll('th:not([scope])').length])",
        )
        ids = page.eval_on_selector_all("[id]", "all => all.map(each => each.id)")
        links = page.eval_on_selector_all("a", "all => all.map(each => each.getAttribute('href'))")
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert not [each for each in tables if each != [True, True, 0]]
    assert len(ids) == len(set(ids))
    assert set(links) <= {f"#{name}" for name in ids}


def test_hostile_text_is_shown_as_text(hostile: Report) -> None:
    text = html_page(hostile)
    assert "<script" not in text
    assert "&lt;script src=" in text
    assert "{{ 7 * 7 }}" in text
    assert not {"\u202e", "\x1b"} & set(text)
    assert r"\u202egpj.exe\x1b[31m" in text


def test_a_long_table_says_how_many_rows_there_are(report: Report) -> None:
    longest = max(report.tables, key=lambda table: table.rows.height)
    assert longest.rows.height > SHOWN_ROWS
    assert f"the first {SHOWN_ROWS} of {longest.rows.height:,} rows" in html_page(report)


def test_every_query_stands_in_it_in_full(report: Report) -> None:
    blocks = re.findall(r"<pre><code>(.*?)</code></pre>", html_page(report), re.DOTALL)
    assert len(blocks) == len(report.tables) + 1 > 30  # and the one that counts the controls
    assert not [block for block in blocks if "$" in block]


def test_what_is_not_published_is_said_before_the_numbers(report: Report) -> None:
    text = html_page(report)
    assert text.index("Not everything of the period is here") < text.index('class="lines"')


def test_the_same_data_gives_the_same_files_and_they_print(report: Report, data: Path, tmp_path: Path) -> None:
    chromium()
    again = compile_report(data, report.period)
    for name, each in (("first", report), ("second", again)):
        written = write_report(each, tmp_path / name, with_pdf=True)
        assert written.without_pdf is None
        assert [path.name for path in written.files] == ["report.html", "report.pdf"]
    first, second = ((tmp_path / name / "report.pdf").read_bytes() for name in ("first", "second"))
    assert (tmp_path / "first" / "report.html").read_bytes() == (tmp_path / "second" / "report.html").read_bytes()
    assert first == second
    assert first.startswith(b"%PDF-")
    assert len(re.findall(rb"/Type /Page\b", first)) > 10
    assert f"/CreationDate (D:{report.data_as_of:%Y%m%d%H%M%S}".encode() in first


def test_how_a_browser_numbers_its_nodes_and_when_it_printed_makes_no_difference() -> None:
    printed = (
        b"/CreationDate (D:20260304%s+00'00') /ModDate (D:20260304%s+00'00') /Limits [(node%s) (node%s)] /ID (node%s)"
    )
    first = printed % (b"101112", b"101112", b"00000125", b"00001711", b"00000125")
    second = printed % (b"131415", b"131416", b"00000127", b"00001713", b"00000127")
    assert pdf.settled(first, None) == pdf.settled(second, None)
    assert len(pdf.settled(first, None)) == len(first)
    assert pdf.settled(first, None).endswith(b"[(node00000001) (node00000002)] /ID (node00000001)")


def test_files_are_their_owners_alone_and_nothing_stays_of_what_failed(report: Report, tmp_path: Path) -> None:
    small = replace(report, sections=report.sections[:1], controls=())
    write_report(small, tmp_path / "new" / "report", with_pdf=False)
    assert (tmp_path / "new" / "report").stat().st_mode & 0o077 == 0
    assert (tmp_path / "new" / "report" / "report.html").stat().st_mode & 0o077 == 0
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "kept").touch()
    with pytest.raises(FileExistsError):
        write_report(small, tmp_path / "full", with_pdf=False)
    broken = replace(small, sections=(Section("summary", "Summary", ()),))
    with pytest.raises(Exception, match="tuple"):
        write_report(broken, tmp_path / "broken", with_pdf=False)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["full", "new"]
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["kept"]


def test_without_a_browser_it_says_so(report: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    small = replace(report, sections=report.sections[:1], controls=())
    written = write_report(small, tmp_path / "report", with_pdf=True)
    assert "no Chromium" in str(written.without_pdf)
    assert [path.name for path in written.files] == ["report.html"]


def test_a_browser_that_fails_leaves_no_pdf(report: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = tmp_path / "chromium"
    browser.write_text("#!/bin/sh\nexit 3\n")
    browser.chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    assert pdf.find_browser() == browser
    small = replace(report, sections=report.sections[:1], controls=())
    written = write_report(small, tmp_path / "report", with_pdf=True)
    assert "chromium ended with 3" in str(written.without_pdf)
    assert [path.name for path in written.files] == ["report.html"]
