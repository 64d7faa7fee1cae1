"""Values of an answer as text, as a cell of CSV and as JSON."""

import re
from decimal import Decimal
from typing import Any

import orjson

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]+)?")


def text_of(value: Any) -> str:
    """A value of an answer as text: bytes as far as they are UTF-8, lists and structs as JSON, nothing for NULL."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    if isinstance(value, list | tuple | dict):
        return json_bytes(value).decode()
    return str(value)


def csv_cell(value: Any) -> str:
    """The value as text that no spreadsheet runs: what one would take for a formula gets a leading apostrophe."""
    text = text_of(value)
    is_formula = text.startswith(_FORMULA_STARTS) and not _NUMBER.fullmatch(text)
    return f"'{text}" if is_formula else text


def json_bytes(value: Any) -> bytes:
    """The value as JSON: times in ISO 8601 as UTC, numbers exact, bytes as far as they are UTF-8."""
    options = orjson.OPT_NAIVE_UTC | orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS
    return orjson.dumps(_for_json(value), option=options, default=str)


def _for_json(value: Any) -> Any:
    if isinstance(value, bytes):
        return text_of(value)
    if isinstance(value, Decimal) or (type(value) is int and not -(2**63) <= value < 2**64):
        return orjson.Fragment(str(value))
    if isinstance(value, dict):
        return {_key(key): _for_json(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_for_json(part) for part in value]
    return value


def _key(key: Any) -> Any:
    return text_of(key) if isinstance(key, bytes | Decimal | list | tuple | dict) else key
