/*
description: >
  One row per hop that may have led to a token: parent token, child token, grade and reasons. Entra never logs which
  token was exchanged (T5), so a hop is reconstructed: same tenant and human, the parent's audience is the child's
  client or its blueprint (T8), and the child was issued within the parent's life. Where several front ends fit, each
  has its row, with its latest fitting token, and none is chosen. A refreshed token without a fitting parent inherits
  the front end of the token that it continues.
kind: partition
grain: [tenant_id, child_token_id, parent_token_id]
not_null: [tenant_id, child_token_id, parent_token_id, grade, front_ends]
lookback_hours: 60
*/
with children as (
    select *
    from tokens
    where
        is_human_token
        and not is_plumbing
        and not says_direct
        and coalesce(is_confidential, true)
        and not is_interactive
        and issued_at >= cast($window_start as timestamp) - interval 30 hours
        and issued_at < $window_end
),

parents as (
    select *
    from tokens
    where
        is_human_token
        and not is_plumbing
        and issued_at >= $lookback_start
        and issued_at < $window_end
),

-- The audience is the child's client, or the blueprint of an agent identity. A client is its own parent only where
-- the row says on-behalf-of: one registration may be page and API at once, but a page also signs in to itself.
asking as (
    select
        *,
        app_id as audience
    from children
    union all
    select
        *,
        blueprint_app_id as audience
    from children
    where blueprint_app_id is not null and blueprint_app_id is distinct from app_id
),

candidates as (
    select
        children.tenant_id,
        children.token_id as child_token_id,
        children.issued_at as child_issued_at,
        children.user_id,
        children.app_id as child_app_id,
        children.resource_id as child_resource_id,
        children.session_id as child_session_id,
        children.is_refreshed,
        children.says_on_behalf_of,
        parents.token_id as parent_token_id,
        parents.app_id as front_end_app_id,
        parents.issued_at as parent_issued_at,
        coalesce(children.session_id = parents.session_id, false) as is_session_equal,
        coalesce(children.session_id != parents.session_id, false) as is_session_other,
        coalesce(children.correlation_id = parents.correlation_id, false) as is_correlation_equal
    from asking as children
    inner join parents
        on
            children.tenant_id = parents.tenant_id
            and children.user_id = parents.user_id
            and children.audience = parents.resource_id
    where
        parents.token_id != children.token_id
        and (parents.app_id != children.app_id or children.says_on_behalf_of)
        and parents.issued_at <= children.issued_at + interval 1 second
        and date_diff('second', parents.issued_at, children.issued_at) <= parents.lifetime_seconds + 300
),

tied as (
    select
        *,
        is_session_equal or (says_on_behalf_of and is_correlation_equal) as is_tied,
        max(case when is_session_equal or (says_on_behalf_of and is_correlation_equal) then 1 else 0 end) over (
            partition by tenant_id, child_token_id
        ) = 1 as has_tie
    from candidates
),

-- Once one candidate shares the session, a candidate of another known session does not fit any more.
fitting as (
    select *
    from tied
    where not has_tie or is_tied or not is_session_other
),

ranked as (
    select
        *,
        row_number() over (
            partition by tenant_id, child_token_id, front_end_app_id
            order by is_tied desc, parent_issued_at desc, parent_token_id asc
        ) as front_end_rank
    from fitting
),

counted as (
    select
        *,
        count(*) over (partition by tenant_id, child_token_id) as front_ends
    from ranked
    where front_end_rank = 1
),

direct as (
    select
        tenant_id,
        child_token_id,
        child_issued_at,
        user_id,
        child_app_id,
        child_resource_id,
        child_session_id,
        parent_token_id,
        front_end_app_id,
        parent_issued_at,
        is_session_equal,
        is_session_other,
        is_correlation_equal,
        says_on_behalf_of,
        front_ends,
        case
            when front_ends > 1 then 'ambiguous'
            when is_refreshed then 'probable'
            when is_tied then 'strong'
            else 'probable'
        end as grade,
        cast(null as varchar) as inherited_from_token_id
    from counted
),

-- A refreshed token has no new parent (long-running on-behalf-of): it continues the last token of the same user,
-- client and session whose front end is known.
orphans as (
    select children.*
    from children
    left join direct
        on children.tenant_id = direct.tenant_id and children.token_id = direct.child_token_id
    where children.is_refreshed and children.session_id is not null and direct.child_token_id is null
),

continued as (
    select
        orphans.tenant_id,
        orphans.token_id as child_token_id,
        orphans.issued_at as child_issued_at,
        direct.child_token_id as inherited_from_token_id,
        row_number() over (
            partition by orphans.tenant_id, orphans.token_id
            order by direct.child_issued_at desc, direct.child_token_id asc
        ) as continued_rank
    from orphans
    inner join direct
        on
            orphans.tenant_id = direct.tenant_id
            and orphans.user_id = direct.user_id
            and orphans.app_id = direct.child_app_id
            and orphans.session_id = direct.child_session_id
    where direct.child_issued_at < orphans.issued_at
),

inherited as (
    select
        continued.tenant_id,
        continued.child_token_id,
        continued.child_issued_at,
        direct.parent_token_id,
        direct.front_end_app_id,
        direct.parent_issued_at,
        direct.is_session_equal,
        direct.is_session_other,
        direct.is_correlation_equal,
        direct.says_on_behalf_of,
        direct.front_ends,
        case when direct.grade = 'ambiguous' then 'ambiguous' else 'inherited' end as grade,
        continued.inherited_from_token_id
    from continued
    inner join direct
        on
            continued.tenant_id = direct.tenant_id
            and continued.inherited_from_token_id = direct.child_token_id
    where continued.continued_rank = 1
),

token_links as (
    select
        tenant_id,
        child_token_id,
        child_issued_at,
        parent_token_id,
        front_end_app_id,
        parent_issued_at,
        is_session_equal,
        is_session_other,
        is_correlation_equal,
        says_on_behalf_of,
        front_ends,
        grade,
        inherited_from_token_id
    from direct
    union all
    select
        tenant_id,
        child_token_id,
        child_issued_at,
        parent_token_id,
        front_end_app_id,
        parent_issued_at,
        is_session_equal,
        is_session_other,
        is_correlation_equal,
        says_on_behalf_of,
        front_ends,
        grade,
        inherited_from_token_id
    from inherited
)

select
    tenant_id, -- Entra tenant
    child_token_id, -- token that was got
    parent_token_id, -- token that may have been exchanged for it
    front_end_app_id, -- client that held the parent token
    child_issued_at, -- UTC time at which the child was issued
    parent_issued_at, -- UTC time at which the parent was issued
    grade, -- strong: audience fits, session (or protocol and correlation) ties both, one front end. probable: nothing ties, one front end. inherited: refreshed from a token whose front end is known. ambiguous: several front ends fit
    front_ends, -- number of front ends that fit
    is_session_equal, -- reason: both tokens are of one session
    is_session_other, -- reason against: the sessions are known and differ
    is_correlation_equal, -- reason: both carry one client-supplied correlation id
    says_on_behalf_of, -- reason: the child's row calls itself on-behalf-of
    inherited_from_token_id -- earlier token of the same user, client and session that the child continues
from token_links
where child_issued_at >= $window_start
