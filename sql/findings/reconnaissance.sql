/*
description: >
  A caller read across the whole directory within a minute, as a tool does that takes stock before an attack: users,
  groups, applications, roles, policies. One finding per app, and user where there is one, a day.
kind: finding
lookback_hours: 336
rule:
  title: Reconnaissance of the directory
  severity: high
  why: >
    At least 20 successful reads of at least 4 categories of the directory were made within 60 seconds, which are looked
    at every 30 seconds; a person who browses does not get there, and most apps read one or two categories. A caller
    that read as many categories, as often, on one of the 14 days before is left out, and so are Microsoft's apps
    without a user, its admin portals, the collector, and apps that the registry sanctions.
  false_positives: >
    A new inventory, backup or governance tool on its first day, and an administrator's first report in months.
  what_to_do: >
    Ask who started it, and with what tool. Where nobody did, revoke the credential or the sessions, and look at what
    the caller did in the hours after: the directory is read before something is done with it.
  techniques: [T1526, T1087, T1069.003]
  controls: [SOC 2 CC7.2, "ISO/IEC 27001 A.8.16", NIST 800-53 SI-4, NIST 800-53 AC-2(12)]
  required_logs: [MicrosoftGraphActivityLogs]
  baseline_days: 14
*/
with thresholds as (
    select
        4 as read_categories,
        20 as calls,
        30 as half_a_minute,
        cast($window_start as timestamp) as day_start,
        cast($lookback_start as timestamp) as history_start
),

categories as (
    select
        listed.segment,
        listed.category
    from (
        values
        ('users', 'users'), ('groups', 'groups'), ('applications', 'applications'),
        ('serviceprincipals', 'service principals'), ('oauth2permissiongrants', 'permission grants'),
        ('rolemanagement', 'roles'), ('directoryroles', 'roles'), ('directoryroletemplates', 'roles'),
        ('policies', 'policies'), ('identity', 'policies'), ('devices', 'devices'), ('contacts', 'contacts'),
        ('organization', 'the tenant'), ('domains', 'the tenant'), ('directory', 'the directory'),
        ('administrativeunits', 'the directory')
    ) as listed (segment, category)
),

-- Azure Portal, its directory extension, Microsoft 365 and Intune admin centers: an administrator's page reads as much.
portals as (
    select listed.app_id
    from (
        values
        ('c44b4083-3bb0-49c1-b47d-974e53cbdf3c'), ('74658136-14ec-4630-ad9b-26e160ff0fc6'),
        ('00000006-0000-0ff1-ce00-000000000000'), ('5926fc8e-304e-4f59-8bed-58ca97cc39a4')
    ) as listed (app_id)
),

-- Only what is counted: what the few findings show of their requests is read again below.
reads as (
    select
        requests.tenant_id,
        requests.app_id,
        coalesce(requests.user_id, '') as caller_user,
        categories.category,
        requests.request_at,
        date_diff('second', thresholds.day_start, requests.request_at) // thresholds.half_a_minute as slot
    from attributed_requests as requests
    cross join thresholds
    inner join categories
        on split_part(requests.path_template, '/', 2) = categories.segment
    left join known_apps
        on requests.app_id = known_apps.app_id
    where
        requests.effect = 'read'
        and requests.outcome = 'success'
        and requests.data_class in ('tenant', 'shared', 'user_object')
        and requests.actor_class != 'first_party'
        and not requests.is_self
        and not coalesce(known_apps.is_sanctioned, false)
        and requests.app_id not in (select portals.app_id from portals)
),

per_category as (
    select
        tenant_id,
        app_id,
        caller_user,
        slot,
        category,
        count(*) as calls,
        min(request_at) as first_at,
        max(request_at) as last_at
    from reads
    group by tenant_id, app_id, caller_user, slot, category
),

minutes as (
    select
        per_category.tenant_id,
        per_category.app_id,
        per_category.caller_user,
        per_category.slot - shifts.shift as first_slot,
        sum(per_category.calls) as calls,
        count(distinct per_category.category) as read_categories,
        min(per_category.first_at) as first_at,
        max(per_category.last_at) as last_at
    from per_category
    cross join (values (0), (1)) as shifts (shift)
    group by
        per_category.tenant_id, per_category.app_id, per_category.caller_user, per_category.slot - shifts.shift
),

