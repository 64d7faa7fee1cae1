/*
description: >
  One row per tenant and calling app over the last 30 days of requests: how it acted, for how many users, what it wrote,
  and how much of what it wrote on users' data can be answered to a human.
kind: view
grain: [tenant_id, app_id]
not_null: [tenant_id, app_id, requests]
*/
with newest as (
    select
        tenant_id,
        max(request_at) as newest_at
    from attributed_requests
    group by tenant_id
),

recent as (
    select requests.*
    from attributed_requests as requests
    inner join newest
        on requests.tenant_id = newest.tenant_id
    where requests.app_id is not null and requests.request_at > newest.newest_at - interval 30 days
)

select
    tenant_id, -- Entra tenant
    app_id, -- the calling app
    max(app_name) as app_name, -- its name in the sign-ins
    max(blueprint_app_id) as blueprint_app_id, -- blueprint, for an Entra agent identity
    count(*) as requests, -- requests
    count(distinct identity_shape) as shapes, -- identity shapes it was seen in
    count(case when actor_class = 'human_via_agent' then 1 end) as requests_for_users, -- as a user's agent
    count(case when actor_class in ('app_only', 'autonomous_agent', 'agent_user') then 1 end) as requests_on_its_own, -- with no human on the token
    count(distinct user_id) as users_served, -- users under whose authority it acted
    count(case when is_write then 1 end) as writes, -- writes
    count(case when app_only_user_write then 1 end) as app_only_user_writes, -- writes on user-scoped data with no human on the token
    count(distinct credential_key_id) as credentials_used, -- keys of secrets and certificates
    min(request_at) as first_seen_at, -- UTC time of its first request in the period
    max(request_at) as last_seen_at, -- UTC time of its last
    count(case when is_write and is_user_scoped and actor_class in ('human_direct', 'human_via_agent') then 1 end)
    * 1.0 / nullif(count(case when is_write and is_user_scoped then 1 end), 0) as clarity -- share of its writes on user-scoped data that are answerable to a human; null where it made none
from recent
group by tenant_id, app_id
