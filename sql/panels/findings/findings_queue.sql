/*
title: The findings
description: >
  The gravest first, of the newest day first: what was found, who and whose agent it is about, and what people made of
  it until now.
kind: panel
grain: [finding_id]
*/
with every_finding as (
    select
        finding_id,
        rule_id,
        title,
        severity,
        tenant_id,
        day,
        app_id,
        agent_name,
        user_id,
        user_upn,
        target_user_id,
        target_user_upn,
        summary,
        assignee,
        suppressed_until,
        opened_at,
        status
    from findings
    union all
    select
        states.finding_id,
        states.rule_id,
        states.title,
        states.severity,
        states.tenant_id,
        states.day,
        states.app_id,
        states.agent_name,
        states.user_id,
        states.user_upn,
        states.target_user_id,
        states.target_user_upn,
        states.summary,
        states.assignee,
        states.suppressed_until,
        states.opened_at,
        'closed' as status
    from finding_states as states
    left join findings
        on states.finding_id = findings.finding_id
    where states.rule_id is not null and findings.finding_id is null
)

select
    severity, -- critical, high, medium, low, info
    day, -- event day in UTC; of what lasts, the last day on which it was found
    title, -- the rule in a few words
    summary, -- one sentence for a person
    status, -- new, acknowledged, in_progress, resolved, false_positive, suppressed; closed where it is found no longer
    assignee, -- who has it; null for nobody
    opened_at, -- UTC time at which it was seen for the first time; null until the run that found it has ended
    suppressed_until, -- UTC time until which a suppression covers it; null where none does
    agent_name, -- name of the app that acted
    user_upn, -- UPN of the human under whose authority it acted, a label
    target_user_upn, -- UPN of the affected user, a label
    rule_id, -- the rule, as its file under sql/findings is called
    app_id, -- the app that acted
    user_id, -- the human under whose authority it acted; null where none is proved
    target_user_id, -- the affected user
    tenant_id, -- Entra tenant
    finding_id, -- stable id of the finding
    count(*) over () as in_all -- findings that fit, listed or not
from every_finding
where
    ($finding_ids is null or list_contains($finding_ids, finding_id))
    and ($rule_id is null or rule_id = $rule_id)
    and (
        $severity is null
        or list_position(['critical', 'high', 'medium', 'low', 'info'], severity)
        <= list_position(['critical', 'high', 'medium', 'low', 'info'], $severity)
    )
    and (
        $status is null
        or status = $status
        or ($status = 'open' and status in ('new', 'acknowledged', 'in_progress'))
    )
    and ($tenant_id is null or tenant_id = lower($tenant_id))
    and ($first_day is null or day >= $first_day)
    and ($last_day is null or day <= $last_day)
    and ($app_id is null or app_id = lower($app_id) or lower(agent_name) = lower($app_id))
    and (
        $user_id is null
        or lower($user_id) in (user_id, lower(user_upn), target_user_id, lower(target_user_upn))
    )
    and ($target_user_id is null or lower($target_user_id) in (target_user_id, lower(target_user_upn)))
    and ($assignee is null or assignee = $assignee)
order by
    list_position(['critical', 'high', 'medium', 'low', 'info'], severity) asc, day desc, rule_id asc, finding_id asc
limit $most
