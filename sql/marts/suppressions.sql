/*
description: >
  The suppressions: reviewed records that findings of a scope are expected until an expiry, after which they come back.
kind: view
grain: [suppression_id]
not_null: [suppression_id, is_active, hits, owner, reason, made_by, made_at, expires_at]
*/
with counted as (
    select
        suppression_id,
        count(*) as hits
    from suppression_hits
    group by suppression_id
)

select
    scopes.suppression_id, -- id of the suppression
    scopes.is_active, -- whether it holds now: neither expired nor lifted
    coalesce(counted.hits, 0) as hits, -- findings that it covers, or covered until it ended
    scopes.finding_id, -- the one finding in its scope; null where the scope is wider
    scopes.rule_id, -- rule in its scope; null for any
    scopes.tenant_id, -- Entra tenant in its scope; null for any
    scopes.app_id, -- app in its scope; null for any
    scopes.user_id, -- human in its scope; null for any
    scopes.target_user_id, -- affected user in its scope; null for any
    scopes.owner, -- who answers for it
    scopes.reason, -- why such findings are expected
    scopes.ticket, -- where it was decided
    scopes.made_by, -- who made it
    scopes.made_at, -- UTC time at which it was made
    scopes.expires_at, -- UTC time until which it holds, unless it is lifted before
    scopes.lifted_at, -- UTC time at which it was lifted; null where it was not
    scopes.lifted_by, -- who lifted it
    scopes.lifted_reason -- why it was lifted
from suppression_scopes as scopes
left join counted
    on scopes.suppression_id = counted.suppression_id
