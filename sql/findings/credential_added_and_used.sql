/*
description: >
  A secret, certificate or federated credential was added to an app, and within 24 hours somebody used the app in a way
  that it had not been used in: with a key not seen before, or from another network. One finding per app on the day of
  the use; the addition may be of the day before.
kind: finding
lookback_hours: 336
rule:
  title: New credential of an app used at once
  severity: high
  why: >
    The directory audit, or a request that no audit event is linked to, shows that a credential was added; within 24
    hours the app signed in with a key or federated credential, or called Graph with application permissions from a
    network (the first three parts of the address), that it had not used in the 14 days before the addition. Only the
    addresses of Graph requests are compared, never those of sign-ins. A planned rotation gives the new key alone, and
    is low; another network, and an addition by an app or agent, are one step more each; what the agent registry
    sanctions is one less. Microsoft's own apps and the collector are left out. The application has to be in the
    inventory, which says whose credentials its object holds.
  false_positives: >
    Rotation of a secret, the first day of a new app, and an app that moves to other machines with a new certificate.
  what_to_do: >
    Ask the owner of the app whether they added it. Where they did not, remove the credential, revoke what its tokens
    may do, look at what it did since, and at who added it.
  techniques: [T1098.001]
  controls: [SOC 2 CC6.1, SOC 2 CC7.2, "ISO/IEC 27001 A.5.16", "ISO/IEC 27001 A.8.16", NIST 800-53 IA-9]
  required_logs: [MicrosoftGraphActivityLogs, AuditLogs, inventory.application]
  baseline_days: 14
*/
with object_ids as (
    select
        tenant_id,
        object_id,
        app_id
    from directory_applications
    where explains_from <= cast($window_start as date) and explains_to > cast($window_start as date)
    union
    select
        tenant_id,
        service_principal_id as object_id,
        app_id
    from directory_principals
    where app_id is not null
    union
    select
        tenant_id,
        app_id as object_id,
        app_id
    from directory_apps
    where explains_from <= cast($window_start as date) and explains_to > cast($window_start as date)
),

audited as (
    select
        tenant_id,
        request_id,
        occurred_at as added_at,
        targets[1].id as object_id,
        initiated_by_service_principal_id is not null
        or coalesce(actor_class, '') in ('app_only', 'autonomous_agent', 'agent_user', 'human_via_agent') as is_by_app,
        [struct_pack(log := 'AuditLogs', record_id := audit_id, landed_file := landed_file)] as evidence
    from directory_changes
    where
        occurred_at >= cast($window_start as timestamp) - interval 24 hours
        and occurred_at < $window_end
        and result = 'success'
        and (
            activity = 'Add service principal credentials'
            or activity like 'Update application_%Certificates and secrets management%'
            or (
                activity = 'Update application'
                and array_to_string(targets[1].modified_properties, ' ') like '%FederatedIdentityCredentials%'
            )
        )
),

requested as (
    select
        tenant_id,
        request_id,
        request_at as added_at,
        actor_class in ('app_only', 'autonomous_agent', 'agent_user', 'human_via_agent') as is_by_app,
        evidence,
        -- By object id, or by app id in parentheses.
        regexp_extract(
            lower(uri),
            '/(?:applications|serviceprincipals)(?:/|[(]|%28)(?:appid=)?(?:''|%27)?([0-9a-f]{8}-[0-9a-f-]{27})',
            1
        ) as object_id
    from attributed_requests
    where
        operation in (
            'credential applications/addpassword',
            'credential applications/addkey',
            'credential applications/federatedidentitycredentials',
            'credential serviceprincipals/addpassword',
            'credential serviceprincipals/addkey'
        )
        and method != 'DELETE'
        and outcome = 'success'
),

told as (
    select
        audited.tenant_id,
        audited.object_id,
        audited.added_at,
        audited.is_by_app,
        audited.evidence
    from audited
    union all
    select
        requested.tenant_id,
        requested.object_id,
        requested.added_at,
        requested.is_by_app,
        requested.evidence
    from requested
    left join audited
        on requested.tenant_id = audited.tenant_id and requested.request_id = audited.request_id
    where audited.request_id is null
),

additions as (
    select
        told.tenant_id,
        object_ids.app_id,
        told.added_at,
        told.is_by_app,
        told.evidence
    from told
    inner join object_ids
        on told.tenant_id = object_ids.tenant_id and told.object_id = object_ids.object_id
    left join known_apps
        on object_ids.app_id = known_apps.app_id
    where not coalesce(known_apps.is_own, false) and not coalesce(known_apps.is_first_party, false)
),

sign_ins as (
    select
        tenant_id,
        app_id,
        app_name,
        issued_at,
        coalesce(credential_key_id, federated_credential_id) as key_id,
        [struct_pack(log := category, record_id := sign_in_id, landed_file := landed_file)] as evidence
    from tokens
    where
        issued_at >= $lookback_start
        and issued_at < $window_end
        and coalesce(credential_key_id, federated_credential_id) is not null
        and app_id in (select additions.app_id from additions)
),

keys as (
    select
        tenant_id,
        app_id,
        key_id,
        min(issued_at) as first_at
    from sign_ins
    group by tenant_id, app_id, key_id
),

