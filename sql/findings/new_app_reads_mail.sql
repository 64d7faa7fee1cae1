/*
description: >
  An app read mail with the token of a person who had not used it in the 30 days before: consent may have been phished,
  or a token stolen by another client. One finding per app a day, graver where nobody in the tenant had used it.
kind: finding
lookback_hours: 720
rule:
  title: New app reads mail for a person
  severity: high
  why: >
    A request under the authority of a person, made by the person's own client or by an agent, read mail with success,
    and neither the person nor, as far as logs go back, up to 30 days, anybody else had called Graph through that app:
    high. Where others had, but fewer than 5 people: low. What 5 people use is a tool of the tenant, and a person of
    whom the history knows nothing is new to every app: both do not fire. Microsoft's own apps are left out. Two steps
    lower for what the agent registry sanctions.
  false_positives: >
    A tool or agent that was introduced on this day, an app that is used less than once a month.
  what_to_do: >
    Ask the person whether they know the app, and look at the consent that it has (directory_grants, "Consent to
    application" in directory_changes). If they do not, revoke consent and sessions, and disable the service principal.
  techniques: [T1528, T1114.002, T1078.004]
  controls: [SOC 2 CC6.1, SOC 2 CC7.2, "ISO/IEC 27001 A.5.15", NIST 800-53 AC-2(12), NIST 800-53 AC-6]
  required_logs: [MicrosoftGraphActivityLogs]
  baseline_days: 14
*/
with limits as (
    select
        5 as common_users,
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

reads as (
    select
        requests.tenant_id,
        requests.request_id,
        requests.request_at,
        requests.app_id,
        requests.app_name,
        requests.user_id,
        requests.user_upn,
        requests.target_user_id,
        requests.target_user_upn,
        requests.evidence,
        coalesce(known_apps.is_sanctioned, false) as is_sanctioned
    from attributed_requests as requests
    left join known_apps
        on requests.app_id = known_apps.app_id
    left join directory
        on requests.tenant_id = directory.tenant_id and requests.app_id = directory.app_id
    where
        requests.actor_class in ('human_direct', 'human_via_agent')
        and requests.user_id is not null
        and requests.app_id is not null
        and requests.outcome = 'success'
        and requests.data_class = 'user_content'
        and (
            requests.operation like 'read me/messages%'
            or requests.operation like 'read me/mailfolders%'
            or requests.operation like 'read users/messages%'
            or requests.operation like 'read users/mailfolders%'
        )
        and not requests.is_self
        and not coalesce(known_apps.is_first_party, false)
        and not coalesce(directory.is_first_party, false)
),

readers as (
    select distinct
        tenant_id,
        app_id,
        user_id
    from reads
),

history as (
    select distinct
        tenant_id,
        app_id,
        user_id
    from app_acts
    where first_at >= $lookback_start and first_at < $window_start
),

people as (
    select distinct
        tenant_id,
        user_id
    from history
    where user_id != ''
),

apps as (
    select
        tenant_id,
        app_id,
        count(distinct nullif(user_id, '')) as users
    from history
    group by tenant_id, app_id
),

new_readers as (
    select
        readers.tenant_id,
        readers.app_id,
        readers.user_id,
        apps.app_id is null as is_new_in_tenant
    from readers
    cross join limits
    left join history
        on
            readers.tenant_id = history.tenant_id
            and readers.app_id = history.app_id
            and readers.user_id = history.user_id
    left join apps
        on readers.tenant_id = apps.tenant_id and readers.app_id = apps.app_id
    left join people
        on readers.tenant_id = people.tenant_id and readers.user_id = people.user_id
    where
        history.user_id is null
        and (apps.app_id is null or (people.user_id is not null and apps.users < limits.common_users))
),

flagged as (
    select
        reads.*,
        new_readers.is_new_in_tenant,
        row_number() over (
            partition by reads.tenant_id, reads.app_id order by reads.request_at asc, reads.request_id asc
        ) as place
    from reads
    inner join new_readers
        on
            reads.tenant_id = new_readers.tenant_id
            and reads.app_id = new_readers.app_id
            and reads.user_id = new_readers.user_id
),

grouped as (
    select
        flagged.tenant_id,
        flagged.app_id,
        max(flagged.app_name) as app_name,
        count(distinct flagged.user_id) as users,
        case when count(distinct flagged.user_id) = 1 then max(flagged.user_id) end as user_id,
        case when count(distinct flagged.user_id) = 1 then max(flagged.user_upn) end as user_upn,
        case
            when count(distinct flagged.target_user_id) = 1 and count(flagged.target_user_id) = count(*)
                then max(flagged.target_user_id)
        end as target_user_id,
        case
            when count(distinct flagged.target_user_id) = 1 and count(flagged.target_user_id) = count(*)
                then max(flagged.target_user_upn)
        end as target_user_upn,
        bool_or(flagged.is_new_in_tenant) as is_new_in_tenant,
        case when bool_or(flagged.is_new_in_tenant) then 3 else 1 end
        - case when bool_and(flagged.is_sanctioned) then 2 else 0 end as weight,
        count(*) as requests,
        min(flagged.request_at) as first_seen,
        max(flagged.request_at) as last_seen,
        flatten(
            array_agg(flagged.evidence order by flagged.place asc) filter (
                where flagged.place <= limits.shown_requests
            )
        ) as evidence
    from flagged
    cross join limits
    group by flagged.tenant_id, flagged.app_id
)

select
    tenant_id,
    app_id as subject,
    case when weight >= 3 then 'high' when weight = 2 then 'medium' when weight = 1 then 'low' else 'info' end
        as severity,
    first_seen,
    last_seen,
    requests as request_count,
    app_id,
    app_name as agent_name,
    user_id,
    user_upn,
    target_user_id,
    target_user_upn,
    concat(
        coalesce(app_name, app_id), ' read mail for ',
        case when users = 1 then coalesce(user_upn, user_id) else concat(users, ' people') end,
        case
            when is_new_in_tenant then ', and nobody in the tenant had used it in the 30 days before'
            when users = 1 then ', who had not used it in the 30 days before'
            else ', none of whom had used it in the 30 days before'
        end,
        ': ', requests, ' requests'
    ) as summary,
    evidence
from grouped
