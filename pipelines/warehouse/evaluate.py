"""Evaluates the finding rules: for each event day, what every rule found, or why it could not be evaluated.

A rule sees the requests of its own day only, from the files of the stored views, which are written first; what it
needs of days before, it reads from the working tables, as far back as its `lookback_hours`. A day whose inputs have not
changed is not evaluated again.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from math import ceil
from pathlib import Path

import duckdb

from pipelines.durable import place_file
from pipelines.warehouse.base_tables import Provided
from pipelines.warehouse.basis import Basis, basis_bytes, basis_of, basis_path
from pipelines.warehouse.build import BuildError
from pipelines.warehouse.definition import definition
from pipelines.warehouse.finding_files import FINDINGS, RELATIONS, RUNS, read_index, target, write_index
from pipelines.warehouse.knowledge import LOG_HOURS, hashes_by_day
from pipelines.warehouse.lake import PARQUET, UNDATED, file_list
from pipelines.warehouse.models import Model, of_kind, upstream
from pipelines.warehouse.parser import working
from pipelines.warehouse.relations import Relations, drop_relations
from pipelines.warehouse.rule_runs import history_by_day, note_runs
from pipelines.warehouse.rules import COLUMNS, SHOWN_EVIDENCE
from pipelines.warehouse.slices import sliced, slices
from pipelines.warehouse.snapshot import Snapshot, window
from pipelines.warehouse.stored_views import declare_file, is_of, stored_rows, stored_views

_FORMAT = "1"
"""Part of every fingerprint: raise it when what is written changes outside the SQL."""


@dataclass(frozen=True)
class Evaluated:
    """What the rules gave for a day."""

    day: str
    findings: int
    is_new: bool
    """False when nothing that they rest on has changed."""


def evaluate(
    snapshot: Snapshot, provided: Provided, on_day: Callable[[Evaluated], None] = lambda _: None
) -> list[Evaluated]:
    """The findings of every built day, made anew where they are not up to date. Raises BuildError naming the rule."""
    rules = of_kind(snapshot.models, "finding")
    if not rules:
        return []
    days = [day for day in snapshot.shown_days if day != UNDATED]
    with working(snapshot.lake) as connection:
        evaluation = _Evaluation(snapshot, connection, provided, rules, days)
        found = []
        for day in days:
            found.append(evaluation.day(day))
            on_day(found[-1])
    write_index(snapshot.lake, evaluation.index)
    _write_basis(snapshot, basis_of(snapshot, rules, evaluation.hours, evaluation.knowledge))
    return found


class _Evaluation:
    """The rules over one state of the lake; what is known besides the events of a day stands in its connection."""

    def __init__(
        self,
        snapshot: Snapshot,
        connection: duckdb.DuckDBPyConnection,
        provided: Provided,
        rules: list[Model],
        days: list[str],
    ) -> None:
        self.index: dict[str, str] = {}
        self._snapshot = snapshot
        self._connection = connection
        self._rules = rules
        self._stored = stored_views(snapshot.models)
        self._relations = Relations(snapshot, connection, provided)
        stored = [model.name for model in self._stored]
        self._names = {*stored, *(name for rule in rules for name in rule.depends_on)}
        self._read = upstream(snapshot.models, self._names)
        self._known = {model.name for model in self._read if model.kind == "table"} | {LOG_HOURS, "directory_versions"}
        self._before = read_index(snapshot.lake)
        self._relations.declare(self._known, {*snapshot.built_days, UNDATED})  # also days that are only looked back to
        self._settle(LOG_HOURS, f"select * from {LOG_HOURS}")
        self.knowledge = hashes_by_day(connection, self._known - {LOG_HOURS}, days)
        self.hours = hashes_by_day(connection, {LOG_HOURS}, days)
        self._history = history_by_day(connection, days, max((_baseline(rule) for rule in rules), default=0))

    def day(self, day: str) -> Evaluated:
        fingerprint = sha256("\0".join(self._inputs(day)).encode()).hexdigest()[:16]
        relations = (*RELATIONS, *(model.name for model in self._stored))
        files = [target(self._snapshot.lake, relation, day, fingerprint) for relation in relations]
        self.index[day] = fingerprint
        if all(file.exists() for file in files):
            return Evaluated(day, self._count(day), is_new=False)
        self._declare(day)
        self._store(day)
        note_runs(self._connection, self._rules, day)
        self._connection.execute(f"create or replace table {FINDINGS} ({_definition(FINDINGS)})")
        for rule in self._rules_to_ask():
            self._find(rule, day)
        self._write(day)
        return Evaluated(day, self._count(day), is_new=True)

    def _inputs(self, day: str) -> Iterable[str]:
        yield _FORMAT
        yield self.knowledge[day]
        yield self.hours[day]
        yield self._history[day]
        for rule in self._rules:
            yield f"{rule.name} {rule.header} {definition(rule)}"
        yield from map(definition, self._stored)
        for model in self._read:
            if model.kind == "view":
                yield definition(model)
            elif model.is_daily:
                yield from (self._snapshot.fingerprint(model, each) for each in self._window(day))

    def _window(self, day: str) -> list[str]:
        """The days that the rules read for one day, as far back as any of them looks."""
        return max((window(rule, day) for rule in self._rules), key=len, default=[day])

    def _declare(self, day: str) -> None:
        """Makes what the rules and the stored views read stand in the connection, or be views of it."""
        drop_relations(self._connection, lambda name: name not in self._known)
        self._relations.declare(self._names, self._window(day), standing=self._known)

    def _store(self, day: str) -> None:
        """Writes the stored views of the day, and lets all that reads them read the files."""
        for model in self._stored:
            with self._in_slices(model, day) as query:
                file = self._copy(model.name, query, day)
            declare_file(self._connection, model, file)

    @contextmanager
    def _in_slices(self, model: Model, day: str) -> Iterator[str]:
        """The query for a stored view's day; of a large day one over files, each of which holds a slice of it."""
        query, conditions = stored_rows(model, day), slices(self._connection, model, is_of(day))
        if len(conditions) == 1:
            yield query
            return
        with ExitStack() as files:
            parts = [files.enter_context(self._snapshot.lake.writing()) for _ in conditions]
            for condition, part in zip(conditions, parts, strict=True):
                self._write_rows(sliced(query, condition), part)
            yield f"from read_parquet({file_list(parts)})"

    def _settle(self, relation: str, query: str) -> None:
        """Makes a table of a relation, with the rows of a query over it."""
        self._connection.execute(f"create table settled as {query}")
        drop_relations(self._connection, lambda name: name == relation)
        self._connection.execute(f"alter table settled rename to {relation}")

    def _rules_to_ask(self) -> list[Model]:
        """The rules that can be evaluated for some tenant."""
        rows = self._connection.execute(f"select distinct rule_id from {RUNS} where state = 'evaluated'").fetchall()
        return [rule for rule in self._rules if (rule.name,) in rows]

    def _find(self, rule: Model, day: str) -> None:
        names = ", ".join(name for name in COLUMNS if name != "evidence")
        query = f"""
            insert into {FINDINGS}
            select
                left(sha256(concat_ws(chr(31), $rule_id, tenant_id, $day, subject)), 16) as finding_id,
                $rule_id as rule_id,
                {names},
                evidence[1:{SHOWN_EVIDENCE}] as evidence
            from ({rule.sql}\n)
            where tenant_id in (select tenant_id from {RUNS} where rule_id = $rule_id and state = 'evaluated')
        """
        try:
            named_for = "" if _is_standing(rule) else day
            self._connection.execute(query, {"rule_id": rule.name, "day": named_for, **_bounds(rule, day)})
        except duckdb.Error as error:
            raise BuildError(f"the rule {rule.name} could not be evaluated for {day}: {error}") from error
        self._check_subjects(rule, day)

    def _check_subjects(self, rule: Model, day: str) -> None:
        """Raises BuildError where two findings would have the same id, or one has no subject."""
        rows = self._connection.execute(
            f"select subject from {FINDINGS} where rule_id = $rule_id group by subject, tenant_id "
            "having count(*) > 1 or subject is null limit 1",
            {"rule_id": rule.name},
        ).fetchall()
        if rows:
            raise BuildError(f"the rule {rule.name} gives several findings about {rows[0][0]!r} on {day}")

    def _write(self, day: str) -> None:
        self._connection.execute(
            f"update {RUNS} as runs set findings = "
            f"(select count(*) from {FINDINGS} as f where f.rule_id = runs.rule_id and f.tenant_id = runs.tenant_id)"
        )
        self._copy(RUNS, f"from {RUNS} order by tenant_id, rule_id", day)
        self._copy(FINDINGS, f"from {FINDINGS} order by finding_id", day)

    def _copy(self, relation: str, query: str, day: str) -> Path:
        """Writes the file of a relation's day; where it stands."""
        file = target(self._snapshot.lake, relation, day, self.index[day])
        with self._snapshot.lake.writing() as scratch:
            self._write_rows(query, scratch)
            place_file(scratch, file)
        return file

    def _write_rows(self, query: str, file: Path) -> None:
        self._connection.execute(f"copy ({query}) to $file ({PARQUET})", {"file": str(file)})

    def _count(self, day: str) -> int:
        file = str(target(self._snapshot.lake, FINDINGS, day, self.index[day]))
        ((rows,),) = self._connection.execute("select count(*) from read_parquet($file)", {"file": file}).fetchall()
        return int(rows)


def _write_basis(snapshot: Snapshot, basis: Basis) -> None:
    with snapshot.lake.writing() as scratch:
        scratch.write_bytes(basis_bytes(basis))
        place_file(scratch, basis_path(snapshot.lake))


def _baseline(rule: Model) -> int:
    return rule.header.rule.baseline_days if rule.header.rule else 0


def _is_standing(rule: Model) -> bool:
    return bool(rule.header.rule and rule.header.rule.standing_days)


def _definition(relation: str) -> str:
    return ", ".join(f"{name} {type_}" for name, type_ in RELATIONS[relation].items())


def _bounds(rule: Model, day: str) -> Mapping[str, datetime]:
    """The half-open window of the day and where the lookback starts, as far as the rule asks."""
    start = datetime.combine(date.fromisoformat(day), time())
    bounds = {
        "window_start": start,
        "window_end": start + timedelta(days=1),
        "lookback_start": start - timedelta(days=ceil(rule.header.lookback_hours / 24)),
    }
    return {name: bounds[name] for name in rule.parameters}
