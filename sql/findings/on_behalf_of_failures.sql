/*
description: >
  An app failed to exchange users' tokens many times within an hour: it may be trying tokens that are not meant for it,
  or be broken. One finding per app a day.
kind: finding
rule:
  title: Burst of failed on-behalf-of exchanges
  severity: high
  why: >
    At least 10 sign-ins of the app failed within an hour with an error that the exchange of a user's token gives
    (50013, 500131, 65001, 240002, 700231, 7000113), and in that hour it failed more often than it got a user's token.
    Sign-ins in which a person takes part, and clients without a credential, do not count. High where the tokens of at
    least 5 people were tried, or some were meant for another audience (500131); low where consent alone was missing
    (65001); otherwise medium. One step lower for what the agent registry sanctions. Microsoft's own apps are left out.
  false_positives: >
    A release with a wrong scope or audience, a clock that is wrong, a job that retries with a token that has expired.
  what_to_do: >
    Ask the owner of the app whether they know of it. Otherwise look at where its credential was used from, whose tokens
    it tried and where those came from, and replace the credential.
  techniques: [T1550.001, T1528]
  controls: [SOC 2 CC7.2, "ISO/IEC 27001 A.8.16", NIST 800-53 AU-6, NIST 800-53 SI-4]
  required_logs: [AADNonInteractiveUserSignInLogs]
*/
with limits as (
    select
        10 as least_failures,
        5 as many_people,
        10 as shown_sign_ins
),

directory as (
    select
        tenant_id,
        app_id,
        name,
        is_first_party
    from directory_apps
    where explains_from <= cast($window_start as date) and explains_to > cast($window_start as date)
),

sign_ins as (
    select
        tenant_id,
        app_id,
        coalesce(app_name, service_principal_name) as app_name,
        sign_in_id,
        signed_in_at,
        user_id,
        category,
        error_code,
        landed_file,
        is_success,
        lower(coalesce(client_credential_type, '')) as credential,
        lower(coalesce(authentication_protocol, '')) in ('onbehalfof', 'samlonbehalfof') as says_on_behalf_of,
        lower(coalesce(agent_type, '')) in ('agenticappinstance', 'agentidentity', '3') as is_agent_identity
    from staged_sign_ins
    where
        signed_in_at >= $window_start
        and signed_in_at < $window_end
        and app_id is not null
        and not coalesce(is_interactive, false)
        and (
            (is_success and user_id is not null)
            or (not is_success and error_code in (50013, 500131, 65001, 240002, 700231, 7000113))
        )
),

-- These three codes are of nothing but the exchange; the others also of what a public client does.
exchanges as (
    select *
    from sign_ins
    where
        says_on_behalf_of
        or is_agent_identity
        or credential not in ('', 'none')
        or (not is_success and error_code in (500131, 240002, 7000113))
),

minutes as (
    select
        tenant_id,
        app_id,
        date_trunc('minute', signed_in_at) as minute,
        count(case when not is_success then 1 end) as failures,
        count(case when is_success then 1 end) as successes
    from exchanges
    group by tenant_id, app_id, date_trunc('minute', signed_in_at)
),

hours as (
    select
        tenant_id,
        app_id,
        sum(failures) over (
            partition by tenant_id, app_id order by minute
            range between interval 59 minutes preceding and current row
        ) as failures,
        sum(successes) over (
            partition by tenant_id, app_id order by minute
            range between interval 59 minutes preceding and current row
        ) as successes
    from minutes
),

bursts as (
    select
        hours.tenant_id,
        hours.app_id,
        max(hours.failures) as most_in_an_hour
    from hours
    cross join limits
    where hours.failures >= limits.least_failures and hours.failures > hours.successes
    group by hours.tenant_id, hours.app_id
),

failures as (
    select
        exchanges.*,
        bursts.most_in_an_hour,
        row_number() over (
            partition by exchanges.tenant_id, exchanges.app_id
            order by exchanges.signed_in_at asc, exchanges.sign_in_id asc
        ) as place
    from exchanges
    inner join bursts
        on exchanges.tenant_id = bursts.tenant_id and exchanges.app_id = bursts.app_id
    where not exchanges.is_success
),

grouped as (
    select
        failures.tenant_id,
        failures.app_id,
        max(failures.app_name) as app_name,
        count(*) as sign_ins,
        max(failures.most_in_an_hour) as most_in_an_hour,
        count(distinct failures.user_id) as people,
        count(distinct failures.error_code) as codes,
        min(failures.error_code) as first_code,
        case
            when count(distinct failures.user_id) >= max(limits.many_people) then 3
            when bool_or(failures.error_code = 500131) then 3
            when bool_and(failures.error_code = 65001) then 1
            else 2
        end as weight,
        min(failures.signed_in_at) as first_seen,
        max(failures.signed_in_at) as last_seen,
        array_agg(
            struct_pack(
                log := failures.category, record_id := failures.sign_in_id, landed_file := failures.landed_file
            )
            order by failures.place asc
        ) filter (where failures.place <= limits.shown_sign_ins) as evidence
    from failures
    cross join limits
    group by failures.tenant_id, failures.app_id
),

weighed as (
    select
        grouped.*,
        coalesce(known_apps.name, grouped.app_name, directory.name) as agent_name,
        grouped.weight - case when coalesce(known_apps.is_sanctioned, false) then 1 else 0 end as final_weight
    from grouped
    left join known_apps
        on grouped.app_id = known_apps.app_id
    left join directory
        on grouped.tenant_id = directory.tenant_id and grouped.app_id = directory.app_id
    where
        not coalesce(known_apps.is_first_party or known_apps.is_own, false)
        and not coalesce(directory.is_first_party, false)
)

select
    tenant_id,
    app_id as subject,
    case
        when final_weight >= 3 then 'high'
        when final_weight = 2 then 'medium'
        when final_weight = 1 then 'low'
        else 'info'
    end as severity,
    first_seen,
    last_seen,
    sign_ins as request_count,
    app_id,
    agent_name,
    cast(null as varchar) as user_id,
    cast(null as varchar) as user_upn,
    cast(null as varchar) as target_user_id,
    cast(null as varchar) as target_user_upn,
    concat(
        coalesce(agent_name, app_id), ' failed to exchange users'' tokens ', sign_ins, ' times, up to ',
        most_in_an_hour, ' times within an hour, for ', people, ' users: error ', first_code,
        case
            when codes = 2 then ' and one more' when codes > 2 then concat(' and ', codes - 1, ' more') else ''
        end
    ) as summary,
    evidence
from weighed
