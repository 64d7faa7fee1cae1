from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from pipelines.cases.events import HoldPlaced
from pipelines.retention.policy import Contents, Limits, judge

FIRST = date(2026, 1, 1)
TENANTS = ("a", "b")

days = st.integers(0, 40).map(lambda number: FIRST + timedelta(days=number))
contents = st.builds(
    Contents,
    days=st.frozensets(days, max_size=4),
    before=st.none() | days,
    tenant_id=st.none() | st.sampled_from(TENANTS),
)
limits = st.builds(Limits, kept_from=days, days_looked_back=st.integers(0, 5), longer_from=st.none() | days)
holds = st.lists(
    st.builds(
        lambda ends, tenant: HoldPlaced(
            name="h", first_day=min(ends), last_day=max(ends), tenant_id=tenant, owner="o", reason="r"
        ),
        st.tuples(days, days),
        st.none() | st.sampled_from(TENANTS),
    ),
    max_size=3,
)


def can_be_of(contents: Contents, day: date) -> bool:
    return day in contents.days or (contents.before is not None and day <= contents.before)


@given(contents, limits, holds)
def test_nothing_newer_held_or_looked_back_to_is_removed_and_all_else_is(
    contents: Contents, limits: Limits, holds: list[HoldPlaced]
) -> None:
    back = timedelta(days=limits.days_looked_back)
    is_empty = not contents.days and contents.before is None
    wanted_from = min(limits.kept_from - back, limits.longer_from or date.max)
    later = [wanted_from + timedelta(days=number) for number in range(90)]
    is_needed = any(can_be_of(contents, day) for day in later)
    is_held = any(
        can_be_of(contents, hold.first_day - back + timedelta(days=number))
        for hold in holds
        for number in range((hold.last_day - hold.first_day).days + limits.days_looked_back + 1)
        if None in (hold.tenant_id, contents.tenant_id) or hold.tenant_id == contents.tenant_id
    )
    judged = judge(contents, limits, holds)
    assert (judged.verdict == "removed") == (not (is_empty or is_needed or is_held))
    assert bool(judged.holds) == (judged.verdict == "held")