requests as (
    select
        tenant_id,
        app_id,
        app_name,
        request_at,
        evidence,
        concat(
            split_part(ip_address, case when ip_address like '%:%' then ':' else '.' end, 1), ' ',
            split_part(ip_address, case when ip_address like '%:%' then ':' else '.' end, 2), ' ',
            split_part(ip_address, case when ip_address like '%:%' then ':' else '.' end, 3)
        ) as network
    from attributed_requests
    where
        actor_class in ('app_only', 'autonomous_agent')
        and ip_address is not null
        and app_id in (select additions.app_id from additions)
),

addresses as (
    select
        tenant_id,
        app_id,
        first_at,
        concat(
            split_part(ip_address, case when ip_address like '%:%' then ':' else '.' end, 1), ' ',
            split_part(ip_address, case when ip_address like '%:%' then ':' else '.' end, 2), ' ',
            split_part(ip_address, case when ip_address like '%:%' then ':' else '.' end, 3)
        ) as network
    from app_addresses
    where
        first_at >= $lookback_start
        and first_at < $window_end
        and is_app_only
        and app_id in (select additions.app_id from additions)
),

networks as (
    select
        tenant_id,
        app_id,
        network,
        min(first_at) as first_at
    from addresses
    group by tenant_id, app_id, network
),

sign_ins_today as (
    select *
    from sign_ins
    where issued_at >= $window_start
),

uses as (
    select
        sign_ins.tenant_id,
        sign_ins.app_id,
        sign_ins.app_name,
        sign_ins.issued_at as used_at,
        sign_ins.evidence,
        keys.first_at,
        'key' as news
    from sign_ins_today as sign_ins
    inner join keys
        on
            sign_ins.tenant_id = keys.tenant_id
            and sign_ins.app_id = keys.app_id
            and sign_ins.key_id = keys.key_id
    union all
    select
        requests.tenant_id,
        requests.app_id,
        requests.app_name,
        requests.request_at as used_at,
        requests.evidence,
        networks.first_at,
        'network' as news
    from requests
    inner join networks
        on
            requests.tenant_id = networks.tenant_id
            and requests.app_id = networks.app_id
            and requests.network = networks.network
),

-- Each use once, however many credentials were added before it.
new_uses as (
    select
        uses.tenant_id,
        uses.app_id,
        uses.used_at,
        uses.news,
        uses.evidence,
        max(uses.app_name) as app_name
    from uses
    inner join additions
        on
            uses.tenant_id = additions.tenant_id
            and uses.app_id = additions.app_id
            and uses.used_at >= additions.added_at
            and uses.used_at < additions.added_at + interval 24 hours
            and uses.first_at >= additions.added_at
    group by uses.tenant_id, uses.app_id, uses.used_at, uses.news, uses.evidence
),

ranked as (
    select
        *,
        row_number() over (partition by tenant_id, app_id, news order by used_at asc) as place
    from new_uses
),

used as (
    select
        tenant_id,
        app_id,
        max(app_name) as app_name,
        bool_or(news = 'key') as has_new_key,
        bool_or(news = 'network') as has_new_network,
        count(*) as uses,
        min(used_at) as first_seen,
        max(used_at) as last_seen,
        flatten(array_agg(evidence order by used_at asc) filter (where place <= 4)) as evidence
    from ranked
    group by tenant_id, app_id
),

added as (
    select
        additions.tenant_id,
        additions.app_id,
        bool_or(additions.is_by_app) as is_by_app,
        count(*) as credentials,
        flatten(array_agg(additions.evidence order by additions.added_at asc)) as evidence
    from additions
    inner join used
        on additions.tenant_id = used.tenant_id and additions.app_id = used.app_id
    where
        additions.added_at <= used.last_seen
        and additions.added_at + interval 24 hours > used.first_seen
    group by additions.tenant_id, additions.app_id
),

weighed as (
    select
        used.tenant_id,
        used.app_id,
        coalesce(known_apps.name, used.app_name) as app_name,
        used.has_new_key,
        used.has_new_network,
        used.uses,
        used.first_seen,
        used.last_seen,
        added.is_by_app,
        added.credentials,
        1
        + case when used.has_new_network then 1 else 0 end
        + case when added.is_by_app then 1 else 0 end
        - case when coalesce(known_apps.is_sanctioned, false) then 1 else 0 end as weight,
        list_concat(added.evidence, used.evidence) as evidence
    from used
    inner join added
        on used.tenant_id = added.tenant_id and used.app_id = added.app_id
    left join known_apps
        on used.app_id = known_apps.app_id
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
    uses as request_count,
    app_id,
    app_name as agent_name,
    cast(null as varchar) as user_id,
    cast(null as varchar) as user_upn,
    cast(null as varchar) as target_user_id,
    cast(null as varchar) as target_user_upn,
    concat(
        coalesce(app_name, app_id), ' was given a credential',
        case when is_by_app then ' by an app or agent' else '' end,
        ' and used within 24 hours ',
        case
            when has_new_key and has_new_network then 'with a key and from a network'
            when has_new_key then 'with a key'
            else 'from a network'
        end,
        ' that it had not used in the 14 days before'
    ) as summary,
    evidence
from weighed
