/*
description: >
  An app or agent asked principal after principal which permissions and roles it has, with no human on the token. Who
  has rights worth taking is what an attacker looks for next. One finding per app a day.
kind: finding
lookback_hours: 336
rule:
  title: Enumeration of role assignments
  severity: medium
  why: >
    With application permissions, app role assignments, permission grants or role members of at least 20 different
    principals were read on the day, and on none of the 14 days before did the app read them 20 times. An app that
    checks rights asks about one principal, or about the few that it deals with. What the agent registry sanctions
    weighs less; Microsoft's own apps and the collector are left out.
  false_positives: >
    A new access review, governance or posture tool on its first day, and an inventory that runs less
    than every 14 days.
  what_to_do: >
    Ask the owner of the app for the purpose. Where there is none, revoke its credential and look for changes of
    permissions, credentials and roles in the hours after.
  techniques: [T1069.003, T1526]
  controls: [SOC 2 CC7.2, "ISO/IEC 27001 A.5.18", "ISO/IEC 27001 A.8.16", NIST 800-53 AC-6, NIST 800-53 SI-4]
  required_logs: [MicrosoftGraphActivityLogs]
  baseline_days: 14
*/
with thresholds as (
    select
        20 as principals,
        cast($window_start as timestamp) as day_start,
        cast($lookback_start as timestamp) as history_start
),

asked as (
    select listed.operation
    from (
        values
        ('read serviceprincipals/approleassignments'), ('read serviceprincipals/approleassignedto'),
        ('read serviceprincipals/oauth2permissiongrants'), ('read serviceprincipals/memberof'),
        ('read serviceprincipals/transitivememberof'), ('read users/approleassignments'),
        ('read users/oauth2permissiongrants'), ('read groups/approleassignments'), ('read oauth2permissiongrants'),
        ('read directoryroles/members'), ('read rolemanagement/directory/roleassignments'),
        ('read rolemanagement/directory/roleassignmentscheduleinstances'),
        ('read rolemanagement/directory/roleeligibilityscheduleinstances'),
        ('read rolemanagement/directory/transitiveroleassignments')
    ) as listed (operation)
),

reads as (
    select
        requests.tenant_id,
        requests.request_id,
        requests.request_at,
        requests.app_id,
        requests.app_name,
        requests.evidence,
        -- A collection that is filtered by principal names it in the filter; pages of one answer count once.
        case
            when lower(requests.uri) like '%filter=%' and lower(requests.uri) not like '%skiptoken%'
                then lower(requests.uri)
            else lower(split_part(requests.uri, '?', 1))
        end as principal,
        coalesce(known_apps.is_sanctioned, false) as is_sanctioned
    from attributed_requests as requests
    inner join asked
        on requests.operation = asked.operation
    left join known_apps
        on requests.app_id = known_apps.app_id
    where
        requests.outcome = 'success'
        and requests.actor_class in ('app_only', 'autonomous_agent', 'agent_user')
        and requests.app_id is not null
        and not requests.is_self
        and not coalesce(known_apps.is_first_party, false)
),

many as (
    select
        reads.tenant_id,
        reads.app_id
    from reads
    cross join thresholds
    group by reads.tenant_id, reads.app_id, thresholds.principals
    having count(distinct reads.principal) >= thresholds.principals
),

habits as (
    select
        acts.tenant_id,
        acts.app_id
    from app_acts as acts
    inner join many
        on acts.tenant_id = many.tenant_id and acts.app_id = many.app_id
    inner join asked
        on acts.operation = asked.operation
    cross join thresholds
    where acts.day >= thresholds.history_start and acts.day < thresholds.day_start
    group by acts.tenant_id, acts.app_id, acts.day, thresholds.principals
    having sum(acts.successes) >= thresholds.principals
),

news as (
    select
        many.tenant_id,
        many.app_id
    from many
    left join habits
        on many.tenant_id = habits.tenant_id and many.app_id = habits.app_id
    where habits.app_id is null
),

ranked as (
    select
        reads.*,
        row_number() over (
            partition by reads.tenant_id, reads.app_id order by reads.request_at asc, reads.request_id asc
        ) as place
    from reads
    inner join news
        on reads.tenant_id = news.tenant_id and reads.app_id = news.app_id
),

grouped as (
    select
        tenant_id,
        app_id,
        max(app_name) as app_name,
        bool_and(is_sanctioned) as is_sanctioned,
        count(*) as requests,
        count(distinct principal) as principals,
        min(request_at) as first_seen,
        max(request_at) as last_seen,
        flatten(array_agg(evidence order by place asc) filter (where place <= 10)) as evidence
    from ranked
    group by tenant_id, app_id
)

select
    tenant_id,
    app_id as subject,
    case when is_sanctioned then 'low' else 'medium' end as severity,
    first_seen,
    last_seen,
    requests as request_count,
    app_id,
    app_name as agent_name,
    cast(null as varchar) as user_id,
    cast(null as varchar) as user_upn,
    cast(null as varchar) as target_user_id,
    cast(null as varchar) as target_user_upn,
    concat(
        coalesce(app_name, app_id), ' read which permissions and roles ', principals,
        ' principals have, with no human on the token, which it did on none of the 14 days before'
    ) as summary,
    evidence
from grouped
