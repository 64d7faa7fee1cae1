/*
description: >
  An app that always calls Graph from the same few networks called it from another one. Somebody else may hold its
  credential or its token. One finding per app a day, told apart by whether it acted as itself or for users.
kind: finding
lookback_hours: 336
rule:
  title: App called from a network that it never used
  severity: high
  why: >
    The address of a request is the one of the server that made it, also where a user is on the token (T13). The app was
    seen on at least 3 of the 14 days before, from at most 4 networks (/24 of IPv4, /64 of IPv6), and from none of
    them on this day. An app with more networks has no habit to leave. Managed identities and public clients, which a
    person carries around, are left out. High where data of users was reached or something changed; one step lower where
    nothing succeeded, and for what the agent registry sanctions.
  false_positives: >
    The app moved to other servers, got a second outgoing address, or began to call over IPv6: then it fires on one day
    and no more, as the network belongs to the history from then on.
  what_to_do: >
    Ask the owner of the app whether the network is theirs. Otherwise replace the credential, look at what was done from
    that network, and bind the app to its networks by Conditional Access for workload identities.
  techniques: [T1528, T1550.001]
  controls: [SOC 2 CC6.1, SOC 2 CC7.2, "ISO/IEC 27001 A.8.16", NIST 800-53 AC-2(12), NIST 800-53 SI-4]
  required_logs: [MicrosoftGraphActivityLogs]
  baseline_days: 14
*/
with limits as (
    select
        3 as least_days,
        4 as most_networks,
        5 as shown_requests
),

directory as (
    select
        tenant_id,
        app_id,
        is_first_party
    from directory_apps
    where explains_from <= cast($window_start as date) and explains_to > cast($window_start as date)
),

history as (
    select
        tenant_id,
        app_id,
        is_app_only,
        network_of(ip_address) as network,
        cast(first_at as date) as seen_on
    from app_addresses
    where first_at >= $lookback_start and first_at < $window_start
),

habits as (
    select
        history.tenant_id,
        history.app_id,
        history.is_app_only
    from history
    cross join limits
    group by history.tenant_id, history.app_id, history.is_app_only
    having
        count(distinct history.seen_on) >= max(limits.least_days)
        and count(distinct history.network) <= max(limits.most_networks)
),

-- By either kind of token: a server that the app has is no stranger.
known_networks as (
    select distinct
        tenant_id,
        app_id,
        network
    from history
),

managed_identities as (
    select distinct
        tenant_id,
        app_id
    from app_credentials
    where credential = 'managed_identity' and first_at >= $lookback_start and first_at < $window_end
),

today as (
    select
        tenant_id,
        app_id,
        is_app_only,
        ip_address,
        network_of(ip_address) as network
    from app_addresses
    where first_at >= $window_start and first_at < $window_end
),

strange_addresses as (
    select
        today.tenant_id,
        today.app_id,
        today.is_app_only,
        today.ip_address,
        today.network
    from today
    inner join habits
        on
            today.tenant_id = habits.tenant_id
            and today.app_id = habits.app_id
            and today.is_app_only = habits.is_app_only
    left join known_networks
        on
            today.tenant_id = known_networks.tenant_id
            and today.app_id = known_networks.app_id
            and today.network = known_networks.network
    left join managed_identities
        on today.tenant_id = managed_identities.tenant_id and today.app_id = managed_identities.app_id
    left join known_apps
        on today.app_id = known_apps.app_id
    left join directory
        on today.tenant_id = directory.tenant_id and today.app_id = directory.app_id
    where
        known_networks.network is null
        and managed_identities.app_id is null
        and not coalesce(known_apps.is_first_party, false)
        and not coalesce(directory.is_first_party, false)
),

requests as (
    select
        *,
        identity_shape in ('app_secret', 'app_certificate', 'federated_credential', 'app_only') as is_app_only
    from attributed_requests
    where
        not is_self
        and actor_class not in ('first_party', 'unknown')
        and identity_shape in (
            'app_secret',
            'app_certificate',
            'federated_credential',
            'app_only',
            'delegated_web_app',
            'on_behalf_of',
            'agent_user'
        )
),

flagged as (
    select
        requests.tenant_id,
        requests.request_id,
        requests.request_at,
        requests.app_id,
        requests.app_name,
        requests.is_app_only,
        requests.evidence,
        requests.outcome = 'success' as is_successful,
        requests.is_write or requests.is_user_scoped as has_stakes,
        case when requests.actor_class in ('human_direct', 'human_via_agent') then requests.user_id end as user_id,
        case when requests.actor_class in ('human_direct', 'human_via_agent') then requests.user_upn end as user_upn,
        strange_addresses.network,
        row_number() over (
            partition by requests.tenant_id, requests.app_id, requests.is_app_only
            order by requests.request_at asc, requests.request_id asc
        ) as place
    from requests
    inner join strange_addresses
        on
            requests.tenant_id = strange_addresses.tenant_id
            and requests.app_id = strange_addresses.app_id
            and requests.is_app_only = strange_addresses.is_app_only
            and requests.ip_address = strange_addresses.ip_address
),

grouped as (
    select
        flagged.tenant_id,
        flagged.app_id,
        flagged.is_app_only,
        max(flagged.app_name) as app_name,
        case when count(distinct flagged.user_id) = 1 then max(flagged.user_id) end as user_id,
        case when count(distinct flagged.user_id) = 1 then max(flagged.user_upn) end as user_upn,
        min(flagged.network) as network,
        count(distinct flagged.network) as networks,
        count(*) as requests,
        count(case when flagged.is_successful then 1 end) as successes,
        case when coalesce(bool_or(flagged.is_successful and flagged.has_stakes), false) then 3 else 2 end
        - case when count(case when flagged.is_successful then 1 end) = 0 then 1 else 0 end
        - case when coalesce(bool_and(known_apps.is_sanctioned), false) then 1 else 0 end as weight,
        min(flagged.request_at) as first_seen,
        max(flagged.request_at) as last_seen,
        flatten(
            array_agg(flagged.evidence order by flagged.place asc) filter (
                where flagged.place <= limits.shown_requests
            )
        ) as evidence
    from flagged
    cross join limits
    left join known_apps
        on flagged.app_id = known_apps.app_id
    group by flagged.tenant_id, flagged.app_id, flagged.is_app_only
)

select
    tenant_id,
    concat_ws(' ', app_id, case when is_app_only then 'as_itself' else 'for_users' end) as subject,
    case when weight >= 3 then 'high' when weight = 2 then 'medium' when weight = 1 then 'low' else 'info' end
        as severity,
    first_seen,
    last_seen,
    requests as request_count,
    app_id,
    app_name as agent_name,
    user_id,
    user_upn,
    cast(null as varchar) as target_user_id,
    cast(null as varchar) as target_user_upn,
    concat(
        coalesce(app_name, app_id), ' called Graph ', case when is_app_only then 'as itself' else 'for users' end,
        ' from ', network, case when networks > 1 then concat(' and ', networks - 1, ' other networks') else '' end,
        ', where it had not called from in the 14 days before: ', requests, ' requests, ', successes,
        ' of them successful'
    ) as summary,
    evidence
from grouped
