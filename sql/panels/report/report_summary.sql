/*
title: Summary
description: >
  What to read first: the headline numbers of the period, each with what it is out of. What is an exception needs an
  explanation or an action.
kind: panel
grain: [place]
*/
with requests as (
    select
        cast(coalesce(sum(requests), 0) as bigint) as requests,
        cast(coalesce(sum(case when token_match != 'none' then requests end), 0) as bigint) as matched,
        cast(coalesce(sum(user_writes), 0) as bigint) as user_writes,
        cast(coalesce(sum(answerable), 0) as bigint) as answerable,
        cast(coalesce(sum(app_only_user_writes), 0) as bigint) as app_only
    from request_counts
    where
        day between $first_day and $last_day
        and ($tenant_id is null or tenant_id = $tenant_id)
),

tenants as (
    select distinct tenant_id
    from completeness
    where tenant_id != 'unknown' and ($tenant_id is null or tenant_id = $tenant_id)
),

expected_days as (
    select count(*) * (1 + date_diff('day', cast($first_day as date), cast($last_day as date))) as days
    from tenants
),

published_days as (
    select distinct
        tenant_id,
        day
    from rule_evaluations
    where
        day between $first_day and $last_day
        and ($tenant_id is null or tenant_id = $tenant_id)
),

built_days as (
    select count(*) as days
    from published_days
),

hours as (
    select
        count(case when is_expected then 1 end) as expected,
        count(case when is_expected and not coalesce(is_pulled, false) then 1 end) as missing
    from completeness
    where
        day between $first_day and $last_day
        and ($tenant_id is null or tenant_id = $tenant_id)
),

found as (
    select *
    from handled_findings
    where
        day between $first_day and $last_day
        and ($tenant_id is null or tenant_id = $tenant_id)
),

handled as (
    select
        count(*) as findings,
        count(case when severity in ('critical', 'high') then 1 end) as grave,
        count(case when status in ('new', 'acknowledged', 'in_progress') then 1 end) as undecided
    from found
),

runs as (
    select
        count(*) as rule_days,
        count(case when state = 'not_evaluated' then 1 end) as not_evaluated
    from rule_evaluations
    where
        day between $first_day and $last_day
        and ($tenant_id is null or tenant_id = $tenant_id)
),

owned as (
    select distinct
        tenant_id,
        app_id
    from directory_owners
    where
        app_id is not null
        and object_type in ('application', 'service_principal')
        and explains_from <= $last_day
        and explains_to > $first_day
),

managed as (
    select distinct
        tenant_id,
        app_id
    from directory_service_principals
    where service_principal_type = 'ManagedIdentity' or azure_resource is not null
),

known_owners as (
    select distinct tenant_id
    from owned
),

acting as (
    select
        tenant_id,
        app_id,
        max(app_name) as app_name,
        max(blueprint_app_id) as blueprint_app_id,
        cast(sum(requests) as bigint) as requests,
        cast(sum(writes) as bigint) as user_writes,
        cast(sum(app_only_user_writes) as bigint) as app_only_user_writes,
        min(first_seen_at) as first_request_at,
        max(last_seen_at) as last_request_at
    from request_counts
    where
        day between $first_day and $last_day
        and ($tenant_id is null or tenant_id = $tenant_id)
        and is_user_scoped
        and not is_self
        and actor_class in ('app_only', 'autonomous_agent', 'agent_user', 'human_via_agent')
    group by tenant_id, app_id
    having count(case when identity_shape = 'managed_identity' then 1 end) = 0
),

answered as (
    select
        acting.*,
        known_owners.tenant_id is not null as has_owners_known,
        owned.app_id is not null
        or blueprints.app_id is not null
        or known_apps.owner is not null as has_owner
    from acting
    left join owned
        on acting.tenant_id = owned.tenant_id and acting.app_id = owned.app_id
    left join owned as blueprints
        on acting.tenant_id = blueprints.tenant_id and acting.blueprint_app_id = blueprints.app_id
    left join known_owners
        on acting.tenant_id = known_owners.tenant_id
    left join known_apps
        on acting.app_id = known_apps.app_id
    left join managed
        on acting.tenant_id = managed.tenant_id and acting.app_id = managed.app_id
    where managed.app_id is null
),

orphans as (
    select
        count(*) as apps,
        count(case when not has_owner and has_owners_known then 1 end) as without_owner
    from answered
),

lines as (
    select
        1 as place,
        'Microsoft Graph requests' as line,
        requests as number,
        cast(null as bigint) as out_of,
        requests = 0 as is_exception
    from requests
    union all
    select
        2 as place,
        'Days that are published, each tenant''s counted by itself' as line,
        built_days.days as number,
        expected_days.days as out_of,
        built_days.days < expected_days.days or expected_days.days = 0 as is_exception
    from built_days
    cross join expected_days
    union all
    select
        3 as place,
        'Hours of a log that a collector asked for and did not get whole' as line,
        missing as number,
        expected as out_of,
        missing > 0 as is_exception
    from hours
    union all
    select
        4 as place,
        'Requests whose sign-in is in the logs' as line,
        matched as number,
        requests as out_of,
        matched < requests as is_exception
    from requests
    union all
    select
        5 as place,
        'Writes on users'' data that are answerable to a human' as line,
        answerable as number,
        user_writes as out_of,
        answerable < user_writes as is_exception
    from requests
    union all
    select
        6 as place,
        'Writes on users'' data by an app with no human on the token' as line,
        app_only as number,
        user_writes as out_of,
        app_only > 0 as is_exception
    from requests
    union all
    select
        7 as place,
        'Findings that are critical or high' as line,
        grave as number,
        findings as out_of,
        grave > 0 as is_exception
    from handled
    union all
    select
        8 as place,
        'Findings on which nobody has decided' as line,
        undecided as number,
        findings as out_of,
        undecided > 0 as is_exception
    from handled
    union all
    select
        9 as place,
        'Evaluations of a rule, a day each, that were not possible' as line,
        not_evaluated as number,
        rule_days as out_of,
        not_evaluated > 0 as is_exception
    from runs
    union all
    select
        10 as place,
        'Apps on users'' data for which the directory and the registry name nobody' as line,
        without_owner as number,
        apps as out_of,
        without_owner > 0 as is_exception
    from orphans
)

select
    place, -- place in the summary
    line, -- what is counted
    number, -- how many
    out_of, -- of how many; null where it is no part of anything
    is_exception -- whether it needs an explanation or an action
from lines
order by place
