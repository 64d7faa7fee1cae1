/*
description: >
  An Entra agent identity acted on its own on users' data although it could have acted on behalf of a user: it holds
  delegated permissions that reach users' data, or acted on behalf of somebody before. One finding per agent a day.
kind: finding
rule:
  title: Agent identity on its own where it could act for a user
  severity: critical
  why: >
    A request of an agent identity, other than Microsoft's, on users' data of sensitivity 2 or more has no human on the
    token. The directory shows delegated permissions of the agent beyond those that every sign-in asks for (openid,
    profile, email, offline_access, User.Read), or it acted on behalf of a user on this day or in the 30 days before.
    Writes weigh as much as the sensitivity of the data, reads one step less, attempts one less, and one less where the
    agent did the like on its own in those days already; what the registry sanctions weighs two less. Without an
    inventory, only what it did counts.
  false_positives: >
    Agents that watch a mailbox or calendar on their own and answer on behalf of users. Register them as sanctioned, or
    give the watching to an agent identity of its own.
  what_to_do: >
    Ask the agent's sponsor which task it was on and who asked for it. Remove the application permissions where the
    on-behalf-of path suffices. Check the credential of its blueprint, with which anybody can act as the agent.
  techniques: [T1078.004]
  controls: [SOC 2 CC6.1, SOC 2 CC6.3, "ISO/IEC 27001 A.5.16", "ISO/IEC 27001 A.8.2", NIST 800-53 AC-6,
             NIST 800-53 IA-9]
  required_logs: [MicrosoftGraphActivityLogs]
lookback_hours: 720
*/
with alone as (
    select
        requests.tenant_id,
        requests.request_id,
        requests.request_at,
        requests.outcome,
        requests.is_write,
        requests.sensitivity,
        requests.app_id,
        requests.app_name,
        requests.target_user_id,
        requests.target_user_upn,
        requests.evidence,
        coalesce(requests.target_user_id, requests.target_user_upn, 'unnamed') as target
    from attributed_requests as requests
    where
        requests.actor_class = 'autonomous_agent'
        and requests.is_user_scoped
        and requests.sensitivity >= 2
        and not requests.is_self
),

of_days_before as (
    select *
    from app_acts
    where first_at >= $lookback_start and first_at < $window_start
),

before as (
    select
        acts.tenant_id,
        acts.app_id,
        count(case when acts.actor_class = 'human_via_agent' then 1 end) > 0 as was_asked,
        count(case when acts.actor_class = 'autonomous_agent' and acts.effect != 'read' then 1 end) > 0 as has_written,
        count(case when acts.actor_class = 'autonomous_agent' then 1 end) > 0 as was_alone
    from of_days_before as acts
    left join known_agent_users as agent_users
        on acts.tenant_id = agent_users.tenant_id and acts.user_id = agent_users.user_id
    where
        acts.actor_class in ('human_via_agent', 'autonomous_agent')
        and acts.data_class in ('user_security', 'user_content', 'user_object', 'drive_unresolved')
        and agent_users.user_id is null
    group by acts.tenant_id, acts.app_id
),

asked_today as (
    select distinct
        tenant_id,
        app_id
    from attributed_requests
    where actor_class = 'human_via_agent' and is_user_scoped
),

granted as (
    select
        tenant_id,
        app_id,
        array_to_string(list_sort(array_agg(distinct permission)), ', ') as permissions
    from directory_grants
    where
        permission_kind = 'delegated'
        and permission not in ('openid', 'profile', 'email', 'offline_access', 'User.Read')
        and explains_from <= cast($window_start as date)
        and explains_to > cast($window_start as date)
    group by tenant_id, app_id
),

flagged as (
    select
        alone.*,
        granted.permissions,
        coalesce(before.was_asked, false) or asked_today.app_id is not null as was_asked,
        alone.sensitivity
        - case when alone.is_write then 0 else 1 end
        - case when alone.outcome = 'success' then 0 else 1 end
        - case when before.has_written or (before.was_alone and not alone.is_write) then 1 else 0 end
        - case when coalesce(known_apps.is_sanctioned, false) then 2 else 0 end as weight
    from alone
    left join before
        on alone.tenant_id = before.tenant_id and alone.app_id = before.app_id
    left join asked_today
        on alone.tenant_id = asked_today.tenant_id and alone.app_id = asked_today.app_id
    left join granted
        on alone.tenant_id = granted.tenant_id and alone.app_id = granted.app_id
    left join known_apps
        on alone.app_id = known_apps.app_id
    where
        (granted.app_id is not null or coalesce(before.was_asked, false) or asked_today.app_id is not null)
        and not coalesce(known_apps.is_first_party, false)
),

ranked as (
    select
        *,
        row_number() over (
            partition by tenant_id, app_id order by is_write desc, request_at asc, request_id asc
        ) as place
    from flagged
),

grouped as (
    select
        tenant_id,
        app_id,
        max(app_name) as app_name,
        max(permissions) as permissions,
        bool_or(was_asked) as was_asked,
        max(weight) as weight,
        count(distinct target) as targets,
        max(target_user_id) as target_user_id,
        max(target_user_upn) as target_user_upn,
        count(*) as requests,
        count(case when is_write then 1 end) as writes,
        min(request_at) as first_seen,
        max(request_at) as last_seen,
        flatten(array_agg(evidence order by place asc) filter (where place <= 5)) as evidence
    from ranked
    group by tenant_id, app_id
)

select
    tenant_id,
    app_id as subject,
    case
        when weight >= 4 then 'critical'
        when weight = 3 then 'high'
        when weight = 2 then 'medium'
        when weight = 1 then 'low'
        else 'info'
    end as severity,
    first_seen,
    last_seen,
    requests as request_count,
    app_id,
    app_name as agent_name,
    cast(null as varchar) as user_id,
    cast(null as varchar) as user_upn,
    case when targets = 1 then target_user_id end as target_user_id,
    case when targets = 1 then target_user_upn end as target_user_upn,
    concat(
        'the agent identity ', coalesce(app_name, app_id), ' acted on users'' data on its own (', requests, ' request',
        case when requests = 1 then '' else 's' end, ', ', writes, ' of them writing), although it ',
        case
            when was_asked then 'also acts on behalf of users'
            else concat('has permissions to act on behalf of users (', permissions, ')')
        end
    ) as summary,
    evidence
from grouped
