"""The archive of diagnostic settings, pulled from a storage account (domain fact T22)."""

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import orjson
import pytest

from pipelines.compression import zstd
from pipelines.landing.cursors import CursorFile
from pipelines.landing.manifest import entries
from pipelines.sources import growing_blob
from pipelines.sources.collecting import Collected, collect
from pipelines.sources.slices import CollectError, Period
from pipelines.sources.storage import StorageArchive
from pipelines.sources.storage_account import StorageAccount
from tests.emulator import Emulator

TENANT = "6a0e5c5a-1111-4222-8333-944444444444"
OTHER = "6a0e5c5a-2222-4222-8333-944444444444"
REQUESTS = "insights-logs-microsoftgraphactivitylogs"
AUDITS = "insights-logs-auditlogs"
LATER = timedelta(hours=25)


def line(number: int | str, **more: Any) -> bytes:
    properties = {"requestId": str(number), **more}
    record = {"time": "2026-03-04T05:06:07Z", "category": "MicrosoftGraphActivityLogs", "properties": properties}
    return orjson.dumps(record) + b"\r\n"


def lines(first: int, last: int) -> bytes:
    return b"".join(line(number) for number in range(first, last))


def hour(at: datetime, root: str = f"tenantId={TENANT}") -> str:
    return f"{root}/y={at:%Y}/m={at:%m}/d={at:%d}/h={at:%H}/m=00/PT1H.json"


NOW = datetime.now(UTC)
BLOB = hour(NOW)

Pull = Callable[..., Collected]


@pytest.fixture
def data_folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def container(emulator: Emulator) -> str:
    emulator.make_container(REQUESTS)
    return REQUESTS


def archive(url: str, *, after: timedelta = timedelta(0), **options: Any) -> StorageArchive:
    def no_credential() -> Any:
        raise AssertionError("an emulator gets no token")

    account = StorageAccount(url, no_credential, retries=0)
    return StorageArchive(account, TENANT, clock=lambda: datetime.now(UTC) + after, **options)


@pytest.fixture
def pull(emulator: Emulator, data_folder: Path) -> Pull:
    """Collects from the account; `after` is how much later that is than the last write."""

    def pull_now(period: Period | None = None, **options: Any) -> Collected:
        return collect(data_folder, archive(emulator.url, **options), period)

    return pull_now


def landed(data_folder: Path) -> list[str]:
    """The ids of all records that have landed, in the order of landing; what is no record as it is."""
    return [
        text.decode() if entry.reason else orjson.loads(text)["properties"]["requestId"]
        for entry in entries(data_folder)
        for text in zstd.decompress((data_folder / "landing" / entry.file).read_bytes()).splitlines()
    ]


def numbers(first: int, last: int) -> list[str]:
    return [str(number) for number in range(first, last)]


def test_t22_blob_that_grows_after_its_hour_is_read_from_where_it_was_left(
    emulator: Emulator, container: str, pull: Pull, data_folder: Path
) -> None:
    emulator.write(container, BLOB, lines(0, 3))
    assert pull().lines == {("MicrosoftGraphActivityLogs", "diagnostic"): 3}
    emulator.append(container, BLOB, lines(3, 5))
    assert pull().lines == {("MicrosoftGraphActivityLogs", "diagnostic"): 2}
    again = pull()
    assert (again.lines, again.known, again.notes, again.failures) == ({}, 0, [], [])
    assert again.slices == 1  # how far the container was looked through, and no blob
    assert landed(data_folder) == numbers(0, 5)
    sources = {(entry.source.type, entry.source.name, entry.source.tenant_id) for entry in entries(data_folder)}
    root = f"{container}/tenantId={TENANT}"
    assert sources == {("storage", f"contosologs/{root}/{NOW:%Y-%m-%d}", TENANT)}


def test_half_written_last_line_waits_for_its_end(
    emulator: Emulator, container: str, pull: Pull, data_folder: Path
) -> None:
    emulator.write(container, BLOB, lines(0, 2) + line(2)[:20])
    pull()
    assert landed(data_folder) == numbers(0, 2)
    emulator.append(container, BLOB, line(2)[20:-1])
    pull()
    assert landed(data_folder) == numbers(0, 2)
    emulator.append(container, BLOB, b"\n")
    pull()
    assert landed(data_folder) == numbers(0, 3)


