/*
description: >
  One and the same token was used from several networks on a day. A token is a bearer's: who has a copy, can use it
  anywhere. One finding per app a day; for the token of a person's own client one per app and person.
kind: finding
lookback_hours: 336
rule:
  title: One token used from several networks
  severity: high
  why: >
    Requests with one token id came from more than one network of the same family (/24 of IPv4, /64 of IPv6). The token
    of an app or agent is left out where the app is not known from at least 3 of the 14 days before, or changes
    addresses by nature: several networks on at least 2 of those days, or more than 4 in all. The token of a person's
    own client counts only where it was in use in both networks at once, with at least 5 requests from each, as people
    move. Microsoft's own apps are left out. High for app-only tokens, medium for tokens of users that an app or agent
    holds, low for people's clients; one step lower for what the agent registry sanctions.
  false_positives: >
    A phone that changes between a mobile network and another one, a split tunnel, an app that got a second outgoing
    address on this day.
  what_to_do: >
    Ask the owner of the app, or the person, whether both networks are theirs. Otherwise replace the credential of the
    app, or revoke the sessions of the person, and look at what was done from the stranger of the two.
  techniques: [T1550.001, T1539]
  controls: [SOC 2 CC6.1, SOC 2 CC7.2, "ISO/IEC 27001 A.8.16", NIST 800-53 AC-2(12), NIST 800-53 SI-4]
  required_logs: [MicrosoftGraphActivityLogs]
  baseline_days: 7
*/
with limits as (
    select
        3 as least_days,
        2 as days_of_a_habit,
        4 as most_networks,
        5 as least_of_each,
        2 as shown_of_each
),

directory as (
    select
        tenant_id,
        app_id,
        is_first_party
    from directory_apps
    where explains_from <= cast($window_start as date) and explains_to > cast($window_start as date)
),

-- Nearly all tokens have one address: only the others are looked at.
wandering as (
    select
        tenant_id,
        token_id
    from attributed_requests
    where token_match = 'token_id'
    group by tenant_id, token_id
    having min(ip_address) != max(ip_address)
),

uses as (
    select
        requests.tenant_id,
        requests.token_id,
        requests.app_id,
        requests.ip_address,
        case
            when requests.identity_shape = 'delegated_public' then 'person'
            when requests.actor_class in ('app_only', 'autonomous_agent') then 'app'
            else 'user_of_app'
        end as holder,
        min(requests.request_at) as first_at,
        max(requests.request_at) as last_at,
        count(*) as requests
    from attributed_requests as requests
    inner join wandering
        on requests.tenant_id = wandering.tenant_id and requests.token_id = wandering.token_id
    where
        requests.token_match = 'token_id'
        and requests.ip_address is not null
        and not requests.is_self
        and requests.actor_class not in ('first_party', 'unknown')
    group by
        requests.tenant_id,
        requests.token_id,
        requests.app_id,
        requests.ip_address,
        case
            when requests.identity_shape = 'delegated_public' then 'person'
            when requests.actor_class in ('app_only', 'autonomous_agent') then 'app'
            else 'user_of_app'
        end
),

networks as (
    select
        tenant_id,
        token_id,
        app_id,
        holder,
        network_of(ip_address) as network,
        network_family(network_of(ip_address)) as family,
        min(first_at) as first_at,
        max(last_at) as last_at,
        sum(requests) as requests
    from uses
    group by tenant_id, token_id, app_id, holder, network_of(ip_address), network_family(network_of(ip_address))
),

-- Whether the token came to a network while it was still in use in an earlier one.
ordered as (
    select
        *,
        first_at < max(last_at) over (
            partition by tenant_id, token_id, app_id, holder, family
            order by first_at asc, network asc
            rows between unbounded preceding and 1 preceding
        ) as is_at_once
    from networks
),

spread as (
    select
        ordered.tenant_id,
        ordered.token_id,
        ordered.app_id,
        ordered.holder,
        ordered.family,
        coalesce(bool_or(ordered.is_at_once), false) as is_at_once
    from ordered
    cross join limits
    group by ordered.tenant_id, ordered.token_id, ordered.app_id, ordered.holder, ordered.family
    having
        count(*) > 1
        and (
            ordered.holder != 'person'
            or (
                coalesce(bool_or(ordered.is_at_once), false)
                and count(case when ordered.requests >= limits.least_of_each then 1 end) > 1
            )
        )
),

history as (
    select
        tenant_id,
        app_id,
        is_app_only,
        cast(first_at as date) as seen_on,
        count(distinct network_of(ip_address)) as networks
    from app_addresses
    where first_at >= $lookback_start and first_at < $window_start
    group by tenant_id, app_id, is_app_only, cast(first_at as date)
),

in_all as (
    select
        tenant_id,
        app_id,
        is_app_only,
        count(distinct network_of(ip_address)) as networks
    from app_addresses
    where first_at >= $lookback_start and first_at < $window_start
    group by tenant_id, app_id, is_app_only
),

