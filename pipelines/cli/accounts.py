"""What became of every landed line, as the published tables say."""

from dataclasses import dataclass, fields
from pathlib import Path

from pipelines.cli.show import count, say, write
from pipelines.cli.tables import write_table
from pipelines.warehouse.ask import answer

_SHOWN_FILES = 40

_QUESTION = """
select
    source_name,
    log,
    coalesce(shape, '') as shape,
    coalesce(sum(landed), 0)::bigint as landed,
    coalesce(sum(typed), 0)::bigint as typed,
    coalesce(sum(duplicates), 0)::bigint as duplicates,
    coalesce(sum(quarantined), 0)::bigint as quarantined,
    coalesce(sum(unsupported), 0)::bigint as unsupported,
    coalesce(sum(waiting), 0)::bigint as waiting,
    coalesce(sum(expired), 0)::bigint as expired
from landed_files
group by source_name, log, shape
order by source_name, log, shape
"""


@dataclass(frozen=True)
class Account:
    """Lines of one log in one source file, and what became of them."""

    source_name: str
    log: str
    shape: str
    landed: int
    typed: int
    duplicates: int
    quarantined: int
    unsupported: int
    waiting: int
    expired: int = 0

    @property
    def is_balanced(self) -> bool:
        """Whether every line is accounted for; lines that wait are not."""
        parts = (self.typed, self.duplicates, self.quarantined, self.unsupported, self.expired)
        return self.landed == sum(parts) and min(parts) >= 0


COLUMNS = tuple(field.name for field in fields(Account))
_NUMBERS = COLUMNS[3:]


def accounts_of(data_folder: Path) -> list[Account]:
    """The accounts of all source files. Raises NotPublishedError where nothing is published."""
    with answer(data_folder, _QUESTION) as rows:
        _, batches = rows.batches()
        return [Account(*row) for batch in batches for row in batch]


def total(accounts: list[Account]) -> Account:
    """All accounts as one."""
    sums = {name: sum(getattr(account, name) for account in accounts) for name in _NUMBERS}
    return Account("total", "", "", **sums)


def print_accounts(accounts: list[Account]) -> None:
    """Prints what became of the lines of each source file, unbalanced ones first."""
    ordered = sorted(accounts, key=lambda account: (account.is_balanced, account.source_name, account.log))
    rows = [_row(account) for account in ordered[:_SHOWN_FILES]]
    if len(ordered) > _SHOWN_FILES:
        rest = ordered[_SHOWN_FILES:]
        rows.append(_row(total(rest), f"{len(rest):,} more"))
    everything = total(accounts)
    rows.append(_row(everything))
    names = [name for name in COLUMNS if name not in ("expired", "waiting") or getattr(everything, name)]
    shown = [[value for name, value in zip(COLUMNS, row, strict=True) if name in names] for row in rows]
    write_table(names, shown, right=_NUMBERS, always_grid=True)


def _row(account: Account, name: str | None = None) -> list[str]:
    numbers = [f"{getattr(account, column):,}" for column in _NUMBERS]
    return [name or account.source_name, account.log, account.shape, *numbers]


def say_conclusion(accounts: list[Account]) -> None:
    """Says in words whether every line is accounted for, and what was set aside."""
    everything = total(accounts)
    unbalanced = sum(not account.is_balanced for account in accounts)
    if unbalanced:
        say(f"NOT every line is accounted for: see the first {count(unbalanced, 'row')} of the table")
    else:
        write(f"every landed line is accounted for: {everything.landed:,} in all")
    if everything.quarantined or everything.unsupported:
        quarantined, unsupported = count(everything.quarantined, "line"), count(everything.unsupported, "record")
        write(f"set aside: no usable records: {quarantined}; of a kind not read yet: {unsupported}")
        write("  whoseagent sql --saved what_was_set_aside")
