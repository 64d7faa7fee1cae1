/*
description: >
  An outside workload that the tenant did not know can sign in as an app, or did: a federated credential with a new
  issuer or subject needs no secret and leaves none to find. One finding per app and credential a day.
kind: finding
lookback_hours: 720
rule:
  title: New federated issuer or workload
  severity: high
  why: >
    The directory that explains the day has a federated credential whose issuer and subject no credential of the day
    before had, or an app signed in with a federated credential, or by the token of an outside issuer, that no sign-in
    of up to 30 days before used and the directory of the day before did not have. High where the issuer is new to the
    tenant, medium where only the workload is, or where nothing names the issuer. One step lower for what the agent
    registry sanctions. Sign-ins count only where the log of app sign-ins itself reaches back 14 days.
  false_positives: >
    A new deployment or pipeline of your own; a job that runs less than once a month, where no inventory is imported.
  what_to_do: >
    Ask the owner of the app whether the issuer and subject are theirs, and see who added the credential
    (directory_changes). If nobody knows it, remove it and look at what the app did since (acts_of_agent).
  techniques: [T1098.001, T1552, T1199]
  controls: [SOC 2 CC6.1, SOC 2 CC6.6, "ISO/IEC 27001 A.5.16", NIST 800-53 IA-9, NIST 800-53 AC-6(9)]
  required_logs: [AADServicePrincipalSignInLogs]
  baseline_days: 14
*/
with covered as (
    select tenant_id
    from log_hours
    where log = 'AADServicePrincipalSignInLogs' and hour < $window_end
    group by tenant_id
    having min(hour) + interval 13 days < $window_start
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

registered_before as (
    select
        tenant_id,
        federated_credential_id,
        issuer,
        subject
    from directory_federated_credentials
    where
        explains_from < cast($window_start as date)
        and explains_to >= cast($window_start as date)
),

registered as (
    select
        tenant_id,
        object_id,
        federated_credential_id,
        app_id,
        issuer,
        subject,
        valid_from,
        landed_file
    from directory_federated_credentials
    where
        explains_from <= cast($window_start as date)
        and explains_to > cast($window_start as date)
),

workloads_before as (
    select distinct
        tenant_id,
        coalesce(issuer, '') as issuer,
        coalesce(subject, '') as subject
    from registered_before
),

credentials_before as (
    select distinct
        tenant_id,
        federated_credential_id
    from registered_before
    union
    select
        tenant_id,
        credential_id as federated_credential_id
    from app_credentials
    where credential_id != '' and first_at >= $lookback_start and first_at < $window_start
),

issuers_before as (
    select
        tenant_id,
        issuer
    from registered_before
    where issuer is not null
    union
    select
        tenant_id,
        issuer
    from app_credentials
    where issuer != '' and first_at >= $lookback_start and first_at < $window_start
),

-- What the directory has since this day.
added as (
    select
        registered.tenant_id,
        registered.app_id,
        registered.federated_credential_id as credential_id,
        registered.issuer,
        registered.subject,
        registered.valid_from as first_seen,
        registered.valid_from as last_seen,
        0 as sign_ins,
        cast(null as varchar) as app_name,
        'applications' as log,
        registered.object_id as record_id,
        registered.landed_file
    from registered
    left join workloads_before
        on
            registered.tenant_id = workloads_before.tenant_id
            and coalesce(registered.issuer, '') = workloads_before.issuer
            and coalesce(registered.subject, '') = workloads_before.subject
    where workloads_before.tenant_id is null
),

today as (
    select *
    from app_credentials
    where first_at >= $window_start and first_at < $window_end
),

-- What was used for the first time.
used as (
    select
        today.tenant_id,
        today.app_id,
        case when today.credential = 'federated_credential' then today.credential_id else today.issuer end
            as credential_id,
        coalesce(nullif(today.issuer, ''), registered.issuer) as issuer,
        registered.subject,
        today.first_at as first_seen,
        today.last_at as last_seen,
        today.sign_ins,
        today.app_name,
        today.first_log as log,
        today.first_sign_in_id as record_id,
        today.first_landed_file as landed_file
    from today
    inner join covered
        on today.tenant_id = covered.tenant_id
    left join registered
        on today.tenant_id = registered.tenant_id and today.credential_id = registered.federated_credential_id
    left join credentials_before
        on
            today.tenant_id = credentials_before.tenant_id
            and today.credential_id = credentials_before.federated_credential_id
    left join issuers_before
        on today.tenant_id = issuers_before.tenant_id and today.issuer = issuers_before.issuer
    left join workloads_before
        on
            today.tenant_id = workloads_before.tenant_id
            and registered.issuer = workloads_before.issuer
            and registered.subject = workloads_before.subject
    where
        workloads_before.tenant_id is null
        and (
            (
                today.credential = 'federated_credential'
                and today.credential_id != ''
                and credentials_before.federated_credential_id is null
            )
            or (today.issuer != '' and issuers_before.issuer is null)
        )
),

news as (
    select * from added
    union all
    select * from used
),

ranked as (
    select
        *,
        row_number() over (
            partition by tenant_id, app_id, credential_id order by sign_ins asc, first_seen asc, record_id asc
        ) as place
    from news
),

grouped as (
    select
        tenant_id,
        coalesce(app_id, '') as app_id,
        credential_id,
        max(app_name) as app_name,
        max(issuer) as issuer,
        max(subject) as subject,
        sum(sign_ins) as sign_ins,
        min(case when sign_ins > 0 then first_seen end) as first_used_at,
        max(case when sign_ins > 0 then last_seen end) as last_used_at,
        min(first_seen) as first_seen,
        array_agg(struct_pack(log := log, record_id := record_id, landed_file := landed_file) order by place asc)
            as evidence
    from ranked
    group by tenant_id, coalesce(app_id, ''), credential_id
),

judged as (
    select
        grouped.*,
        coalesce(grouped.app_name, known_apps.name, directory.name) as agent_name,
        grouped.issuer is not null and issuers_before.issuer is null as is_new_issuer,
        case when grouped.issuer is not null and issuers_before.issuer is null then 3 else 2 end
        - case when coalesce(known_apps.is_sanctioned, false) then 1 else 0 end as weight
    from grouped
    left join issuers_before
        on grouped.tenant_id = issuers_before.tenant_id and grouped.issuer = issuers_before.issuer
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
    concat_ws(' ', nullif(app_id, ''), credential_id) as subject,
    case when weight >= 3 then 'high' when weight = 2 then 'medium' else 'low' end as severity,
    coalesce(first_used_at, first_seen) as first_seen,
    coalesce(last_used_at, first_seen) as last_seen,
    cast(sign_ins as bigint) as request_count,
    nullif(app_id, '') as app_id,
    agent_name,
    cast(null as varchar) as user_id,
    cast(null as varchar) as user_upn,
    cast(null as varchar) as target_user_id,
    cast(null as varchar) as target_user_upn,
    concat(
        coalesce(subject, 'an outside workload'), ' of ', coalesce(issuer, 'an issuer that no inventory names'),
        case when sign_ins > 0 then ' signed in as ' else ' can sign in as ' end,
        coalesce(agent_name, nullif(app_id, ''), 'an app that the inventory does not name'),
        case when is_new_issuer then '; neither the issuer nor the workload was' else '; the workload was not' end,
        ' known in the tenant before: ', sign_ins, ' sign-ins'
    ) as summary,
    evidence
from judged
