"""`whoseagent verify`."""

import re
from pathlib import Path
from typing import Any

from pipelines.access.entry import NAMES as ACCESS
from pipelines.access.log import verify_access
from pipelines.cases.entry import NAMES as CASES
from pipelines.cases.verify import verify_cases
from pipelines.chained.check import ChainCheck
from pipelines.chained.lines import Names, complete_lines, line_sha256
from pipelines.cli.failure import NEGATIVE, WRONG_USE, Failure
from pipelines.cli.show import count, plain, say, write
from pipelines.cli.tables import progress
from pipelines.landing.folder import MANIFEST, landing_folder
from pipelines.landing.verify import Report, verify

_SHOWN = 50
_LEFT_OVER = {"extra", "head", "torn"}
_OF_RETAIN = "removal"


def verify_and_report(data_folder: Path, head: str | None) -> int:
    """Prints whether the evidence is intact; the exit code."""
    if head is not None and not re.fullmatch(r"[0-9a-fA-F]{64}", head):
        raise Failure("--head takes a SHA-256 of 64 hex digits, as `whoseagent verify` prints it", WRONG_USE)
    with progress() as display:
        task = display.add_task("checking landed files")
        report = verify(data_folder, lambda done, total: display.update(task, completed=done, total=total))
    cases, access = verify_cases(data_folder), verify_access(data_folder)
    if not any(found.entries or found.problems for found in (report, cases, access)):
        message = f"nothing has landed in {plain(str(data_folder))}, so there is nothing to verify"
        raise Failure(f"{message}; check --data, or run `whoseagent import PATH…`", NEGATIVE)
    code = _print_problems(report) if report.problems else _print_intact(report)
    code = max(code, _print_chain(cases, CASES, "cases"), _print_chain(access, ACCESS, "access"))
    return max(code, _compare_head(data_folder, head.lower())) if head else code


def _print_intact(report: Report) -> int:
    parts = f"{report.entries:,} entries, {count(report.files, 'file')}, {count(report.rows, 'row')}"
    write(f"{parts}: intact")
    if report.removed:
        write(f"{count(report.removed, 'file')} removed by policy: gone, as the manifest says")
    if report.head:
        write(f"head sha256 {report.head.sha256}")
        write("Keep this hash elsewhere: `whoseagent verify --head HASH` then notices a manifest rewritten as a whole.")
    return 0


def _print_chain(chain: ChainCheck[Any], names: Names, what: str) -> int:
    """Prints whether a log of events is intact; the exit code."""
    for problem in chain.problems[:_SHOWN]:
        write(f"{problem.kind}: {plain(problem.message)}")
    if len(chain.problems) > _SHOWN:
        write(f"… and {count(len(chain.problems) - _SHOWN, 'more problem')}")
    events = count(chain.end.entries, "event")
    if not chain.problems:
        if chain.entries:
            write(f"{events} of {what}: intact; head sha256 of {what} {chain.end.sha256}")
        return 0
    is_mended = all(names.next_writer in problem.message for problem in chain.problems)
    left = f"as an interruption of {names.writer} leaves; {names.next_writer} mends that"
    said = left if is_mended else f"NOT intact; restore {names.file} and {names.head} from a copy"
    say(f"{events} of {what}, {count(len(chain.problems), 'problem')}: {said}")
    return NEGATIVE


def _print_problems(report: Report) -> int:
    for problem in report.problems[:_SHOWN]:
        write(f"{problem.kind}: {plain(problem.message)}")
    if len(report.problems) > _SHOWN:
        write(f"… and {count(len(report.problems) - _SHOWN, 'more problem')}")
    left_over = sum(problem.kind in _LEFT_OVER for problem in report.problems)
    unfinished = sum(problem.kind == _OF_RETAIN for problem in report.problems)
    changed = len(report.problems) - left_over - unfinished
    read = f"{count(report.files, 'file')} could be read, {count(report.rows, 'row')} are intact"
    write(f"{report.entries:,} entries, {read}")
    if changed:
        say(f"NOT intact: {count(changed, 'problem')} that no interrupted import leaves; restore landing/ from a copy")
    if left_over:
        which = f"{count(left_over, 'problem')} (extra, head, torn)"
        say(f"{which} as an interrupted import leaves; import the same files again, then verify again")
    if unfinished:
        say(f"{count(unfinished, 'file')} that an interrupted `retain` has yet to remove; run the same command again")
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