settled as (
    select
        history.tenant_id,
        history.app_id,
        history.is_app_only
    from history
    inner join in_all
        on
            history.tenant_id = in_all.tenant_id
            and history.app_id = in_all.app_id
            and history.is_app_only = in_all.is_app_only
    cross join limits
    group by history.tenant_id, history.app_id, history.is_app_only
    having
        count(*) >= max(limits.least_days)
        and count(case when history.networks > 1 then 1 end) < max(limits.days_of_a_habit)
        and max(in_all.networks) <= max(limits.most_networks)
),

suspect as (
    select
        spread.tenant_id,
        spread.token_id,
        spread.app_id,
        spread.holder,
        spread.family,
        spread.is_at_once,
        coalesce(known_apps.is_sanctioned, false) as is_sanctioned
    from spread
    left join settled
        on
            spread.tenant_id = settled.tenant_id
            and spread.app_id = settled.app_id
            and (spread.holder = 'app') = settled.is_app_only
    left join known_apps
        on spread.app_id = known_apps.app_id
    left join directory
        on spread.tenant_id = directory.tenant_id and spread.app_id = directory.app_id
    where
        (spread.holder = 'person' or settled.app_id is not null)
        and not coalesce(known_apps.is_first_party, false)
        and not coalesce(directory.is_first_party, false)
),

suspect_addresses as (
    select
        suspect.*,
        uses.ip_address,
        network_of(uses.ip_address) as network
    from suspect
    inner join uses
        on
            suspect.tenant_id = uses.tenant_id
            and suspect.token_id = uses.token_id
            and suspect.app_id = uses.app_id
            and suspect.holder = uses.holder
            and suspect.family = network_family(network_of(uses.ip_address))
),

flagged as (
    select
        requests.tenant_id,
        requests.request_id,
        requests.request_at,
        requests.outcome,
        requests.app_id,
        requests.app_name,
        requests.token_id,
        requests.evidence,
        suspect_addresses.network,
        suspect_addresses.holder,
        suspect_addresses.is_at_once,
        suspect_addresses.is_sanctioned,
        case when requests.actor_class in ('human_direct', 'human_via_agent') then requests.user_id end as user_id,
        case when requests.actor_class in ('human_direct', 'human_via_agent') then requests.user_upn end as user_upn
    from attributed_requests as requests
    inner join suspect_addresses
        on
            requests.tenant_id = suspect_addresses.tenant_id
            and requests.token_id = suspect_addresses.token_id
            and requests.app_id = suspect_addresses.app_id
            and requests.ip_address = suspect_addresses.ip_address
    where requests.token_match = 'token_id' and requests.actor_class not in ('first_party', 'unknown')
),

ranked as (
    select
        *,
        case when holder = 'person' then user_id end as person_id,
        row_number() over (
            partition by tenant_id, app_id, holder, token_id, network order by request_at asc, request_id asc
        ) as place
    from flagged
),

grouped as (
    select
        ranked.tenant_id,
        ranked.app_id,
        ranked.holder,
        ranked.person_id,
        max(ranked.app_name) as app_name,
        case when count(distinct ranked.user_id) = 1 then max(ranked.user_id) end as user_id,
        case when count(distinct ranked.user_id) = 1 then max(ranked.user_upn) end as user_upn,
        count(distinct ranked.token_id) as tokens,
        min(ranked.network) as first_network,
        max(ranked.network) as last_network,
        bool_or(ranked.is_at_once) as is_at_once,
        count(*) as requests,
        count(case when ranked.outcome = 'success' then 1 end) as successes,
        case ranked.holder when 'app' then 3 when 'user_of_app' then 2 else 1 end
        - case when bool_and(ranked.is_sanctioned) then 1 else 0 end as weight,
        min(ranked.request_at) as first_seen,
        max(ranked.request_at) as last_seen,
        flatten(
            array_agg(ranked.evidence order by ranked.request_at asc, ranked.request_id asc) filter (
                where ranked.place <= limits.shown_of_each
            )
        ) as evidence
    from ranked
    cross join limits
    group by ranked.tenant_id, ranked.app_id, ranked.holder, ranked.person_id
)

select
    tenant_id,
    concat_ws(' ', app_id, holder, person_id) as subject,
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
        case when tokens = 1 then 'a token' else concat(tokens, ' tokens') end, ' of ', coalesce(app_name, app_id),
        case
            when holder = 'app' then ''
            when user_id is not null then concat(' for ', coalesce(user_upn, user_id))
            else ' for users'
        end,
        case when tokens = 1 then ' was' else ' were each' end, ' used from several networks',
        case when is_at_once then ' at the same time' else '' end, ', such as ', first_network, ' and ', last_network,
        ': ', requests, ' requests, ', successes, ' of them successful'
    ) as summary,
    evidence
from grouped