bursts as (
    select
        minutes.tenant_id,
        minutes.app_id,
        minutes.caller_user,
        max(minutes.calls) as most_calls,
        min(minutes.first_at) as first_at,
        max(minutes.last_at) as last_at
    from minutes
    cross join thresholds
    where minutes.calls >= thresholds.calls and minutes.read_categories >= thresholds.read_categories
    group by minutes.tenant_id, minutes.app_id, minutes.caller_user
),

days_before as (
    select
        acts.tenant_id,
        acts.app_id,
        acts.user_id,
        acts.day,
        sum(acts.requests) as calls,
        count(distinct categories.category) as read_categories
    from app_acts as acts
    inner join bursts
        on acts.tenant_id = bursts.tenant_id and acts.app_id = bursts.app_id and acts.user_id = bursts.caller_user
    inner join categories
        on split_part(split_part(acts.operation, ' ', 2), '/', 1) = categories.segment
    cross join thresholds
    where
        acts.effect = 'read'
        and acts.successes > 0
        and acts.day >= thresholds.history_start
        and acts.day < thresholds.day_start
    group by acts.tenant_id, acts.app_id, acts.user_id, acts.day
),

habits as (
    select
        days_before.tenant_id,
        days_before.app_id,
        days_before.user_id
    from days_before
    cross join thresholds
    where
        days_before.calls >= thresholds.calls
        and days_before.read_categories >= thresholds.read_categories
),

news as (
    select
        bursts.tenant_id,
        bursts.app_id,
        bursts.caller_user,
        bursts.most_calls,
        bursts.first_at,
        bursts.last_at
    from bursts
    left join habits
        on
            bursts.tenant_id = habits.tenant_id
            and bursts.app_id = habits.app_id
            and bursts.caller_user = habits.user_id
    where habits.app_id is null
),

ranked as (
    select
        news.tenant_id,
        news.app_id,
        news.caller_user,
        news.most_calls,
        requests.request_at,
        requests.app_name,
        requests.actor_class,
        requests.user_id,
        requests.user_upn,
        requests.evidence,
        categories.category,
        row_number() over (
            partition by news.tenant_id, news.app_id, news.caller_user
            order by requests.request_at asc, requests.request_id asc
        ) as place
    from attributed_requests as requests
    inner join categories
        on split_part(requests.path_template, '/', 2) = categories.segment
    inner join news
        on
            requests.tenant_id = news.tenant_id
            and requests.app_id = news.app_id
            and coalesce(requests.user_id, '') = news.caller_user
            and requests.request_at >= news.first_at
            and requests.request_at <= news.last_at
    where
        requests.effect = 'read'
        and requests.outcome = 'success'
        and requests.data_class in ('tenant', 'shared', 'user_object')
),

grouped as (
    select
        tenant_id,
        app_id,
        caller_user,
        max(app_name) as app_name,
        max(case when actor_class in ('human_direct', 'human_via_agent') then user_id end) as user_id,
        max(case when actor_class in ('human_direct', 'human_via_agent') then user_upn end) as user_upn,
        max(most_calls) as most_calls,
        count(*) as requests,
        count(distinct category) as read_categories,
        string_agg(distinct category, ', ' order by category asc) as category_names,
        min(request_at) as first_seen,
        max(request_at) as last_seen,
        flatten(array_agg(evidence order by place asc) filter (where place <= 10)) as evidence
    from ranked
    group by tenant_id, app_id, caller_user
)

select
    tenant_id,
    trim(concat(app_id, ' ', caller_user)) as subject,
    case when read_categories >= 6 then 'high' else 'medium' end as severity,
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
        coalesce(app_name, app_id), ' read ', category_names, ', up to ', most_calls, ' times within 60 seconds',
        case
            when user_id is not null then concat(', under the authority of ', coalesce(user_upn, user_id))
            when caller_user != '' then concat(', with a token of the user object ', caller_user)
            else ', with no user on the token'
        end,
        ', which it did on none of the 14 days before'
    ) as summary,
    evidence
from grouped
