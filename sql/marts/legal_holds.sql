/*
description: >
  The legal holds: event days of which nothing is removed until the hold is released, and those released.
kind: view
grain: [hold_id]
not_null: [hold_id, name, first_day, last_day, owner, reason, placed_by, placed_at, is_active]
*/
with releases as (
    select
        name,
        seq,
        event_at,
        actor,
        reason
    from case_events
    where kind = 'hold_released'
),

ended as (
    select
        placed.event_id,
        min(releases.event_at) as released_at,
        min_by(releases.actor, releases.seq) as released_by,
        min_by(releases.reason, releases.seq) as released_reason
    from case_events as placed
    inner join releases on placed.name = releases.name and placed.seq < releases.seq
    where placed.kind = 'hold_placed'
    group by placed.event_id
)

select
    placed.event_id as hold_id, -- id of the hold
    placed.name, -- what it is called; a name may be used again after its release
    placed.first_day, -- first event day in UTC
    placed.last_day, -- last event day
    placed.tenant_id, -- the one Entra tenant that it holds; null for any
    placed.app_id, -- app that it is about, for people: it narrows nothing
    placed.user_id, -- user that it is about, for people: it narrows nothing
    placed.owner, -- who answers for it
    placed.reason, -- why it was placed
    placed.ticket, -- where it was decided
    placed.actor as placed_by, -- who placed it
    placed.event_at as placed_at, -- UTC time at which it was placed
    ended.released_at, -- UTC time at which it was released; null where it was not
    ended.released_by, -- who released it
    ended.released_reason, -- why it was released
    ended.event_id is null as is_active -- whether it is in force
from case_events as placed
left join ended on placed.event_id = ended.event_id
where placed.kind = 'hold_placed'
