/*
description: >
  An app or agent for which nobody answers acted on users' data: the directory lists no owner and no sponsor of it, nor
  of the blueprint of an agent identity, and the agent registry names none. One finding per app, which
  stands until it was not found for 7 days.
kind: finding
rule:
  title: Agent without an owner acts on users' data
  severity: high
  why: >
    The app acted on users' data, on its own or as a user's agent, wrote or read content of sensitivity 2 or more, and
    the inventory of that day has the app and no owner or sponsor for it. Where the inventory has no owner of any app,
    it was exported without owners, and nothing is said. Managed identities are left out: who answers for an Azure
    resource stands in Azure, not in the directory. Writes weigh high for sensitivity 3 and more, other writes and
    reads of that content medium, the rest low; one step less where a user is on every token, who answers for the acts,
    for attempts alone, and for what the registry sanctions.
  false_positives: >
    Apps of other vendors, whose owner in this tenant nobody wrote down. Name an owner in the directory, or in the
    agent registry of whoseagent.toml.
  what_to_do: >
    Find out who brought the app in, from the audit log or its consent, and make that person or their team its owner or
    sponsor. Where nobody wants it, disable its service principal.
  techniques: [T1078.004]
  controls: [SOC 2 CC6.2, SOC 2 CC6.3, "ISO/IEC 27001 A.5.16", "ISO/IEC 27001 A.5.18", NIST 800-53 AC-2,
             NIST 800-53 IA-9]
  required_logs: [MicrosoftGraphActivityLogs, inventory.service_principal]
  standing_days: 7
*/
with answered as (
    select distinct
        tenant_id,
        app_id
    from directory_owners
    where
        app_id is not null
        and object_type in ('application', 'service_principal')
        and explains_from <= cast($window_start as date)
        and explains_to > cast($window_start as date)
),

tenants_with_owners as (
    select distinct tenant_id
    from answered
),

principals as (
    select
        tenant_id,
        app_id,
        max(name) as name,
        max(blueprint_app_id) as blueprint_app_id
    from directory_service_principals
    where
        explains_from <= cast($window_start as date)
        and explains_to > cast($window_start as date)
        and azure_resource is null
        and coalesce(service_principal_type, '') != 'ManagedIdentity'
        and not coalesce(is_first_party, false)
    group by tenant_id, app_id
),

unanswered as (
    select
        principals.tenant_id,
        principals.app_id,
        principals.name,
        coalesce(known_apps.is_sanctioned, false) as is_sanctioned
    from principals
    inner join tenants_with_owners
        on principals.tenant_id = tenants_with_owners.tenant_id
    left join known_apps
        on principals.app_id = known_apps.app_id
    left join answered
        on principals.tenant_id = answered.tenant_id and principals.app_id = answered.app_id
    left join answered as answered_blueprints
        on
            principals.tenant_id = answered_blueprints.tenant_id
            and principals.blueprint_app_id = answered_blueprints.app_id
    where
        answered.app_id is null
        and answered_blueprints.app_id is null
        and known_apps.owner is null
        and not coalesce(known_apps.is_own, false)
        and not coalesce(known_apps.is_first_party, false)
),

flagged as (
    select
        requests.tenant_id,
        requests.request_id,
        requests.request_at,
        requests.outcome,
        requests.is_write,
        requests.app_id,
        coalesce(requests.app_name, unanswered.name) as app_name,
        requests.actor_class,
        requests.target_user_id,
        requests.target_user_upn,
        requests.evidence,
        coalesce(requests.target_user_id, requests.target_user_upn, 'unnamed') as target,
        case when requests.is_write then 2 else 1 end
        + case when requests.sensitivity >= 3 then 1 else 0 end
        - case when requests.actor_class = 'human_via_agent' then 1 else 0 end
        - case when requests.outcome = 'success' then 0 else 1 end
        - case when unanswered.is_sanctioned then 1 else 0 end as weight
    from attributed_requests as requests
    inner join unanswered
        on requests.tenant_id = unanswered.tenant_id and requests.app_id = unanswered.app_id
    where
        requests.actor_class in ('app_only', 'autonomous_agent', 'agent_user', 'human_via_agent')
        and requests.is_user_scoped
        and (requests.is_write or requests.sensitivity >= 2)
        and not requests.is_self
),

ranked as (
    select
        *,
        row_number() over (
            partition by tenant_id, app_id order by weight desc, request_at asc, request_id asc
        ) as place
    from flagged
),

grouped as (
    select
        tenant_id,
        app_id,
        max(app_name) as app_name,
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
        when weight >= 3 then 'high'
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
        coalesce(app_name, app_id), ', of which neither the directory nor the registry names an owner or sponsor, ',
        'acted on users'' data (', requests, ' request', case when requests = 1 then '' else 's' end, ', ', writes,
        ' of them writing)'
    ) as summary,
    evidence
from grouped
