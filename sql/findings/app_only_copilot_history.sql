/*
description: >
  An app asked for users' Copilot interaction history, which holds their prompts, the answers and what these drew on,
  with a token on which there is no human. One finding per app a day, attempts included.
kind: finding
rule:
  title: App-only access to Copilot interaction history
  severity: critical
  why: >
    A request to interactionHistory, such as getAllEnterpriseInteractions, carries application permissions and no
    human, and the app is neither Microsoft's nor the collector's own. Few apps ever need it. The history of 10 users or
    more, or of all of them at once, is critical, as no single case needs that much. Attempts alone weigh one step less,
    and so does a federated credential or managed identity; what the agent registry sanctions weighs two less.
  false_positives: >
    Products for eDiscovery, data loss prevention, communication compliance and usage reports read it by design.
    Register them as sanctioned.
  what_to_do: >
    Ask the owner of the app for the purpose and for who can see what it collects; employees' representatives may have
    to know. Remove AiEnterpriseInteraction.Read.All where there is no purpose, and check the credential that was used.
  techniques: [T1213]
  controls: [SOC 2 CC6.1, SOC 2 CC7.2, "ISO/IEC 27001 A.8.2", "ISO/IEC 27001 A.8.16", NIST 800-53 AC-6,
             NIST 800-53 SI-4]
  required_logs: [MicrosoftGraphActivityLogs]
*/
with thresholds as (
    select 10 as many_users
),

flagged as (
    select
        requests.tenant_id,
        requests.request_id,
        requests.request_at,
        requests.outcome,
        requests.app_id,
        requests.app_name,
        requests.identity_shape,
        requests.target_user_id,
        requests.target_user_upn,
        requests.evidence,
        coalesce(requests.target_user_id, requests.target_user_upn) as target,
        coalesce(known_apps.is_sanctioned, false) as is_sanctioned
    from attributed_requests as requests
    left join known_apps
        on requests.app_id = known_apps.app_id
    where
        requests.actor_class in ('app_only', 'autonomous_agent', 'agent_user')
        and requests.operation like '%interactionhistory%'
        and requests.operation not like '% me/%'
        and not requests.is_self
),

ranked as (
    select
        *,
        row_number() over (partition by tenant_id, app_id order by request_at asc, request_id asc) as place
    from flagged
),

grouped as (
    select
        tenant_id,
        app_id,
        max(app_name) as app_name,
        count(distinct target) as users,
        bool_or(target is null) as is_about_all,
        max(target_user_id) as target_user_id,
        max(target_user_upn) as target_user_upn,
        count(*) as requests,
        count(case when outcome = 'success' then 1 end) as successes,
        min(request_at) as first_seen,
        max(request_at) as last_seen,
        bool_and(identity_shape in ('federated_credential', 'managed_identity')) as is_without_secret,
        bool_or(is_sanctioned) as is_sanctioned,
        flatten(array_agg(evidence order by place asc) filter (where place <= 5)) as evidence
    from ranked
    group by tenant_id, app_id
),

weighed as (
    select
        grouped.*,
        grouped.users = 1 and not grouped.is_about_all as is_about_one,
        case when grouped.users >= thresholds.many_users or grouped.is_about_all then 4 else 3 end
        - case when grouped.successes = 0 then 1 else 0 end
        - case when grouped.is_without_secret then 1 else 0 end
        - case when grouped.is_sanctioned then 2 else 0 end as weight
    from grouped
    cross join thresholds
)

select
    tenant_id,
    coalesce(app_id, 'unnamed') as subject,
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
    case when is_about_one then target_user_id end as target_user_id,
    case when is_about_one then target_user_upn end as target_user_upn,
    concat(
        coalesce(app_name, app_id, 'an app without id'),
        case when successes = 0 then ' tried to read' else ' read' end,
        ' the Copilot interaction history of ',
        case
            when is_about_one then coalesce(target_user_upn, target_user_id)
            when is_about_all then 'users that the request does not name'
            else concat(users, ' users')
        end,
        ' with no human on the token (', requests, ' request', case when requests = 1 then '' else 's' end, ', ',
        successes, ' successful)'
    ) as summary,
    evidence
from weighed
