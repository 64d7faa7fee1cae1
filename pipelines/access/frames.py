"""Hides people in the columns of a frame, each as its column holds them."""

from collections.abc import Callable, Iterator
from typing import Any

import polars as pl

from pipelines.access.columns import COLUMNS, Holds, holds
from pipelines.access.texts import HIDDEN, Pseudonym, TextHider, ip_of

_TENANT = "tenant_id"
_WHOSEAGENT = "whoseagent"
"""The actor of what whoseagent says itself."""


class FrameHider:
    """Puts pseudonyms in the place of people in frames."""

    def __init__(self, pseudonym: Pseudonym, texts: TextHider) -> None:
        self._pseudonym = pseudonym
        self._texts = texts
        self._known: dict[tuple[Holds, str | None, str], str] = {}

    def learn(self, frame: pl.DataFrame, take: Callable[[str], None]) -> None:
        """Gives to `take` whoever stands in a column of persons: also whom no table of users knows."""
        for series in frame:
            if holds_text(series.dtype):
                for value in series.unique().to_list() if series.dtype == pl.String else series.to_list():
                    for label in _persons(series.name, value):
                        take(label)

    def hide(self, frame: pl.DataFrame, tenant_id: str | None) -> pl.DataFrame:
        """The frame with everybody hidden; columns keep their order, and their types where these can stay."""
        rows: list[str | None] = [tenant_id] * frame.height
        if _TENANT in frame.columns and frame.schema[_TENANT] == pl.String:
            rows = [value or tenant_id for value in frame[_TENANT].to_list()]
        return pl.DataFrame([self._hide(series, rows) for series in frame])

    def _hide(self, series: pl.Series, tenants: list[str | None]) -> pl.Series:
        name = series.name if series.name in COLUMNS else self._texts.hide(series.name, None)
        kind = holds(series.name)
        if not holds_text(series.dtype) or (kind is Holds.NOBODY and series.dtype != pl.Object):
            return series.rename(name)
        values = [
            self._value(value, series.name, None, tenant)
            for value, tenant in zip(series.to_list(), tenants, strict=True)
        ]
        if _is_nested(series.dtype) and kind is not Holds.ANYTHING:
            return pl.Series(name, values, dtype=series.dtype)
        return pl.Series(name, [value if value is None else str(value) for value in values], dtype=pl.String)

    def _value(self, value: Any, column: str, field: str | None, tenant: str | None) -> Any:
        kind = holds(column, field)
        if value is None or kind is Holds.NOBODY:
            return value
        if kind is Holds.ANYTHING:
            return HIDDEN
        if isinstance(value, list):
            return [self._value(part, column, field, tenant) for part in value]
        if isinstance(value, dict):
            return {name: self._value(part, column, name, tenant) for name, part in value.items()}
        return self._text(value, kind, tenant) if isinstance(value, str) else value

    def _text(self, text: str, kind: Holds, tenant: str | None) -> str:
        asked = (kind, tenant, text)
        if asked not in self._known:
            self._known[asked] = self._hidden(text, kind, tenant)
        return self._known[asked]

    def _hidden(self, text: str, kind: Holds, tenant: str | None) -> str:
        if text in ("", _WHOSEAGENT):
            return text
        if kind is Holds.TEXT:
            return self._texts.hide(text, tenant)
        if kind is Holds.ADDRESS:
            return self._pseudonym(ip_of(text) or text, tenant, kind)
        return self._pseudonym(text, tenant, "name" if kind is Holds.PERSON else kind)


def _persons(column: str, value: Any, field: str | None = None) -> Iterator[str]:
    """The persons in a value, as far down as it goes."""
    if isinstance(value, str):
        if holds(column, field) is Holds.PERSON and value not in ("", _WHOSEAGENT):
            yield value
    elif isinstance(value, list):
        for part in value:
            yield from _persons(column, part, field)
    elif isinstance(value, dict):
        for name, part in value.items():
            yield from _persons(column, part, name)


def _is_nested(dtype: pl.DataType) -> bool:
    return isinstance(dtype, pl.List | pl.Array | pl.Struct)


def holds_text(dtype: pl.DataType) -> bool:
    """Whether a value of this type can hold text; numbers, truths and times cannot."""
    if isinstance(dtype, pl.List | pl.Array):
        return holds_text(dtype.inner)  # type: ignore[arg-type]
    if isinstance(dtype, pl.Struct):
        return any(holds_text(field.dtype) for field in dtype.fields)  # type: ignore[arg-type]
    return not (dtype.is_numeric() or dtype.is_temporal() or dtype in (pl.Boolean, pl.Null))
