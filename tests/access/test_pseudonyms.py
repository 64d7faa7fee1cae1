"""People are hidden wherever and however they stand in a frame or text, and never taken for one another."""

from urllib.parse import quote
from uuid import UUID

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.access.labels import User
from pipelines.access.people import People
from pipelines.access.pseudonyms import Pseudonyms
from tests.access.conftest import CLIENT, OBJECT, TENANT

OTHER = "1e0f0f0f-1111-4222-8333-444444444444"
UPN = "alex.kim@contoso.com"
ALEX = User(TENANT, OBJECT)
KEY = b"k" * 32


def people(*called: tuple[User, str]) -> People:
    found = People(no_persons=frozenset({CLIENT, TENANT}))
    for user, label in called:
        found.add(user, user.user_id)
        found.add(user, label)
    return found


ONE = Pseudonyms(KEY, people((ALEX, UPN), (ALEX, "Alex Kim"), (ALEX, "Zoë Öztürk"), (ALEX, "🦊🌲")))
PSEUDONYM = ONE.of_label(UPN, TENANT)


@pytest.mark.parametrize(
    "text",
    [
        UPN.upper(),
        OBJECT.upper(),
        OBJECT.replace("-", ""),
        "https://graph.microsoft.com/v1.0/users/alex.kim%40contoso.com/messages",
        "https://graph.microsoft.com/v1.0/users('ALEX.KIM%2540contoso.com')",
        f"https://graph.microsoft.com/v1.0/users/{OBJECT}/photo/$value",
        "https://contoso-my.sharepoint.com/personal/alex_kim_contoso_com/Documents",
        "?$filter=displayName eq 'Alex+Kim'",
        "?$search=%22displayName:alex%20kim%22",
        f"19:{OBJECT}_{CLIENT}",
        "Zoe\u0308 \u00d6zt\u00fcrk's agent",
        "mail of 🦊🌲",
    ],
)
def test_whoever_is_known_is_found_in_every_way_of_writing(text: str) -> None:
    hidden = ONE.hide_text(text, TENANT)
    assert PSEUDONYM in hidden
    for name in ("alex", "kim", OBJECT, "öztürk", "🦊"):
        assert name not in hidden.casefold()


@pytest.mark.parametrize(
    ("text", "kept", "gone"),
    [
        ("sent mail to bo@fabrikam.com", "sent mail to name-", "bo@"),
        ("users/bo%40fabrikam.com/messages", "users/name-", "fabrikam"),
        ("bo_fabrikam.com#EXT#@contoso.com", "name-", "contoso"),
        ("bo@fabrikam.com of Alex Kim", f" of {PSEUDONYM}", "bo"),
        (f"users/{OTHER}/messages", "users/id-", OTHER),
        ("from 203.0.113.7:443 and 2001:db8::7", "from address-", "113"),
        ("2001:db8::7", "address-", "db8"),
    ],
)
def test_what_looks_like_somebody_is_hidden_too(text: str, kept: str, gone: str) -> None:
    hidden = ONE.hide_text(text, TENANT)
    assert kept in hidden
    assert gone not in hidden


@pytest.mark.parametrize(
    "text",
    [
        f"app {CLIENT} of tenant {TENANT}",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Edg/141.0.0.0 at 10:00:00",
        "https://graph.microsoft.com/v1.0/me/messages?$filter=subject%20eq%20'x'&$top=25",
        "Alexander Kimura, alexkim",
    ],
)
def test_what_is_nobody_stays_as_it_is(text: str) -> None:
    assert ONE.hide_text(text, TENANT) == text


def test_one_user_has_one_pseudonym_and_another_tenants_another() -> None:
    both = Pseudonyms(KEY, people((ALEX, UPN), (User(OTHER, OBJECT), UPN)))
    assert both.of_label(OBJECT, TENANT) == both.of_label(UPN.title(), TENANT) == PSEUDONYM
    assert both.of_label(UPN, OTHER).startswith("user-")
    assert both.of_label(UPN, OTHER) != PSEUDONYM
    assert both.of_label(UPN).startswith("name-"), "without a tenant, it may be either of the two"
    assert both.user_of(PSEUDONYM) == ALEX
    assert ONE.of_label(UPN, OTHER).startswith("name-"), "a UPN is a label: in another tenant it may be somebody else"
    assert Pseudonyms(b"o" * 32, people((ALEX, UPN))).of_label(UPN, TENANT) != PSEUDONYM


