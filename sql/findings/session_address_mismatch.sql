/*
description: >
  Requests in a person's session came from a network in which nobody signed in to that session: somebody else may hold
  a copy of the person's token. One finding per person and session a day.
kind: finding
lookback_hours: 48
rule:
  title: Session used from a network without a sign-in
  severity: high
  why: >
    At least 3 requests of a public client came from a network (/24 of IPv4, /64 of IPv6) that is neither the one of
    the sign-in that issued their token, nor of any other sign-in of the session on this day and the two before, while
    the session has sign-ins over the same family of addresses. Only public clients count: a confidential client's
    sign-ins show the person's address and its requests its own (T13). Microsoft's clients count here, as the session
    is the person's and stolen tokens are often theirs. Low; one step higher where content was read or something
    changed with success, and one more where the session went on in its own network at the same time.
  false_positives: >
    People who move to another network, on phones above all; a split tunnel or proxy that carries Graph and sign-ins
    over different ways, such as Global Secure Access.
  what_to_do: >
    Ask the person whether the network is theirs. If not, revoke the sessions of the person, and look at what was done
    from that network. Token protection and continuous access evaluation make a copied token useless.
  techniques: [T1539, T1550.004]
  controls: [SOC 2 CC6.1, SOC 2 CC7.2, "ISO/IEC 27001 A.8.16", NIST 800-53 AC-2(12), NIST 800-53 SI-4]
  required_logs: [MicrosoftGraphActivityLogs, AADNonInteractiveUserSignInLogs, SigninLogs]
*/
with limits as (
    select
        3 as least_requests,
        3 as content_sensitivity,
        5 as shown_requests
),

uses as (
    select
        tenant_id,
        user_id,
        session_id,
        ip_address,
        min(request_at) as first_at,
        max(request_at) as last_at
    from attributed_requests
    where
        identity_shape = 'delegated_public'
        and actor_class = 'human_direct'
        and token_match = 'token_id'
        and user_id is not null
        and session_id is not null
        and ip_address is not null
        and not is_self
    group by tenant_id, user_id, session_id, ip_address
),

addresses as (
    select
        *,
        network_of(ip_address) as network,
        network_family(network_of(ip_address)) as family
    from uses
),

signed_in as (
    select distinct
        tenant_id,
        user_id,
        session_id,
        network_of(ip_address) as network
    from tokens
    where
        is_user_token
        and session_id is not null
        and ip_address is not null
        and issued_at >= $lookback_start
        and issued_at < $window_end
),

families as (
    select distinct
        tenant_id,
        user_id,
        session_id,
        network_family(network) as family
    from signed_in
),

marked as (
    select
        addresses.*,
        signed_in.network is not null as is_known
    from addresses
    inner join families
        on
            addresses.tenant_id = families.tenant_id
            and addresses.user_id = families.user_id
            and addresses.session_id = families.session_id
            and addresses.family = families.family
    left join signed_in
        on
            addresses.tenant_id = signed_in.tenant_id
            and addresses.user_id = signed_in.user_id
            and addresses.session_id = signed_in.session_id
            and addresses.network = signed_in.network
),

-- When the session was in use where it belongs.
at_home as (
    select
        tenant_id,
        user_id,
        session_id,
        min(first_at) as first_at,
        max(last_at) as last_at
    from marked
    where is_known
    group by tenant_id, user_id, session_id
),

flagged as (
    select
        requests.tenant_id,
        requests.request_at,
        requests.user_id,
        requests.user_upn,
        requests.session_id,
        requests.app_id,
        requests.app_name,
        requests.outcome = 'success' as is_successful,
        coalesce(
            requests.is_write or (requests.is_user_scoped and requests.sensitivity >= limits.content_sensitivity), false
        ) as has_stakes,
        coalesce(known_apps.is_sanctioned, false) as is_sanctioned,
        marked.network,
        requests.evidence,
        row_number() over (
            partition by requests.tenant_id, requests.user_id, requests.session_id
            order by requests.request_at asc, requests.request_id asc
        ) as place
    from attributed_requests as requests
    inner join marked
        on
            requests.tenant_id = marked.tenant_id
            and requests.user_id = marked.user_id
            and requests.session_id = marked.session_id
            and requests.ip_address = marked.ip_address
    cross join limits
    left join known_apps
        on requests.app_id = known_apps.app_id
    where
        not marked.is_known
        and requests.identity_shape = 'delegated_public'
        and requests.actor_class = 'human_direct'
        and requests.token_match = 'token_id'
        and not requests.is_self
),

grouped as (
    select
        flagged.tenant_id,
        flagged.user_id,
        flagged.session_id,
        max(flagged.user_upn) as user_upn,
        case when count(distinct flagged.app_id) = 1 then max(flagged.app_id) end as app_id,
        case when count(distinct flagged.app_id) = 1 then max(flagged.app_name) end as app_name,
        count(distinct flagged.app_id) as apps,
        min(flagged.network) as network,
        count(distinct flagged.network) as networks,
        count(*) as requests,
        count(case when flagged.is_successful then 1 end) as successes,
        bool_or(flagged.is_successful and flagged.has_stakes) as has_stakes,
        bool_and(flagged.is_sanctioned) as is_sanctioned,
        min(flagged.request_at) as first_seen,
        max(flagged.request_at) as last_seen,
        flatten(
            array_agg(flagged.evidence order by flagged.place asc) filter (
                where flagged.place <= limits.shown_requests
            )
        ) as evidence
    from flagged
    cross join limits
    group by flagged.tenant_id, flagged.user_id, flagged.session_id
    having count(*) >= max(limits.least_requests)
),

weighed as (
    select
        grouped.*,
        coalesce(at_home.first_at < grouped.last_seen and at_home.last_at > grouped.first_seen, false) as is_at_once,
        1
        + case when grouped.has_stakes then 1 else 0 end
        + case
            when at_home.first_at < grouped.last_seen and at_home.last_at > grouped.first_seen then 1 else 0
        end
        - case when grouped.is_sanctioned then 1 else 0 end as weight
    from grouped
    left join at_home
        on
            grouped.tenant_id = at_home.tenant_id
            and grouped.user_id = at_home.user_id
            and grouped.session_id = at_home.session_id
)

select
    tenant_id,
    concat_ws(' ', user_id, session_id) as subject,
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
        'a session of ', coalesce(user_upn, user_id), ' was used through ',
        case when apps > 1 then concat(apps, ' apps') else coalesce(app_name, app_id, 'an app without id') end,
        ' from ', network,
        case
            when networks = 2 then ' and one more network, where it has no sign-in'
            when networks > 2 then concat(' and ', networks - 1, ' more networks, where it has no sign-in')
            else ', where it has no sign-in'
        end,
        case when is_at_once then ', while it went on where it has' else '' end,
        ': ', requests, ' requests, ', successes, ' of them successful'
    ) as summary,
    evidence
from weighed
