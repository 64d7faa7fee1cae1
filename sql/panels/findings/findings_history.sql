/*
title: What happened to it
description: >
  Every event about the finding, and about suppressions that cover or covered it: when, who, and what was said. What
  whoseagent says itself stands under its own name.
kind: panel
grain: [event_id]
*/
with covering as (
    select distinct suppression_id
    from suppression_hits
    where finding_id = $finding_id
)

select
    events.event_at, -- UTC time of the event
    events.actor, -- who wrote it; whoseagent for what it says itself
    events.kind, -- opened, closed, reopened, status, assigned, commented, suppressed, unsuppressed
    events.status, -- what it was set to
    events.assignee, -- who has it since; null for nobody, or where it is about something else
    events.comment, -- what somebody said
    events.reason, -- why, in the words of the actor
    events.owner, -- who answers for the suppression
    events.ticket, -- where it was decided
    events.expires_at, -- UTC time until which the suppression holds
    events.event_id -- the event
from case_events as events
left join covering
    on coalesce(events.suppression_id, events.event_id) = covering.suppression_id
where events.finding_id = $finding_id or covering.suppression_id is not null
order by events.seq
