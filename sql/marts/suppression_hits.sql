/*
description: >
  The findings that each suppression covers or covered: those in its scope that were there before it ended.
kind: view
grain: [suppression_id, finding_id]
not_null: [suppression_id, finding_id, expires_at, is_active]
*/
with opened as (
    select
        finding_id,
        rule_id,
        tenant_id,
        app_id,
        user_id,
        target_user_id,
        min(event_at) as opened_at
    from case_events
    where kind in ('opened', 'reopened')
    group by finding_id, rule_id, tenant_id, app_id, user_id, target_user_id
),

known as (
    select
        finding_id,
        rule_id,
        tenant_id,
        app_id,
        user_id,
        target_user_id,
        opened_at
    from opened
    union all
    select
        day_findings.finding_id,
        day_findings.rule_id,
        day_findings.tenant_id,
        day_findings.app_id,
        day_findings.user_id,
        day_findings.target_user_id,
        cast(null as timestamp) as opened_at
    from day_findings
    where day_findings.finding_id not in (select opened.finding_id from opened)
)

select
    scopes.suppression_id, -- the suppression
    known.finding_id, -- a finding in its scope
    scopes.expires_at, -- UTC time until which the suppression holds, unless it is lifted before
    scopes.is_active -- whether it holds now
from suppression_scopes as scopes
inner join known
    on
        (scopes.finding_id is null or scopes.finding_id = known.finding_id)
        and (scopes.rule_id is null or scopes.rule_id = known.rule_id)
        and (scopes.tenant_id is null or scopes.tenant_id = known.tenant_id)
        and (scopes.app_id is null or scopes.app_id = known.app_id)
        and (scopes.user_id is null or scopes.user_id = known.user_id)
        and (scopes.target_user_id is null or scopes.target_user_id = known.target_user_id)
where coalesce(known.opened_at, scopes.asked_at) < scopes.ended_at
group by scopes.suppression_id, known.finding_id, scopes.expires_at, scopes.is_active
