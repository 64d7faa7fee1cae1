/*
description: >
  A caller was refused again and again, with 403, on several kinds of Graph requests within an hour: it tried what its
  token may do. One finding per app, and user where there is one, a day.
kind: finding
rule:
  title: Probing for permissions
  severity: high
  why: >
    At least 10 requests over at least 3 path templates were answered with 403 within an hour, which is looked at every
    half hour. A misconfigured app repeats one refused request: that is why it takes 3 templates. Refused writes weigh
    more than reads; what the agent registry sanctions weighs less. Microsoft's own apps and the collector are left out,
    since portals ask for more than most of their users may see.
  false_positives: >
    An app that was rolled out before its permissions were granted, and an admin script that an ordinary user runs.
  what_to_do: >
    Compare what was refused with what the app is for. Where it has no business there, revoke the app's credential or
    the user's sessions, and look for what the same caller was allowed to do in the same hour.
  techniques: [T1087.004]
  controls: [SOC 2 CC7.2, "ISO/IEC 27001 A.8.16", NIST 800-53 AC-6, NIST 800-53 SI-4]
  required_logs: [MicrosoftGraphActivityLogs]
*/
with thresholds as (
    select
        10 as refused_requests,
        3 as refused_templates,
        1800 as half_an_hour,
        cast($window_start as timestamp) as day_start
),

refused as (
    select
        requests.tenant_id,
        requests.request_id,
        requests.request_at,
        requests.app_id,
        coalesce(requests.user_id, '') as caller_user,
        requests.app_name,
        requests.actor_class,
        requests.user_id,
        requests.user_upn,
        requests.path_template,
        requests.is_write,
        requests.evidence,
        date_diff('second', thresholds.day_start, requests.request_at) // thresholds.half_an_hour as slot,
        coalesce(known_apps.is_sanctioned, false) as is_sanctioned
    from attributed_requests as requests
    cross join thresholds
    left join known_apps
        on requests.app_id = known_apps.app_id
    where
        requests.status_code = 403
        and requests.app_id is not null
        and requests.actor_class != 'first_party'
        and not requests.is_self
        and not coalesce(known_apps.is_first_party, false)
),

per_template as (
    select
        tenant_id,
        app_id,
        caller_user,
        slot,
        path_template,
        count(*) as requests
    from refused
    group by tenant_id, app_id, caller_user, slot, path_template
),

hours as (
    select
        per_template.tenant_id,
        per_template.app_id,
        per_template.caller_user,
        per_template.slot - shifts.shift as first_slot,
        sum(per_template.requests) as requests,
        count(distinct per_template.path_template) as templates
    from per_template
    cross join (values (0), (1)) as shifts (shift)
    group by per_template.tenant_id, per_template.app_id, per_template.caller_user, per_template.slot - shifts.shift
),

probing as (
    select
        hours.tenant_id,
        hours.app_id,
        hours.caller_user
    from hours
    cross join thresholds
    where hours.requests >= thresholds.refused_requests and hours.templates >= thresholds.refused_templates
    group by hours.tenant_id, hours.app_id, hours.caller_user
),

ranked as (
    select
        refused.*,
        row_number() over (
            partition by refused.tenant_id, refused.app_id, refused.caller_user
            order by refused.request_at asc, refused.request_id asc
        ) as place
    from refused
    inner join probing
        on
            refused.tenant_id = probing.tenant_id
            and refused.app_id = probing.app_id
            and refused.caller_user = probing.caller_user
),

grouped as (
    select
        tenant_id,
        app_id,
        caller_user,
        max(app_name) as app_name,
        max(case when actor_class in ('human_direct', 'human_via_agent') then user_id end) as user_id,
        max(case when actor_class in ('human_direct', 'human_via_agent') then user_upn end) as user_upn,
        2
        + case when bool_or(is_write) then 1 else 0 end
        - case when bool_and(is_sanctioned) then 1 else 0 end as weight,
        count(*) as requests,
        count(distinct path_template) as templates,
        min(request_at) as first_seen,
        max(request_at) as last_seen,
        flatten(array_agg(evidence order by place asc) filter (where place <= 10)) as evidence
    from ranked
    group by tenant_id, app_id, caller_user
)

select
    tenant_id,
    trim(concat(app_id, ' ', caller_user)) as subject,
    case
        when weight >= 3 then 'high'
        when weight = 2 then 'medium'
        else 'low'
    end as severity,
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
        coalesce(app_name, app_id), ' was refused ', requests, ' times on ', templates, ' kinds of requests',
        case
            when user_id is not null then concat(', under the authority of ', coalesce(user_upn, user_id))
            when caller_user != '' then concat(', with a token of the user object ', caller_user)
            else ', with no user on the token'
        end
    ) as summary,
    evidence
from grouped
