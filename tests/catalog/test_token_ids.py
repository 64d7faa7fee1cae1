"""The codec of token ids, in Python and in SQL."""

import base64
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import duckdb
import orjson
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipelines.catalog.token_ids import decode_token_id, encode_token_id, is_guid
from pipelines.warehouse.parser import connect

SIGN_IN_ID = "0f1e2d3c-4b5a-4697-8899-aabbccddeeff"
SHORT = encode_token_id(SIGN_IN_ID)
guids = st.uuids().map(str)
base64_text = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_=", max_size=50)
near_guids = st.builds(
    lambda guid, fold, cut: (guid.upper() if fold else guid)[cut:] + "x" * cut, guids, st.booleans(), st.integers(0, 1)
)
texts_in_base64 = st.one_of(near_guids, st.uuids().map(lambda guid: "{" + guid.hex + "}"), st.text(max_size=36)).map(
    lambda text: base64.b64encode(text.encode()).decode()
)
short_forms = st.tuples(
    guids.map(encode_token_id),
    st.sampled_from(["", "=", "==", "===", "xx", "x="]),
).map("".join)
token_texts = st.one_of(st.text(max_size=50), base64_text, near_guids, short_forms, texts_in_base64)


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with connect() as connection:
        yield connection


def decode_in_sql(connection: duckdb.DuckDBPyConnection, text: str) -> str | None:
    query = """
        select coalesce(guid_from_little_endian(token_bytes_or_null(token)), token_text_or_null(token))
        from (select $token as token)
    """
    ((token_id,),) = connection.execute(query, {"token": text}).fetchall()
    assert token_id is None or isinstance(token_id, str)
    return token_id


@given(guids)
def test_t1_short_form_is_the_sign_in_id(sign_in_id: str) -> None:
    short = encode_token_id(sign_in_id)
    assert len(short) == 22
    assert base64.urlsafe_b64decode(short + "==") == UUID(sign_in_id).bytes_le
    assert decode_token_id(short) == sign_in_id


def test_t1_known_pair() -> None:
    assert encode_token_id("00112233-4455-6677-8899-aabbccddeeff") == "MyIRAFVEd2aImaq7zN3u_w"


@given(guids)
def test_t2_long_form_is_the_text_of_the_sign_in_id(sign_in_id: str) -> None:
    for text in (sign_in_id, sign_in_id.upper()):
        assert decode_token_id(base64.b64encode(text.encode()).decode()) == sign_in_id


@given(guids)
def test_sign_in_id_itself_decodes_in_either_case(sign_in_id: str) -> None:
    assert decode_token_id(sign_in_id) == decode_token_id(sign_in_id.upper()) == sign_in_id


@given(guids)
def test_t3_padding_is_no_part_of_it(sign_in_id: str) -> None:
    assert decode_token_id(encode_token_id(sign_in_id) + "==") == sign_in_id


@given(guids)
def test_t3_case_folded_short_form_is_never_the_original(sign_in_id: str) -> None:
    short = encode_token_id(sign_in_id)
    for folded in (short.lower(), short.upper()):
        assert folded == short or decode_token_id(folded) != sign_in_id


@given(token_texts)
@example("é" * 22)
@example("é" * 48)
@example(SHORT + "xx")
@example(SHORT[:-1] + "B")
@example(base64.b64encode(b"{" + UUID(SIGN_IN_ID).hex.encode() + b"}").decode())
@example("=" * 22)
@example("=" * 48)
@settings(max_examples=300)
def test_sql_decodes_as_python_does(connection: duckdb.DuckDBPyConnection, text: str) -> None:
    expected = None if is_guid(text) else decode_token_id(text)
    assert decode_in_sql(connection, text) == expected


@given(token_texts)
def test_decoded_is_a_lower_case_guid_or_nothing(text: str) -> None:
    token_id = decode_token_id(text)
    assert token_id is None or (is_guid(token_id) and token_id == token_id.lower())


@pytest.mark.parametrize("text", ["", "none", SHORT[1:], SHORT + "A", SHORT.replace(SHORT[3], " "), "N" * 47])
def test_no_token_id(text: str) -> None:
    assert decode_token_id(text) is None


@pytest.mark.parametrize("text", ["", "no-guid", SIGN_IN_ID[:-1]])
def test_only_a_guid_can_be_encoded(text: str) -> None:
    with pytest.raises(ValueError, match="UUID"):
        encode_token_id(text)


def test_every_token_id_of_the_samples_is_its_own_sign_in_id(shared_folder: Path) -> None:
    pairs = [pair for path in sorted((shared_folder / "samples").glob("*/*.jsonl")) for pair in token_pairs(path)]
    masked = {token for token, _ in pairs if is_masked(token)}
    different = {token for token, sign_in_id in pairs if decode_token_id(token) != sign_in_id.lower()}
    assert len(pairs) > len(masked)
    assert different <= masked


def token_pairs(path: Path) -> Iterator[tuple[str, str]]:
    """(token id, sign-in id) of the records in a file that have both."""
    for line in path.read_bytes().splitlines():
        record = orjson.loads(line)
        fields = record.get("properties") if isinstance(record.get("properties"), dict) else record
        token = fields.get("uniqueTokenIdentifier") or fields.get("UniqueTokenIdentifier")
        sign_in_id = fields.get("id") or fields.get("Id")
        if token and sign_in_id and is_guid(sign_in_id):
            yield token, sign_in_id


def is_masked(token: str) -> bool:
    """Whether the author of a sample replaced the token id: one character stands more than five times in a row."""
    return any(character * 6 in token for character in set(token))
