"""What hostile input is made of: text, JSON, files and archives, queries and settings that somebody made up."""

import gzip
import io
import zipfile

import orjson
from hypothesis import strategies as st

from pipelines.catalog.logs import BY_NAME
from pipelines.compression import zstd

_TRICKS = (
    "../../outside", "/etc/passwd", "C:\\outside", "..\\..\\outside", "a\x00b", "\x1b[31mred", "=cmd|' /C calc'!A0",
    "<script>alert(1)</script>", "'; drop table tokens; --", "\u202egnp.exe", "%2e%2e%2f", "con", "." * 300, "🦀" * 80,
    "11111111-2222-3333-4444-555555555555", "AAAAAAAAAAAAAAAAAAAAAA", "9" * 400, "1e999", "NaN", "",
)  # fmt: skip
texts = st.one_of(st.text(max_size=80), st.sampled_from(_TRICKS))
"""Any text, and text that steers a terminal, a spreadsheet, a shell, a path or a query."""

_FIELDS = sorted(
    {name for log in BY_NAME.values() for fields in log.fields.values() for name in (*fields.read, *fields.objects)}
)
_names = st.one_of(st.sampled_from([*_FIELDS, "category", "Type", "properties", "@odata.type"]), texts)
_kinds = st.sampled_from([*BY_NAME, "NoSuchLog"])
_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(2**63), 2**64 - 1), st.floats(allow_nan=False), texts),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(_names, inner, max_size=4)),
    max_leaves=12,
)
records = st.builds(
    lambda record, kind, marked: {**record, **dict.fromkeys(marked, kind)},
    st.dictionaries(_names, _values, max_size=10),
    _kinds,
    st.lists(st.sampled_from(["category", "Type"]), max_size=2),
)
"""JSON objects with the names of the logs' fields and any value behind them."""

_as_json = records.map(lambda record: orjson.dumps(record, option=orjson.OPT_PASSTHROUGH_SUBCLASS))
_lines = st.lists(st.one_of(_as_json, st.binary(max_size=60)), max_size=5).map(b"\n".join)
_arrays = st.lists(_as_json, max_size=5).map(lambda found: b'{"value":[' + b",".join(found) + b"]}")
_tables = st.lists(st.lists(texts, min_size=1, max_size=5), max_size=5).map(
    lambda rows: "\r\n".join(",".join(row) for row in rows).encode("utf-8", "replace")
)
_contents = st.one_of(_lines, _arrays, _tables, st.binary(max_size=300))


def _zipped(members: list[tuple[str, bytes]]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {name.replace("\x00", ""): content for name, content in members}.items():
            archive.writestr(name or "empty", content)
    return file.getvalue()


_packed = st.one_of(
    _contents,
    _contents.map(gzip.compress),
    _contents.map(zstd.compress),
    st.lists(st.tuples(texts, _contents), max_size=3).map(_zipped),
)
_broken = st.builds(lambda whole, cut: whole[: len(whole) * cut // 100], _packed, st.integers(0, 100))
files = st.tuples(
    st.sampled_from(["a.json", "a.ndjson", "a.csv", "a.json.gz", "a.json.zst", "a.zip", "a"]),
    st.one_of(_packed, _broken),
)
"""Name and bytes of a file: lines, pages, tables and noise, packed or not, whole or cut off, under any extension."""

_readers = st.sampled_from(
    ["read_csv('{}')", "read_text('{}')", "read_json('{}')", "read_parquet('{}')", "read_blob('{}')", "'{}'",
     "glob('{}')", "sniff_csv('{}')", "query('from ''{}''')", "query_table('{}')", "attributed_requests", "tokens",
     "duckdb_settings()", "duckdb_secrets()", "range(5)", "sql_auto_complete('{}')", "parquet_metadata('{}')"]
)  # fmt: skip
_statements = st.sampled_from(
    ["select * from {}", "from {}", "copy {} to '{}'", "copy (from {}) to '{}'", "attach '{}'", "install httpfs",
     "load '{}'", "set temp_directory = '{}'", "set enable_external_access = true", "pragma database_list",
     "create table t as from {}", "insert into tokens from {}", "call {}", "export database '{}'", "describe {}",
     "with a as (from {}) select * from a", "select (select count(*) from {})", "select getenv('PATH')",
     "select getvariable('a')", "explain analyze from {}", "select * from {} where 1 = 1 -- '{}'", "{}", "checkpoint",
     "use memory", "detach warehouse", "select repeat('x', 100) from {}", "summarize {}", "import database '{}'"]
)  # fmt: skip
_glue = st.sampled_from(["", ";", "; ", " union all ", "/* */", "\n", "--\n"])
queries = st.lists(st.tuples(_statements, _readers, _glue), min_size=1, max_size=3)
"""Statements with what they read and what joins them; `{}` stands for a file that must stay unread and unwritten."""

_keys = st.sampled_from(
    ["data", "tenants", "agents", "routes", "retention", "dashboard", "own_app_ids", "first_party_apps", "cloud",
     "first_collect_days", "tables", "tenant_id", "name", "app_id", "url", "kind", "severity", "days", "no such key"]
)  # fmt: skip
_toml_values = st.one_of(
    texts.map(lambda text: orjson.dumps(text.encode("utf-8", "replace").decode()).decode()),
    st.integers().map(str),
    st.sampled_from(["true", "[]", "{}", "[[]]", "1979-05-27", "inf", "'''"]),
)
_toml_lines = st.one_of(
    st.builds(lambda key, value: f'"{key}" = {value}', _keys, _toml_values),
    _keys.map(lambda key: f'["{key}"]'),
    _keys.map(lambda key: f'[["{key}"]]'),
    texts,
)
settings = st.lists(_toml_lines, max_size=8).map("\n".join)
"""TOML with the keys of the settings and any value behind them."""

_header_lines = st.one_of(
    st.builds(
        lambda key, value: f"{key}: {value}",
        st.sampled_from(["description", "kind", "grain", "not_null", "rule", "lookback_hours", "is_stored", "other"]),
        st.one_of(texts, st.sampled_from(["view", "partition", "[a]", "{a: b}", "&a [*a]", "!!python/name:os.system"])),
    ),
    texts,
)
models = st.builds(
    lambda head, close, query: "/*\n" + "\n".join(head) + close + query,
    st.lists(_header_lines, max_size=5),
    st.sampled_from(["\n*/\n", "", "*/"]),
    st.one_of(texts, st.sampled_from(["select 1 as a -- a", "select a from b; drop table b", "with a as ("])),
)
"""SQL model files with any header and any query."""