def test_first_line_may_be_half_written_too(emulator: Emulator, container: str, pull: Pull, data_folder: Path) -> None:
    emulator.write(container, BLOB, line(0)[:20])
    pull()
    emulator.append(container, BLOB, line(0)[20:])
    pull()
    assert landed(data_folder) == ["0"]


def test_last_line_that_nobody_ends_is_taken_as_it_is_after_a_day(
    emulator: Emulator, container: str, pull: Pull, data_folder: Path
) -> None:
    emulator.write(container, BLOB, line(0) + line(1).rstrip())
    pull()
    assert landed(data_folder) == ["0"]
    assert pull(after=LATER).failures == []
    assert landed(data_folder) == numbers(0, 2)
    assert pull(after=LATER).slices == 1  # nothing but how far the container was looked through
    emulator.append(container, BLOB, b"\r\n" + line(2))
    pull()
    assert landed(data_folder) == numbers(0, 3)


def test_torn_last_line_lands_as_what_it_is_after_a_day(
    emulator: Emulator, container: str, pull: Pull, data_folder: Path
) -> None:
    emulator.write(container, BLOB, line(0) + line(1)[:20])
    assert pull(after=LATER).bad_lines == {"truncated": 1}
    assert sorted(landed(data_folder)) == ["0", line(1)[:20].decode()]


@pytest.mark.parametrize("size", [3, 4, 5, 9], ids=["shorter", "as long", "longer", "much longer"])
def test_replaced_blob_is_noticed_and_read_again(
    emulator: Emulator, container: str, pull: Pull, data_folder: Path, size: int
) -> None:
    emulator.write(container, BLOB, lines(10, 14))
    pull()
    emulator.write(container, BLOB, lines(50, 50 + size))
    result = pull()
    assert landed(data_folder) == numbers(10, 14) + numbers(50, 50 + size)
    change = "shortened" if size < 4 else "replaced"
    assert [remark.message for remark in result.notes] == [
        f"{container}/{BLOB} was {change} after it had been read, and is read again from its beginning"
    ]
    assert result.failures == []
    assert pull().notes == []


def test_blob_replaced_by_the_same_bytes_is_not_read_again(emulator: Emulator, container: str, pull: Pull) -> None:
    emulator.write(container, BLOB, lines(0, 4))
    pull()
    emulator.write(container, BLOB, lines(0, 4))
    result = pull()
    assert (result.lines, result.known, result.notes) == ({}, 0, [])


def test_shortened_blob_is_noticed_and_what_it_still_has_is_known(
    emulator: Emulator, container: str, pull: Pull, data_folder: Path
) -> None:
    emulator.write(container, BLOB, lines(0, 4))
    pull()
    emulator.write(container, BLOB, lines(0, 2))
    assert "was shortened" in pull().notes[0].message
    emulator.append(container, BLOB, line(7))
    pull()
    assert landed(data_folder) == [*numbers(0, 4), *numbers(0, 2), "7"]


def test_crlf_lf_blank_lines_and_a_byte_order_mark_are_no_part_of_records(
    emulator: Emulator, container: str, pull: Pull, data_folder: Path
) -> None:
    emulator.write(container, BLOB, b"\xef\xbb\xbf" + line(0) + b"\r\n\n" + line(1).replace(b"\r", b"") + line(2))
    assert pull().bad_lines == {}
    assert landed(data_folder) == numbers(0, 3)


def test_what_is_delivered_twice_lands_twice_to_be_left_out_later(
    emulator: Emulator, container: str, pull: Pull, data_folder: Path
) -> None:
    emulator.write(container, BLOB, line(0) + line(0) + line(1))
    pull()
    assert landed(data_folder) == ["0", "0", "1"]


