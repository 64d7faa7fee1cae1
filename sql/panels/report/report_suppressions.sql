/*
title: Suppressions
description: >
  Suppressions that held at any time of the period or cover a finding of it: who decided that such findings are
  expected, why, and until when.
kind: panel
grain: [suppression_id]
*/
with covered as (
    select
        hits.suppression_id,
        count(*) as findings
    from suppression_hits as hits
    inner join findings
        on hits.finding_id = findings.finding_id
    where
        findings.day between $first_day and $last_day
        and ($tenant_id is null or findings.tenant_id = $tenant_id)
    group by hits.suppression_id
)

select
    scopes.suppression_id, -- the suppression
    concat_ws(
        ', ',
        'rule ' || scopes.rule_id,
        'finding ' || scopes.finding_id,
        'app ' || scopes.app_id,
        'human ' || scopes.user_id,
        'affected user ' || scopes.target_user_id,
        'tenant ' || scopes.tenant_id
    ) as scope, -- what it covers
    scopes.owner, -- who answers for it
    scopes.reason, -- why such findings are expected
    scopes.ticket, -- where it was decided
    scopes.made_by, -- who made it
    scopes.made_at, -- UTC time at which it was made
    scopes.ended_at, -- UTC time at which it ends or ended
    coalesce(covered.findings, 0) as findings, -- findings of the period that it covers
    scopes.ticket is null as is_exception -- whether it says nowhere where it was decided
from suppression_scopes as scopes
left join covered
    on scopes.suppression_id = covered.suppression_id
where
    ($tenant_id is null or scopes.tenant_id is null or scopes.tenant_id = $tenant_id)
    and (
        covered.findings > 0
        or (scopes.made_at < cast($last_day as date) + interval 1 day and scopes.ended_at > $first_day)
    )
order by findings desc, scopes.made_at asc, scopes.suppression_id asc
