import json
from base64 import b64encode
from datetime import date

from benchmarks.copies import Copies
from pipelines.catalog.token_ids import decode_token_id, encode_token_id
from tests.benchmarks.conftest import COPIES, MadeDay

SHARED, OWN = "0f8fad5b-d9cb-469f-a165-70867728950e", "7C9E6679-7425-40de-944b-e07fc1f90ae7"


def test_every_way_of_writing_an_id_names_the_same_id_in_a_copy() -> None:
    forms = {"id": OWN, "token": encode_token_id(OWN), "old": b64encode(OWN.lower().encode()).decode()}
    copy = json.loads(Copies(json.dumps(forms), {SHARED}).copy(3))
    assert copy["id"].lower() == decode_token_id(copy["token"]) == decode_token_id(copy["old"])
    assert copy["id"] != OWN
    assert copy["id"][:18] == OWN[:18]


def test_a_copy_changes_nothing_that_all_copies_share() -> None:
    text = json.dumps({"authenticationProtocol": "abcdefghijklmnopqrstuv", "appId": SHARED, "size": 12})
    assert Copies(text, {SHARED}).copy(3) == Copies(text, {SHARED}).copy(0) == text.encode()


def test_each_copy_has_its_own_people() -> None:
    copies = Copies(f'{{"upn": "Kim@CONTOSO.com", "id": "{OWN}"}}', {SHARED})
    first, again, second = (json.loads(copies.copy(number)) for number in (1, 1, 2))
    assert first == again
    assert first["upn"] == "u00001.Kim@CONTOSO.com"
    assert not set(first.values()) & set(second.values())


def test_the_day_has_the_requests_that_were_asked_for_and_a_sign_in_for_four(made_day: MadeDay) -> None:
    ((requests,),) = made_day.warehouse.rows("select count(*) from attributed_requests")
    ((sign_ins,),) = made_day.warehouse.rows("select count(*) from sign_ins")
    assert requests == made_day.large.requests == COPIES * made_day.small.requests
    assert sign_ins >= made_day.large.sign_ins >= requests / 4  # sign-ins without an id are not counted beforehand


def test_the_requests_of_all_copies_are_answered_alike(made_day: MadeDay) -> None:
    by_copy = made_day.warehouse.rows(
        """
        select
            split_part(user_upn, '.', 1) as copy,
            count(*),
            count(distinct token_id),
            count(*) filter (actor_class = 'human_via_agent'),
            count(*) filter (token_match = 'token_id')
        from attributed_requests
        where user_upn is not null
        group by copy
        order by copy
        """
    )
    assert [row[0] for row in by_copy] == [f"u{number:05}" for number in range(COPIES)]
    assert len({row[1:] for row in by_copy}) == 1
    assert all(count > 0 for count in by_copy[0][1:])


def test_every_made_up_record_is_recognised(made_day: MadeDay) -> None:
    for entry in made_day.warehouse.landed():
        assert entry.log not in ("unsupported", "unreadable"), entry


def test_lines_of_another_day_are_of_that_day_throughout(made_day: MadeDay) -> None:
    moved = made_day.small.texts(date(2026, 2, 27))
    assert not any("2026-03-04T" in text for text in moved.values())
    assert all(len(text) == len(made_day.small.logs[name]) for name, text in moved.items())
