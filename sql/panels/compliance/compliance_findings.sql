/*
title: Findings and rules by control
description: >
  For each control that a finding rule bears on, its rules, what they found in the period, and on how many days they
  could not be evaluated.
kind: panel
grain: [control, rule_id]
*/
with found as (
    select *
    from handled_findings
    where
        day between $first_day and $last_day
        and ($tenant_id is null or tenant_id = $tenant_id)
),

controls as (
    select
        rule_id,
        title,
        severity,
        unnest(controls) as control
    from rules
),

counted as (
    select
        rule_id,
        count(*) as findings,
        count(case when status in ('new', 'acknowledged', 'in_progress') then 1 end) as undecided
    from found
    group by rule_id
),

runs as (
    select
        rule_id,
        count(case when state = 'evaluated' then 1 end) as evaluated,
        count(case when state = 'not_evaluated' then 1 end) as not_evaluated
    from rule_evaluations
    where
        day between $first_day and $last_day
        and ($tenant_id is null or tenant_id = $tenant_id)
    group by rule_id
)

select
    controls.control, -- the control
    controls.rule_id, -- the rule
    controls.title, -- the rule in a few words
    controls.severity, -- the highest that it gives
    coalesce(runs.evaluated, 0) as evaluated, -- days of a tenant on which it was evaluated
    coalesce(runs.not_evaluated, 0) as not_evaluated, -- days of a tenant on which it was not
    coalesce(counted.findings, 0) as findings, -- findings of the period
    coalesce(counted.undecided, 0) as undecided, -- of these, those on which nobody has decided
    coalesce(counted.undecided, 0) > 0 or coalesce(runs.evaluated, 0) = 0 as is_exception -- whether a finding is undecided, or the rule was never evaluated
from controls
left join counted
    on controls.rule_id = counted.rule_id
left join runs
    on controls.rule_id = runs.rule_id
order by controls.control asc, undecided desc, controls.rule_id asc
