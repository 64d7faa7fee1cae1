/*
description: >
  An app signed in with a client secret although it has a credential that cannot be copied out of a file: a federated
  credential, or a certificate. One finding per app, which stands until it was not found for 7 days.
kind: finding
lookback_hours: 720
rule:
  title: Client secret used beside a better credential
  severity: high
  why: >
    A sign-in of the app, as itself or for a user, succeeded with a client secret, while the directory of the day has a
    federated credential for the app (what a managed identity or an outside workload signs in with), or the app signed
    in with a federated credential or a certificate on this day or the 30 before. High where the app was known from at
    least 3 of those days and had used no secret on any: somebody may have added one. Otherwise medium beside a
    federated credential and low beside a certificate. One step lower for what the agent registry sanctions. Microsoft's
    own apps are left out.
  false_positives: >
    A migration from secrets that is under way; a second deployment of the app that cannot federate.
  what_to_do: >
    Find out who holds the secret, and for a new one who added it (directory_changes). Move the deployment to the better
    credential, then delete the secret and forbid new ones by an app management policy.
  techniques: [T1552.001, T1098.001]
  controls: [SOC 2 CC6.1, "ISO/IEC 27001 A.5.17", NIST 800-53 IA-5, NIST 800-53 IA-9]
  required_logs: [AADServicePrincipalSignInLogs]
  standing_days: 7
*/
with limits as (
    select 3 as least_days
),

directory as (
    select
        tenant_id,
        app_id,
        is_first_party
    from directory_apps
    where explains_from <= cast($window_start as date) and explains_to > cast($window_start as date)
),

secrets as (
    select
        *,
        row_number() over (
            partition by tenant_id, app_id order by first_at asc, first_sign_in_id asc
        ) as place
    from app_credentials
    where credential = 'secret' and first_at >= $window_start and first_at < $window_end
),

used as (
    select
        tenant_id,
        app_id,
        max(app_name) as app_name,
        sum(sign_ins) as sign_ins,
        min(first_at) as first_seen,
        max(last_at) as last_seen,
        array_agg(
            struct_pack(log := first_log, record_id := first_sign_in_id, landed_file := first_landed_file)
            order by place asc
        ) filter (where place <= 10) as evidence
    from secrets
    group by tenant_id, app_id
),

history as (
    select
        tenant_id,
        app_id,
        count(distinct cast(first_at as date)) as days,
        coalesce(bool_or(credential = 'secret'), false) as has_used_a_secret
    from app_credentials
    where first_at >= $lookback_start and first_at < $window_start
    group by tenant_id, app_id
),

better_used as (
    select
        tenant_id,
        app_id,
        bool_or(credential = 'federated_credential') as is_federated,
        max(last_at) as last_at
    from app_credentials
    where
        credential in ('federated_credential', 'certificate', 'assertion')
        and first_at >= $lookback_start
        and first_at < $window_end
    group by tenant_id, app_id
),

better_known as (
    select
        tenant_id,
        app_id,
        min(name) as name,
        min(issuer) as issuer
    from directory_federated_credentials
    where
        app_id is not null
        and explains_from <= cast($window_start as date)
        and explains_to > cast($window_start as date)
    group by tenant_id, app_id
),

judged as (
    select
        used.*,
        better_known.app_id is not null as is_in_directory,
        coalesce(better_known.app_id is not null or better_used.is_federated, false) as is_federated,
        better_known.name as credential_name,
        better_known.issuer,
        coalesce(history.days >= limits.least_days and not history.has_used_a_secret, false) as is_new_secret,
        coalesce(known_apps.is_sanctioned, false) as is_sanctioned
    from used
    cross join limits
    left join history
        on used.tenant_id = history.tenant_id and used.app_id = history.app_id
    left join better_used
        on used.tenant_id = better_used.tenant_id and used.app_id = better_used.app_id
    left join better_known
        on used.tenant_id = better_known.tenant_id and used.app_id = better_known.app_id
    left join known_apps
        on used.app_id = known_apps.app_id
    left join directory
        on used.tenant_id = directory.tenant_id and used.app_id = directory.app_id
    where
        (better_used.app_id is not null or better_known.app_id is not null)
        and not coalesce(known_apps.is_first_party or known_apps.is_own, false)
        and not coalesce(directory.is_first_party, false)
),

weighed as (
    select
        *,
        case when is_new_secret then 3 when is_federated then 2 else 1 end
        - case when is_sanctioned then 1 else 0 end as weight
    from judged
)

select
    tenant_id,
    app_id as subject,
    case when weight >= 3 then 'high' when weight = 2 then 'medium' when weight = 1 then 'low' else 'info' end
        as severity,
    first_seen,
    last_seen,
    cast(sign_ins as bigint) as request_count,
    app_id,
    app_name as agent_name,
    cast(null as varchar) as user_id,
    cast(null as varchar) as user_upn,
    cast(null as varchar) as target_user_id,
    cast(null as varchar) as target_user_upn,
    concat(
        coalesce(app_name, app_id), ' signed in with a client secret',
        case when is_new_secret then ', which it had not done in the 30 days before,' else '' end, ' although it ',
        case
            when is_in_directory
                then concat(
                        'has the federated credential ', coalesce(credential_name, 'without a name'), ' of ',
                        coalesce(issuer, 'an issuer without a name')
                    )
            when is_federated then 'has used a federated credential'
            else 'has used a certificate'
        end,
        ': ', sign_ins, ' sign-ins'
    ) as summary,
    evidence
from weighed