@pytest.mark.parametrize(
    "root",
    [
        f"tenantId={TENANT}",
        f"resourceId=/tenants/{TENANT}/providers/microsoft.aadiam",
        f"resourceId=/TENANTS/{TENANT.upper()}/PROVIDERS/MICROSOFT.AADIAM",
    ],
)
def test_t22_each_layout_of_paths_says_the_tenant(
    emulator: Emulator, container: str, pull: Pull, data_folder: Path, root: str
) -> None:
    emulator.write(container, hour(NOW, root), lines(0, 2))
    pull()
    assert landed(data_folder) == numbers(0, 2)
    assert {entry.source.tenant_id for entry in entries(data_folder)} == {TENANT}


def test_both_layouts_in_one_container_are_read(
    emulator: Emulator, container: str, pull: Pull, data_folder: Path
) -> None:
    emulator.write(container, BLOB, line(0))
    emulator.write(container, hour(NOW, f"resourceId=/tenants/{TENANT}/providers/microsoft.aadiam"), line(1))
    pull()
    assert sorted(landed(data_folder)) == ["0", "1"]


def test_records_of_another_tenant_are_named_and_not_pulled(
    emulator: Emulator, container: str, pull: Pull, data_folder: Path
) -> None:
    emulator.write(container, BLOB, line(0))
    emulator.write(container, hour(NOW, f"tenantId={OTHER}"), line(1))
    result = pull()
    assert landed(data_folder) == ["0"]
    assert [remark.message for remark in result.notes] == [
        f"contosologs has records of other tenants too, which are not pulled: {OTHER}"
    ]


def test_container_of_an_unknown_log_is_named_and_not_pulled(emulator: Emulator, container: str, pull: Pull) -> None:
    emulator.write(container, BLOB, line(0))
    for name in ("insights-logs-riskyusers", "insights-logs-provisioninglogs", "backups"):
        emulator.make_container(name)
        emulator.write(name, BLOB, line(1))
    result = pull()
    assert result.lines.total() == 1
    assert [remark.message for remark in result.notes] == [
        "contosologs has containers of logs that are not read yet: "
        "insights-logs-provisioninglogs, insights-logs-riskyusers"
    ]