def test_a_name_of_two_users_is_taken_for_neither() -> None:
    two = Pseudonyms(KEY, people((ALEX, "Alex Kim"), (User(TENANT, OTHER), "Alex Kim")))
    assert two.of_label("Alex Kim", TENANT).startswith("name-")
    assert two.hide_text("by Alex Kim", TENANT) == f"by {two.of_label('Alex Kim', TENANT)}"
    assert two.user_of(two.of_label("Alex Kim", TENANT)) is None


def test_two_users_with_the_same_first_characters_get_all_of_them() -> None:
    users = [User(TENANT, str(UUID(int=number))) for number in range(60)]
    many = Pseudonyms(KEY, people(*((user, f"user{user.user_id[-2:]}@contoso.com") for user in users)), characters=1)
    pseudonyms = {many.of_label(user.user_id, TENANT) for user in users}
    assert len(pseudonyms) == len(users)
    assert {many.user_of(pseudonym) for pseudonym in pseudonyms} == set(users)


def test_a_frame_is_hidden_unless_somebody_knows_that_its_columns_are_free_of_people() -> None:
    frame = pl.DataFrame(
        {
            "tenant_id": [TENANT, OTHER],
            "day": ["2026-03-02", None],
            "requests": [1, 2],
            "app_id": [CLIENT, CLIENT],
            "user_id": [OBJECT, OTHER],
            "ip_address": ["2001:DB8::0:7", "203.0.113.7"],
            "comment": ["ask Alex", None],
            "statement": [f"{UPN} read mail", f"{OTHER} and bo read mail"],
            "owner": ["whoseagent", "bo"],
            UPN: ["x", "y"],
            "targets": [[{"id": OBJECT, "type": "User", "name": "Somebody New"}], None],
            "line": [b"Alex", None],
        }
    )
    hidden = ONE.hide(frame)
    assert hidden["requests"].to_list() == [1, 2]
    assert hidden["app_id"].to_list() == [CLIENT, CLIENT]
    unknown, bo = hidden["user_id"][1], hidden["owner"][1]
    assert (hidden["user_id"][0], unknown[:5], bo[:5], hidden["owner"][0]) == (
        PSEUDONYM,
        "user-",
        "name-",
        "whoseagent",
    )
    assert hidden["statement"].to_list() == [f"{PSEUDONYM} read mail", f"{unknown} and {bo} read mail"]
    for column in ("day", "comment", "line"):
        assert hidden[column].to_list() == ["[hidden]", "[hidden]" if column == "day" and frame[column][1] else None]
    assert hidden.columns[9] == PSEUDONYM
    assert hidden.row(0)[9] == "[hidden]"
    assert hidden["targets"].to_list()[0][0]["id"] == PSEUDONYM
    assert hidden["targets"].to_list()[0][0]["name"].startswith("name-")
    assert hidden["ip_address"][0] == ONE.hide_text("2001:db8::7", TENANT)


WORD = st.text("abcdefghijklmnoöüßéşİ0123456789", min_size=3, max_size=9)
NAMES = st.lists(WORD, min_size=2, max_size=3)
NOISE = st.text("xyz /?=&'\"()<>%+#,;:.-_ \n", max_size=12).map(lambda text: f"{text} ")
WRITE = st.sampled_from((str, str.upper, str.title, lambda text: quote(text, safe=""), lambda text: quote(quote(text))))


@settings(max_examples=150)
@given(
    st.lists(st.tuples(st.uuids(), NAMES), min_size=1, max_size=4), st.lists(NOISE, min_size=1, max_size=6), st.data()
)
def test_no_user_of_the_tenant_survives(
    called: list[tuple[UUID, list[str]]], noise: list[str], data: st.DataObject
) -> None:
    users = [(User(TENANT, str(guid)), " ".join(words), f"{'.'.join(words)}@contoso.com") for guid, words in called]
    found = People()
    for user, name, upn in users:
        for label in (user.user_id, name, upn):
            found.add(user, label)
    hider = Pseudonyms(KEY, found)
    labels = [label for user, name, upn in users for label in (user.user_id, name, upn)]
    text = "".join(
        part + data.draw(WRITE)(label) + " "
        for part, label in zip(noise, data.draw(st.permutations(labels)), strict=False)
    )
    frame = pl.DataFrame({"statement": [text], "uri": [quote(text)], "user_upn": [users[0][2]], "new": [text]})
    for hidden in (hider.hide_text(text, TENANT), *map(str, hider.hide(frame, TENANT).row(0))):
        for label in labels:
            assert label.casefold() not in hidden.casefold()
