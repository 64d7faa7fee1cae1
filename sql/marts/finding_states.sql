/*
description: >
  What became of every finding that was ever seen, also of those that are found no longer: what it was, what people made
  of it, and when it was opened, closed and reopened.
kind: view
grain: [finding_id]
not_null: [finding_id, is_open, status]
*/
with openings as (
    select
        *,
        row_number() over (partition by finding_id order by seq desc) as place
    from case_events
    where kind in ('opened', 'reopened')
),

triage as (
    select
        finding_id,
        arg_max(status, case when kind = 'status' then seq end) as status,
        arg_max(coalesce(assignee, ''), case when kind = 'assigned' then seq end) as assignee,
        arg_max(comment, case when kind = 'commented' then seq end) as last_comment,
        max(case when kind = 'commented' then event_at end) as last_commented_at,
        min(case when kind = 'opened' then event_at end) as opened_at,
        max(case when kind = 'closed' then event_at end) as closed_at,
        arg_max(reason, case when kind = 'closed' then seq end) as closed_reason,
        max(case when kind = 'reopened' then event_at end) as reopened_at,
        arg_max(reason, case when kind = 'reopened' then seq end) as reopened_reason,
        max(case when kind in ('opened', 'reopened') then seq end) as last_opening,
        max(case when kind = 'closed' then seq end) as last_closing,
        max(event_at) as changed_at
    from case_events
    where
        finding_id is not null
        and kind in ('opened', 'reopened', 'closed', 'status', 'assigned', 'commented')
    group by finding_id
),

suppressed as (
    select
        finding_id,
        max(expires_at) as suppressed_until,
        arg_max(suppression_id, expires_at) as suppression_id
    from suppression_hits
    where is_active
    group by finding_id
)

select
    triage.finding_id, -- the finding
    openings.rule_id, -- its rule
    openings.title, -- the rule in a few words
    openings.severity, -- critical, high, medium, low, info, when it was opened or reopened last
    openings.tenant_id, -- Entra tenant
    openings.day, -- event day in UTC
    openings.app_id, -- the app that acted
    openings.agent_name, -- its name
    openings.user_id, -- the human under whose authority it acted; null where none is proved
    openings.user_upn, -- UPN of that human, a label
    openings.target_user_id, -- the affected user
    openings.target_user_upn, -- UPN of the affected user, a label
    openings.summary, -- one sentence for a person
    coalesce(triage.last_opening > coalesce(triage.last_closing, -1), false) as is_open, -- whether it was found when whoseagent looked last, whatever people made of it
    coalesce(triage.status, 'new') as status, -- what people said last: new, acknowledged, in_progress, resolved, false_positive
    nullif(triage.assignee, '') as assignee, -- who has it; null for nobody
    triage.last_comment, -- what somebody said last
    triage.last_commented_at, -- UTC time of that
    triage.opened_at, -- UTC time at which it was seen for the first time
    triage.closed_at, -- UTC time at which it was found no longer, the last time
    triage.closed_reason, -- why, as far as it can be known
    triage.reopened_at, -- UTC time at which it was found again, or its suppression had expired, the last time
    triage.reopened_reason, -- why it was reopened
    suppressed.suppression_id, -- the suppression that holds for it now, of several the one that lasts longest
    suppressed.suppressed_until, -- UTC time at which that expires
    triage.changed_at -- UTC time of the last event about it
from triage
left join openings
    on triage.finding_id = openings.finding_id and openings.place = 1
left join suppressed
    on triage.finding_id = suppressed.finding_id
