/*
description: >
  What the finding rules found, as they found it: on each event day, and of rules about what lasts until somebody mends
  it, on the last day on which they found it. `findings` adds what the rule means and what people made of the finding.
kind: table
grain: [finding_id]
not_null: [finding_id, rule_id, tenant_id, day, subject, severity, first_seen, last_seen, request_count, summary]
*/
with looks as (
    select
        tenant_id,
        rule_id,
        max(day) as last_day
    from rule_runs
    where state = 'evaluated'
    group by tenant_id, rule_id
),

found as (
    select
        rule_findings.*,
        coalesce(rule_headers.standing_days, 0) as standing_days,
        date_diff('day', rule_findings.day, looks.last_day) as days_ago,
        case rule_findings.severity
            when 'critical' then 0
            when 'high' then 1
            when 'medium' then 2
            when 'low' then 3
            else 4
        end as severity_place
    from rule_findings
    left join rule_headers
        on rule_findings.rule_id = rule_headers.rule_id
    left join looks
        on rule_findings.tenant_id = looks.tenant_id and rule_findings.rule_id = looks.rule_id
),

-- What lasts is one finding: as on its last day, as grave as on any of the days that it stands for.
standing as (
    select
        finding_id,
        max(day) as day,
        arg_min(severity, severity_place) filter (where days_ago < standing_days) as severity,
        min(first_seen) as first_seen
    from found
    where standing_days > 0
    group by finding_id
    having min(days_ago) < max(standing_days)
)

select
    found.finding_id, -- stable: follows from rule, tenant, subject and, unless it lasts, day
    found.rule_id, -- the rule, as its file under sql/findings is called
    found.tenant_id, -- Entra tenant
    found.day, -- event day in UTC; of what lasts, the last day on which it was found
    found.subject, -- what it is about, within rule, tenant and day: ids and fixed words
    coalesce(standing.severity, found.severity) as severity, -- critical, high, medium, low, info
    coalesce(standing.first_seen, found.first_seen) as first_seen, -- UTC time of the first event of the day behind it; of what lasts, of the first day
    found.last_seen, -- UTC time of the last
    found.request_count, -- events of the day behind it
    found.app_id, -- the app that acted
    found.agent_name, -- its name
    found.user_id, -- the human under whose authority it acted; null where none is proved
    found.user_upn, -- UPN of that human, a label
    found.target_user_id, -- the affected user
    found.target_user_upn, -- UPN of the affected user, a label
    found.summary, -- one sentence for a person
    found.evidence -- records that it rests on, at most 20: log, record id and landed file
from found
left join standing
    on found.finding_id = standing.finding_id and found.day = standing.day
where found.standing_days = 0 or standing.finding_id is not null
