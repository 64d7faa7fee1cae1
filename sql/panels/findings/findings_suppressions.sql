/*
title: Suppressions
description: >
  Who decided that which findings are expected, why, and until when; those that hold first. The findings that one
  hides come back when it ends.
kind: panel
grain: [suppression_id]
*/
with hidden as (
    select
        hits.suppression_id,
        count(*) as findings
    from suppression_hits as hits
    inner join findings
        on hits.finding_id = findings.finding_id
    where
        hits.is_active
        and findings.status = 'suppressed'
        and ($tenant_id is null or findings.tenant_id = $tenant_id)
    group by hits.suppression_id
)

select
    coalesce(hidden.findings, 0) as hides_now, -- findings that it hides now
    concat_ws(
        ', ',
        'finding ' || suppressions.finding_id,
        'rule ' || suppressions.rule_id,
        'app ' || suppressions.app_id,
        'human ' || suppressions.user_id,
        'affected user ' || suppressions.target_user_id,
        'tenant ' || suppressions.tenant_id
    ) as scope, -- what it covers
    suppressions.owner, -- who answers for it
    suppressions.reason, -- why such findings are expected
    suppressions.ticket, -- where it was decided
    suppressions.expires_at, -- UTC time until which it holds, unless it is lifted before
    suppressions.is_active, -- whether it holds now: neither expired nor lifted
    suppressions.made_by, -- who made it
    suppressions.made_at, -- UTC time at which it was made
    suppressions.lifted_at, -- UTC time at which it was lifted; null where it was not
    suppressions.lifted_by, -- who lifted it
    suppressions.lifted_reason, -- why it was lifted
    suppressions.suppression_id -- id of the suppression
from suppressions
left join hidden
    on suppressions.suppression_id = hidden.suppression_id
where $tenant_id is null or suppressions.tenant_id is null or suppressions.tenant_id = $tenant_id
order by suppressions.is_active desc, suppressions.expires_at asc, suppressions.suppression_id asc
