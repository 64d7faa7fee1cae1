"""`whoseagent verify`."""

import re
from pathlib import Path

from pipelines.cases.entry import NAMES, Entry
from pipelines.cases.verify import verify_cases
from pipelines.chained.check import ChainCheck
from pipelines.chained.lines import complete_lines, line_sha256
from pipelines.cli.failure import NEGATIVE, WRONG_USE, Failure
from pipelines.cli.show import count, plain, say, write
from pipelines.cli.tables import progress
from pipelines.landing.folder import MANIFEST, landing_folder
from pipelines.landing.verify import Report, verify

_SHOWN = 50
_LEFT_OVER = {"extra", "head", "torn"}


def verify_and_report(data_folder: Path, head: str | None) -> int:
    """Prints whether the evidence is intact; the exit code."""
    if head is not None and not re.fullmatch(r"[0-9a-fA-F]{64}", head):
        raise Failure("--head takes a SHA-256 of 64 hex digits, as `whoseagent verify` prints it", WRONG_USE)
    with progress() as display:
        task = display.add_task("checking landed files")
        report = verify(data_folder, lambda done, total: display.update(task, completed=done, total=total))
    cases = verify_cases(data_folder)
    if not report.entries and not report.problems and not cases.entries and not cases.problems:
        message = f"nothing has landed in {plain(str(data_folder))}, so there is nothing to verify"
        raise Failure(f"{message}; check --data, or run `whoseagent import PATH…`", NEGATIVE)
    code = _print_problems(report) if report.problems else _print_intact(report)
    code = max(code, _print_cases(cases))
    return max(code, _compare_head(data_folder, head.lower())) if head else code


def _print_intact(report: Report) -> int:
    parts = f"{report.entries:,} entries, {count(report.files, 'file')}, {count(report.rows, 'row')}"
    write(f"{parts}: intact")
    if report.head:
        write(f"head sha256 {report.head.sha256}")
        write("Keep this hash elsewhere: `whoseagent verify --head HASH` then notices a manifest rewritten as a whole.")
    return 0


def _print_cases(cases: ChainCheck[Entry]) -> int:
    """Prints whether the event log of cases is intact; the exit code."""
    for problem in cases.problems[:_SHOWN]:
        write(f"{problem.kind}: {plain(problem.message)}")
    if len(cases.problems) > _SHOWN:
        write(f"… and {count(len(cases.problems) - _SHOWN, 'more problem')}")
    events = count(cases.end.entries, "event")
    if not cases.problems:
        if cases.entries:
            write(f"{events} of cases: intact; head sha256 of cases {cases.end.sha256}")
        return 0
    is_mended = all(NAMES.next_writer in problem.message for problem in cases.problems)
    left = "as an interrupted triage command leaves; the next one mends that"
    said = left if is_mended else "NOT intact; restore cases/ from a copy"
    say(f"{events} of cases, {count(len(cases.problems), 'problem')}: {said}")
    return NEGATIVE


def _print_problems(report: Report) -> int:
    for problem in report.problems[:_SHOWN]:
        write(f"{problem.kind}: {plain(problem.message)}")
    if len(report.problems) > _SHOWN:
        write(f"… and {count(len(report.problems) - _SHOWN, 'more problem')}")
    left_over = sum(problem.kind in _LEFT_OVER for problem in report.problems)
    changed = len(report.problems) - left_over
    read = f"{count(report.files, 'file')} could be read, {count(report.rows, 'row')} are intact"
    write(f"{report.entries:,} entries, {read}")
    if changed:
        say(f"NOT intact: {count(changed, 'problem')} that no interrupted import leaves; restore landing/ from a copy")
    if left_over:
        which = f"{count(left_over, 'problem')} (extra, head, torn)"
        say(f"{which} as an interrupted import leaves; import the same files again, then verify again")
    return NEGATIVE


def _compare_head(data_folder: Path, kept: str) -> int:
    """Whether the hash kept elsewhere is that of an entry, of the last or of one before it."""
    lines = list(map(line_sha256, complete_lines(landing_folder(data_folder) / MANIFEST)))
    if kept not in lines:
        say("the hash kept elsewhere is of no entry: the manifest was rewritten, or entries were removed from its end")
        return NEGATIVE
    since = len(lines) - 1 - lines.index(kept)
    write(f"The hash kept elsewhere is that of entry {lines.index(kept)}; {since:,} entries were added since.")
    return 0