def test_permission_on_containers_alone_is_enough(
    emulator: Emulator, container: str, pull: Pull, data_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    emulator.write(container, BLOB, line(0))
    monkeypatch.setenv("WHOSEAGENT_STORAGE_SAS", emulator.sas_for_blobs)
    result = pull()
    assert (result.failures, result.notes) == ([], [])
    assert landed(data_folder) == ["0"]


def folders_of(read: Callable[..., list[str]], refused: StorageAccount, name: str, prefix: str = "") -> list[str]:
    """Asks for the folders of one container with the signature of an account that refuses it."""
    return (refused.folders if name == AUDITS else read)(name, prefix)


def test_container_that_refuses_is_a_failure_where_it_is_known_to_be_there_and_else_a_note(
    emulator: Emulator, container: str, data_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    emulator.write(container, BLOB, line(0))
    emulator.make_container(AUDITS)
    for sas, failures, notes in ((emulator.sas, 1, 0), (emulator.sas_for_blobs, 0, 1)):
        monkeypatch.setenv("WHOSEAGENT_STORAGE_SAS", emulator.wrong_sas)
        refused = archive(emulator.url)._account
        refused._requests._signature()
        monkeypatch.setenv("WHOSEAGENT_STORAGE_SAS", sas)
        collector = archive(emulator.url)
        monkeypatch.setattr(collector._account, "folders", partial(folders_of, collector._account.folders, refused))
        result = collect(data_folder, collector)
        assert (len(result.failures), len(result.notes)) == (failures, notes)
        assert AUDITS in str(result.failures + result.notes)
    assert landed(data_folder) == ["0"]


@pytest.mark.parametrize(
    "path", ["y=2026/m=02/d=30/h=00/m=00/PT1H.json", "y=0/m=1/d=1/x", "y=99999/m=1/d=1/x", "x", "y=/m"]
)
def test_what_somebody_else_put_beside_the_archive_stops_nothing(
    emulator: Emulator, container: str, pull: Pull, data_folder: Path, path: str
) -> None:
    emulator.write(container, BLOB, line(0))
    emulator.write(container, f"tenantId={TENANT}/{path}", b"no record")
    assert pull().failures == []
    assert pull(Period(NOW - timedelta(days=1), NOW)).failures == []
    assert landed(data_folder) == ["0"]


def test_account_without_any_archive_is_nothing_to_pull(emulator: Emulator, pull: Pull) -> None:
    assert emulator.url
    assert (pull().slices, pull().failures) == (0, [])


def test_blob_that_grows_between_list_and_read_waits_with_what_came_after(
    emulator: Emulator, container: str, data_folder: Path
) -> None:
    emulator.write(container, BLOB, lines(0, 2))
    collector = archive(emulator.url)
    fetch = collector._account.fetch

    def grow_and_fetch(*arguments: Any) -> bytes:
        emulator.append(container, BLOB, line(2))
        collector._account.fetch = fetch  # type: ignore[method-assign]
        return fetch(*arguments)

    collector._account.fetch = grow_and_fetch  # type: ignore[assignment, method-assign]
    collect(data_folder, collector)
    assert landed(data_folder) == numbers(0, 2)
    collect(data_folder, archive(emulator.url))
    assert landed(data_folder) == numbers(0, 3)


def test_blob_that_is_deleted_between_list_and_read_is_said_and_stops_no_other(
    emulator: Emulator, container: str, data_folder: Path
) -> None:
    gone, other = hour(NOW - timedelta(days=1)), BLOB
    emulator.write(container, gone, line(0))
    emulator.write(container, other, line(1))
    collector = archive(emulator.url)
    fetch = collector._account.fetch

    def delete_and_fetch(name: str, path: str, start: int, end: int) -> bytes:
        if path == gone:
            emulator.delete(container, gone)
        return fetch(name, path, start, end)

    collector._account.fetch = delete_and_fetch  # type: ignore[assignment, method-assign]
    result = collect(data_folder, collector)
    assert [remark.message for remark in result.failures] == [f"{container}/{gone} was deleted while it was read"]
    assert landed(data_folder) == ["1"]


def test_chunks_split_lines_anywhere(
    emulator: Emulator, container: str, pull: Pull, data_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(growing_blob, "CHUNK_BYTES", 37)
    monkeypatch.setattr(growing_blob, "TAIL_BYTES", 50)
    emulator.write(container, BLOB, lines(0, 8) + line(8)[:30])
    pull()
    emulator.append(container, BLOB, line(8)[30:] + lines(9, 12))
    assert pull().notes == []
    assert landed(data_folder) == numbers(0, 12)


def test_many_small_blobs_of_a_day_land_together(
    emulator: Emulator, container: str, pull: Pull, data_folder: Path
) -> None:
    day = datetime(2026, 3, 4, tzinfo=UTC)
    for number in range(24):
        emulator.write(container, hour(day + timedelta(hours=number)), line(number))
    pull()
    assert len(entries(data_folder)) == 1
    assert landed(data_folder) == numbers(0, 24)
    assert entries(data_folder)[0].source.window == ("2026-03-04T00:00:00Z", "2026-03-05T00:00:00Z")
    emulator.write(container, hour(day + timedelta(hours=24)), line(99))
    pull(Period(day, day + timedelta(days=2)))
    assert landed(data_folder)[-1] == "99"


def test_slices_are_bounded_in_bytes_and_a_large_blob_has_its_own(
    emulator: Emulator, container: str, pull: Pull, data_folder: Path
) -> None:
    day = datetime(2026, 3, 4, tzinfo=UTC)
    for number, records in enumerate((2, 2, 50, 2, 2, 2)):
        emulator.write(container, hour(day + timedelta(hours=number)), lines(number * 100, number * 100 + records))
    pull(slice_bytes=5 * len(line(100)))
    assert [entry.rows for entry in entries(data_folder)] == [4, 50, 4, 2]


def test_every_page_of_every_listing_is_read(
    emulator: Emulator, container: str, pull: Pull, data_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [f"insights-logs-{letter}" for letter in "abcdefg"]
    for name in names:
        emulator.make_container(name)
    start = datetime(2026, 3, 4, tzinfo=UTC)
    for number in range(30):
        emulator.write(container, hour(start + timedelta(hours=number)), line(number))
    # What stands in the signature is sent with every request: pages of two instead of five thousand.
    monkeypatch.setenv("WHOSEAGENT_STORAGE_SAS", f"{emulator.sas}&maxresults=2")
    result = pull()
    assert landed(data_folder) == numbers(0, 30)
    assert ", ".join(names) in result.notes[0].message
    assert pull().slices == 1


def test_days_that_ended_long_ago_are_not_looked_at_again(
    emulator: Emulator, container: str, pull: Pull, data_folder: Path
) -> None:
    old, late = hour(NOW - timedelta(days=40)), hour(NOW - timedelta(days=2))
    for path in (old, late):
        emulator.write(container, path, line(path[-25:]))
    pull()
    assert len(landed(data_folder)) == 2
    for number, path in enumerate((old, late)):
        emulator.append(container, path, line(number))
    pull()
    assert landed(data_folder)[2:] == ["1"]


def test_blob_is_forgotten_when_its_day_is_no_longer_looked_at_and_a_backfill_reads_it_again(
    emulator: Emulator, container: str, pull: Pull, data_folder: Path
) -> None:
    root = f"{container}/tenantId={TENANT}"
    old, kept = hour(NOW - timedelta(days=9)), hour(NOW - timedelta(days=3))
    for number, path in enumerate((old, kept, BLOB)):
        emulator.write(container, path, line(number))
    pull(after=-timedelta(days=6))
    cursors = CursorFile(data_folder, archive(emulator.url).name)
    assert f"{container}/{old}" in cursors.read().under(root)
    pull()
    assert cursors.read().under(f"{root}/") == [f"{container}/{kept}", f"{container}/{BLOB}"]
    assert landed(data_folder) == numbers(0, 3)
    assert pull().lines == {}
    again = pull(Period(NOW - timedelta(days=9), NOW - timedelta(days=9)))
    assert (again.known, again.lines, landed(data_folder)) == (1, {}, numbers(0, 3))


@pytest.mark.parametrize("change", [{"after": -timedelta(days=20)}, {"late_days": 30}])
def test_no_clock_and_no_setting_makes_a_forgotten_blob_new(
    change: dict[str, Any], emulator: Emulator, container: str, pull: Pull, data_folder: Path
) -> None:
    emulator.write(container, hour(NOW - timedelta(days=9)), line(0))
    pull()
    for _ in range(2):
        again = pull(**change)
        assert (again.lines, again.known) == ({}, 0)
    assert landed(data_folder) == ["0"]


def test_first_collect_goes_back_as_far_as_is_said_and_a_backfill_further(
    emulator: Emulator, container: str, pull: Pull, data_folder: Path
) -> None:
    for number, days in enumerate((20, 8, 7, 0)):
        emulator.write(container, hour(NOW - timedelta(days=days)), line(number))
    pull(first_days=7)
    assert landed(data_folder) == ["2", "3"]
    pull(Period(datetime(2015, 1, 1, tzinfo=UTC), NOW))
    assert landed(data_folder) == ["2", "3", "0", "1"]


def test_days_since_the_last_time_are_looked_at_however_long_ago_that_was(
    emulator: Emulator, container: str, pull: Pull, data_folder: Path
) -> None:
    emulator.write(container, hour(NOW), line(0))
    pull(after=-timedelta(days=30))
    emulator.write(container, hour(NOW - timedelta(days=20)), line(1))
    pull()
    assert landed(data_folder) == ["0", "1"]


def test_backfill_pulls_only_its_days_and_what_they_left_for_the_next(
    emulator: Emulator, container: str, pull: Pull, data_folder: Path
) -> None:
    day = datetime(2026, 3, 30, tzinfo=UTC)
    for number in range(5):
        emulator.write(container, hour(day + timedelta(days=number)), line(number))
    period = Period(day + timedelta(days=1), day + timedelta(days=2))
    assert pull(period).slices == 3  # the days, and that they were looked through
    assert landed(data_folder) == ["1", "2"]
    assert pull(period).slices == 1
    pull()
    assert landed(data_folder) == ["1", "2", "0", "3", "4"]


def test_failed_blob_keeps_its_day_open(
    emulator: Emulator, container: str, pull: Pull, data_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = hour(NOW - timedelta(days=40))
    emulator.write(container, old, lines(0, 40))
    monkeypatch.setattr(growing_blob, "CHUNK_BYTES", 1000)
    collector = archive(emulator.url)
    fetch = collector._account.fetch

    def fail_later(name: str, path: str, start: int, end: int) -> bytes:
        if start >= 3000:
            raise growing_blob.BlobError("connection reset")
        return fetch(name, path, start, end)

    collector._account.fetch = fail_later  # type: ignore[assignment, method-assign]
    assert [remark.message for remark in collect(data_folder, collector).failures] == ["connection reset"]
    read = len(landed(data_folder))
    assert 0 < read < 40
    assert pull().failures == []
    assert landed(data_folder) == numbers(0, 40)


def test_wrong_signature_names_the_role_once_and_shows_no_signature(
    emulator: Emulator, container: str, pull: Pull, monkeypatch: pytest.MonkeyPatch
) -> None:
    emulator.write(container, BLOB, line(0))
    monkeypatch.setenv("WHOSEAGENT_STORAGE_SAS", emulator.wrong_sas)
    result = pull()
    assert len(result.failures) == 1
    assert "grant the role Storage Blob Data Reader" in result.failures[0].message
    assert "sig=" not in str(result.failures)


@pytest.mark.parametrize(
    ("key", "reason"),
    [("", ""), ("Z2VoZWlt", "access is refused"), ("geheim!", "WHOSEAGENT_STORAGE_KEY is no account key")],
    ids=["right", "wrong", "no base64"],
)
def test_emulator_is_read_with_its_account_key(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch, data_folder: Path, key: str, reason: str
) -> None:
    emulator.make_container(REQUESTS)
    emulator.write(REQUESTS, BLOB, line(0))
    monkeypatch.delenv("WHOSEAGENT_STORAGE_SAS")
    monkeypatch.setenv("WHOSEAGENT_STORAGE_KEY", key or emulator.key)
    result = collect(data_folder, archive(emulator.url))
    assert result.lines.total() == (0 if reason else 1)
    assert [reason in failure.message for failure in result.failures] == ([True] if reason else [])
    assert not any(secret in str(result) for secret in (key or emulator.key, "sig="))


def test_signature_that_is_given_comes_before_the_key(
    emulator: Emulator, container: str, pull: Pull, data_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    emulator.write(container, BLOB, line(0))
    monkeypatch.setenv("WHOSEAGENT_STORAGE_KEY", "Z2VoZWlt")
    assert pull().failures == []
    assert landed(data_folder) == ["0"]


def test_account_that_does_not_answer_is_one_failure(data_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WHOSEAGENT_STORAGE_SAS", "sv=2020&sig=geheim")
    result = collect(data_folder, archive("http://127.0.0.1:9/contosologs"))
    assert len(result.failures) == 1
    assert "geheim" not in result.failures[0].message


def test_check_does_not_wait_for_an_account_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WHOSEAGENT_STORAGE_SAS", "sv=2020&sig=geheim")
    slept: list[float] = []
    account = StorageAccount("http://127.0.0.1:9/contosologs", lambda: None, retries=2, sleep=slept.append)  # type: ignore[arg-type, return-value]
    with pytest.raises(CollectError):
        list(StorageArchive(account, TENANT).check())
    assert slept == []
    with pytest.raises(CollectError):
        StorageArchive(account, TENANT).plan(CursorFile(Path("nowhere"), "x"), None)
    assert len(slept) == 2


def test_environment_does_not_lead_elsewhere(
    emulator: Emulator, container: str, pull: Pull, data_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    emulator.write(container, BLOB, line(0))
    monkeypatch.setenv("AZURE_STORAGE_ENDPOINT", "http://127.0.0.1:9/")
    monkeypatch.setenv("AZURE_ENDPOINT_URL", "http://127.0.0.1:9/")
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_NAME", "elsewhere")
    monkeypatch.setenv("AZURE_STORAGE_USE_EMULATOR", "true")
    assert pull().failures == []
    assert landed(data_folder) == ["0"]


def test_plan_says_what_would_be_looked_at_and_pulls_nothing(
    emulator: Emulator, container: str, pull: Pull, data_folder: Path
) -> None:
    emulator.write(container, BLOB, line(0))
    cursors = CursorFile(data_folder, archive(emulator.url).name)
    assert archive(emulator.url).plan(cursors.read(), None) == [f"{container}: everything"]
    assert entries(data_folder) == []
    pull()
    first = (NOW - timedelta(days=3)).date()
    assert archive(emulator.url).plan(cursors.read(), None) == [f"{container}: from {first}"]
    period = Period(datetime(2026, 3, 4, tzinfo=UTC), datetime(2026, 3, 6, tzinfo=UTC))
    assert archive(emulator.url).plan(cursors.read(), period) == [f"{container}: from 2026-03-04 to 2026-03-06"]


def test_plan_of_an_account_that_refuses_says_so(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WHOSEAGENT_STORAGE_SAS", emulator.wrong_sas)
    with pytest.raises(CollectError, match="Storage Blob Data Reader"):
        archive(emulator.url).plan(CursorFile(Path("nowhere"), "x"), None)


class Killed(BaseException):
    """Stands for a kill: nothing catches it."""


class Faults:
    """Lets the fetches of a collector fail, or kills it, at random."""

    def __init__(self, rng: Random, collector: StorageArchive, monkeypatch: pytest.MonkeyPatch) -> None:
        self.killed = False
        self._rng = rng
        self._fetch = collector._account.fetch
        monkeypatch.setattr(collector._account, "fetch", self.fetch)
        put = CursorFile.put

        def kill_or_put(file: CursorFile, cursors: dict[str, Any]) -> None:
            self._perhaps_kill()
            put(file, cursors)

        monkeypatch.setattr(CursorFile, "put", kill_or_put)

    def fetch(self, container: str, path: str, start: int, end: int) -> bytes:
        self._perhaps_kill()
        if self._rng.random() < 0.2:
            raise growing_blob.BlobError("connection reset")
        if self._rng.random() < 0.2:
            end = self._rng.randint(start + 1, end)
        return self._fetch(container, path, start, end)

    def _perhaps_kill(self) -> None:
        if self._rng.random() < 0.1:
            self.killed = True
            raise Killed


@pytest.mark.parametrize("seed", range(4))
def test_whatever_fails_or_is_killed_nothing_is_lost_and_only_a_kill_lands_twice(
    emulator: Emulator, container: str, data_folder: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    rng = Random(seed)  # noqa: S311
    monkeypatch.setattr(growing_blob, "CHUNK_BYTES", rng.choice([100, 1000, 10_000]))
    contents = {hour(NOW - timedelta(hours=blob)): lines(blob * 100, blob * 100 + 20) for blob in range(3)}
    written = dict.fromkeys(contents, 0)
    was_killed = False
    for path in contents:
        emulator.write(container, path)
    while any(written[path] < len(content) for path, content in contents.items()):
        for path, content in contents.items():
            end = min(len(content), written[path] + rng.choice([0, 1, 50, 150, 700]))
            emulator.append(container, path, content[written[path] : end])
            written[path] = end
        with monkeypatch.context() as patch:
            collector = archive(emulator.url)
            faults = Faults(rng, collector, patch)
            with suppress(Killed):
                collect(data_folder, collector)
            was_killed |= faults.killed
    result = collect(data_folder, archive(emulator.url))
    assert (result.failures, result.notes, result.bad_lines) == ([], [], {})
    found = Counter(landed(data_folder))
    assert set(found) == {str(blob * 100 + number) for blob in range(3) for number in range(20)}
    assert was_killed or max(found.values()) == 1
