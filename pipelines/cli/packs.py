"""Evidence packs: what was written, and `whoseagent verify PACK`."""

import re
from pathlib import Path

from pipelines.cli.failure import NEGATIVE, WRONG_USE, Failure
from pipelines.cli.show import count, plain, say, write
from pipelines.outputs.pack.manifest import Counts
from pipelines.outputs.pack.verify import PackCheck, verify_pack
from pipelines.outputs.pack.write import Pack

_SHOWN = 50


def print_pack(pack: Pack) -> None:
    """Prints what a pack that was just written holds, and the hash to keep."""
    counts = pack.counts
    write(f"{plain(str(pack.path))}: {count(pack.files, 'file')}, {count(counts.records, 'original record')}")
    if counts.missing:
        write(f"  {count(counts.missing, 'record')} could not be found in landing: records/index.ndjson says why")
    if counts.exceptions_left_out:
        write(f"  {count(counts.exceptions_left_out, 'exception')} beyond the limit of a pack, without records")
    write(f"pack sha256 {pack.sha256}")
    write("Keep this hash elsewhere: `whoseagent verify PACK --head HASH` then notices a pack that was made anew.")


def verify_pack_and_report(pack: Path, data_folder: Path | None, head: str | None) -> int:
    """Prints whether the pack is what was made; the exit code."""
    if head is not None and not re.fullmatch(r"[0-9a-fA-F]{64}", head):
        raise Failure("--head takes a SHA-256 of 64 hex digits, as it was printed when the pack was made", WRONG_USE)
    if not pack.exists():
        raise Failure(f"{plain(str(pack))} is not there; PACK is an evidence pack, a folder or a .zip", WRONG_USE)
    check = verify_pack(pack, data_folder)
    code = _print_problems(check) if check.problems else _print_intact(check, data_folder)
    return max(code, _compare(check, head.lower())) if head else code


def _print_problems(check: PackCheck) -> int:
    for problem in check.problems[:_SHOWN]:
        write(f"{problem.kind}: {plain(problem.message)}")
    if len(check.problems) > _SHOWN:
        write(f"… and {count(len(check.problems) - _SHOWN, 'more problem')}")
    say(f"NOT intact: {count(len(check.problems), 'problem')}; ask for the pack again, and compare its hash")
    return NEGATIVE


def _print_intact(check: PackCheck, data_folder: Path | None) -> int:
    write(f"{count(check.files, 'file')}: intact, by what the pack says about itself")
    if check.landing:
        write(
            f"chain of landing: {count(check.landing.entries, 'entry', 'entries')}, head sha256 {check.landing.sha256}"
        )
    if check.counts:
        write(f"{count(check.counts.records, 'original record')}, as indexed")
        _print_gaps(check, check.counts, data_folder)
    write(f"pack sha256 {check.sha256}")
    write("Compare it with the hash printed when the pack was made: --head HASH. A pack made anew has another one.")
    return 0


def _print_gaps(check: PackCheck, counts: Counts, data_folder: Path | None) -> None:
    """Prints what was found in landed files and what the pack does not show, so that intact is not taken for whole."""
    if check.in_landed_files:
        write(f"  {check.in_landed_files:,} found in their landed files")
    not_found = counts.records - check.in_landed_files
    if not_found and data_folder is None:
        write(f"  {not_found:,} to be found in the landing folder only: whoseagent --data FOLDER verify PACK")
    elif not_found:
        write(f"  {not_found:,} whose landed file is not in the data folder either")
    if counts.missing:
        write(f"  {counts.missing:,} more were not found when the pack was made: records/index.ndjson says why")
    if counts.exceptions_left_out:
        write(f"  {count(counts.exceptions_left_out, 'exception')} beyond the limit of a pack, without records")


def _compare(check: PackCheck, kept: str) -> int:
    """Whether the hash kept elsewhere is that of the pack, or of an entry of the chain of landing in it."""
    if kept == check.sha256:
        write("The hash kept elsewhere is that of this pack.")
        return 0
    if kept in check.chain:
        write("The hash kept elsewhere is of an entry of landing: what had landed until then is as it was.")
        write("It does not say that the rest of the pack is: that does the hash printed when the pack was made.")
        return 0
    say("the hash kept elsewhere is neither of this pack nor of landing in it: the pack is another, or was made anew")
    return NEGATIVE
