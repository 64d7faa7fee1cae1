/*
description: >
  Every suppression of findings with its scope, who made it, and until when it holds. `suppressions` adds what it hit.
kind: view
grain: [suppression_id]
not_null: [suppression_id, owner, reason, made_by, made_at, expires_at, ended_at, is_active]
*/
with lifted as (
    select
        suppression_id,
        min(event_at) as lifted_at,
        arg_min(actor, seq) as lifted_by,
        arg_min(reason, seq) as lifted_reason
    from case_events
    where kind = 'unsuppressed'
    group by suppression_id
)

select
    made.event_id as suppression_id, -- id of the suppression
    made.finding_id, -- the one finding in its scope; null where the scope is wider
    made.rule_id, -- rule in its scope; null for any
    made.tenant_id, -- Entra tenant in its scope; null for any
    made.app_id, -- app in its scope; null for any
    made.user_id, -- human in its scope; null for any
    made.target_user_id, -- affected user in its scope; null for any
    made.owner, -- who answers for it
    made.reason, -- why such findings are expected
    made.ticket, -- where it was decided
    made.actor as made_by, -- who made it
    made.event_at as made_at, -- UTC time at which it was made
    made.expires_at, -- UTC time until which it holds, unless it is lifted before
    lifted.lifted_at, -- UTC time at which it was lifted; null where it was not
    lifted.lifted_by, -- who lifted it
    lifted.lifted_reason, -- why it was lifted
    least(made.expires_at, coalesce(lifted.lifted_at, made.expires_at)) as ended_at, -- UTC time at which it ends or ended
    made.asked_at < least(made.expires_at, coalesce(lifted.lifted_at, made.expires_at)) as is_active, -- whether it holds now
    made.asked_at -- UTC time of the question
from case_events as made
left join lifted
    on made.event_id = lifted.suppression_id
where made.kind = 'suppressed'
