/*
description: >
  An app that acts on behalf of users did the same kind of thing to the same kind of data on its own, with no human on
  the token: the on-behalf-of path, with its consent and its limits, is bypassed. One finding per app, kind of data and
  kind of operation a day.
kind: finding
rule:
  title: On-behalf-of path bypassed
  severity: high
  why: >
    On this day the app did something to users' data with application permissions that it did on behalf of a user, with
    the same effect on the same kind of data, on this day or in the 7 days before, within which most agents are asked
    again. Presence and profiles do not count, as apps read them in passing. Severity is one step below the
    sensitivity of the data; one lower again for attempts alone, and where the app acted both ways in the days before
    already; two for what the agent registry sanctions. Entra agent identities are a matter of their own
    (agent_identity_app_only).
  false_positives: >
    Apps that are built to do both, such as an assistant that answers users and keeps an index on its own. Better have
    them use two applications, so that the logs tell the two apart; else register the app as sanctioned.
  what_to_do: >
    Ask the owner since when and why the app acts on its own. Look at the credential and the address of the requests:
    whoever has the app's secret needs no user. Remove the application permissions if the on-behalf-of path suffices.
  techniques: [T1550.001, T1078.004]
  controls: [SOC 2 CC6.1, SOC 2 CC6.3, "ISO/IEC 27001 A.8.2", "ISO/IEC 27001 A.5.18", NIST 800-53 AC-6,
             NIST 800-53 AU-10]
  required_logs: [MicrosoftGraphActivityLogs]
lookback_hours: 168
*/
with of_the_day as (
    select
        requests.tenant_id,
        requests.app_id,
        requests.actor_class,
        requests.operation,
        requests.data_class,
        requests.effect,
        requests.sensitivity,
        requests.user_id,
        true as is_of_day
    from attributed_requests as requests
    where
        requests.actor_class in ('app_only', 'human_via_agent')
        and requests.is_user_scoped
        and requests.sensitivity >= 2
        and not requests.is_self
    group by
        requests.tenant_id,
        requests.app_id,
        requests.actor_class,
        requests.operation,
        requests.data_class,
        requests.effect,
        requests.sensitivity,
        requests.user_id
),

-- As the logs said it: what else is known of apps and agents' accounts is applied here, as in attributed_requests.
of_days_before as (
    select *
    from app_acts
    where first_at >= $lookback_start and first_at < $window_start
),

known_of_days_before as (
    select
        acts.tenant_id,
        acts.app_id,
        case when acts.actor_class = 'human_direct' then 'human_via_agent' else acts.actor_class end as actor_class,
        acts.operation,
        acts.data_class,
        acts.effect,
        cast(null as tinyint) as sensitivity,
        acts.user_id,
        false as is_of_day
    from of_days_before as acts
    left join known_apps
        on acts.app_id = known_apps.app_id
    left join known_agent_users as agent_users
        on acts.tenant_id = agent_users.tenant_id and acts.user_id = agent_users.user_id
    where
        acts.data_class in ('user_security', 'user_content', 'user_object', 'drive_unresolved')
        and agent_users.user_id is null
        and (
            acts.actor_class in ('app_only', 'human_via_agent')
            or (acts.actor_class = 'human_direct' and coalesce(known_apps.is_agent, false))
        )
),

acts as (
    select
        tenant_id,
        app_id,
        actor_class,
        operation,
        effect,
        user_id,
        is_of_day,
        case
            when data_class = 'user_security' then 'security settings'
            when data_class = 'user_object' then 'account'
            when operation like '%interactionhistory%' then 'Copilot history'
            when operation like '%chats%' then 'chats'
            when operation like '%event%' or operation like '%calendar%' then 'calendar'
            when operation like '%mail%' or operation like '%messages%' then 'mail'
            when operation like '%contact%' then 'contacts'
            when operation like '%onenote%' then 'notes'
            when operation like '%drive%' or operation like '%shares%' or operation like '%sites%' then 'files'
            when operation like '%todo%' or operation like '%planner%' then 'tasks'
            when operation like '%onlinemeetings%' then 'meetings'
            else 'other content'
        end as kind
    from (
        select * from of_the_day
        union all
        select * from known_of_days_before
    ) as all_acts
),

both_ways as (
    select
        tenant_id,
        app_id,
        kind,
        effect,
        count(distinct case when actor_class = 'human_via_agent' then user_id end) as users_served,
        count(case when actor_class = 'app_only' and not is_of_day then 1 end) > 0 as is_habit
    from acts
    group by tenant_id, app_id, kind, effect
    having
        count(case when actor_class = 'app_only' and is_of_day then 1 end) > 0
        and count(case when actor_class = 'human_via_agent' then 1 end) > 0
),

-- The operations of the day that are meant, so that its requests need be looked at no more than that.
drifted as (
    select distinct
        acts.tenant_id,
        acts.app_id,
        acts.operation,
        acts.kind,
        acts.effect,
        both_ways.users_served,
        both_ways.is_habit
    from acts
    inner join both_ways
        on
            acts.tenant_id = both_ways.tenant_id
            and acts.app_id = both_ways.app_id
            and acts.kind = both_ways.kind
            and acts.effect = both_ways.effect
    where acts.is_of_day and acts.actor_class = 'app_only'
),

flagged as (
    select
        requests.tenant_id,
        requests.request_id,
        requests.request_at,
        requests.outcome,
        requests.app_id,
        requests.app_name,
        requests.target_user_id,
        requests.target_user_upn,
        requests.evidence,
        coalesce(requests.target_user_id, requests.target_user_upn, 'unnamed') as target,
        drifted.kind,
        drifted.effect,
        drifted.users_served,
        drifted.is_habit,
        requests.sensitivity
        - 1
        - case when requests.outcome = 'success' then 0 else 1 end
        - case when drifted.is_habit then 1 else 0 end
        - case when coalesce(known_apps.is_sanctioned, false) then 2 else 0 end as weight
    from attributed_requests as requests
    inner join drifted
        on
            requests.tenant_id = drifted.tenant_id
            and requests.app_id = drifted.app_id
            and requests.operation = drifted.operation
    left join known_apps
        on requests.app_id = known_apps.app_id
    where requests.actor_class = 'app_only' and requests.is_user_scoped
),

ranked as (
    select
        *,
        row_number() over (
            partition by tenant_id, app_id, kind, effect order by request_at asc, request_id asc
        ) as place
    from flagged
),

grouped as (
    select
        tenant_id,
        app_id,
        kind,
        effect,
        max(app_name) as app_name,
        max(users_served) as users_served,
        bool_or(is_habit) as is_habit,
        max(weight) as weight,
        count(distinct target) as targets,
        max(target_user_id) as target_user_id,
        max(target_user_upn) as target_user_upn,
        count(*) as requests,
        count(case when outcome = 'success' then 1 end) as successes,
        min(request_at) as first_seen,
        max(request_at) as last_seen,
        flatten(array_agg(evidence order by place asc) filter (where place <= 5)) as evidence
    from ranked
    group by tenant_id, app_id, kind, effect
)

select
    tenant_id,
    concat_ws(' ', app_id, kind, effect) as subject,
    case
        when weight >= 3 then 'high'
        when weight = 2 then 'medium'
        when weight = 1 then 'low'
        else 'info'
    end as severity,
    first_seen,
    last_seen,
    requests as request_count,
    app_id,
    app_name as agent_name,
    cast(null as varchar) as user_id,
    cast(null as varchar) as user_upn,
    case when targets = 1 then target_user_id end as target_user_id,
    case when targets = 1 then target_user_upn end as target_user_upn,
    concat(
        coalesce(app_name, app_id), ' acted (', replace(effect, '_', ' '), ') on users'' data (', kind,
        ') with no human on the token (', requests, ' request', case when requests = 1 then '' else 's' end, ', ',
        successes, ' successful), as it does on behalf of ', users_served,
        case when users_served = 1 then ' user' else ' users' end,
        case when is_habit then '; it acted both ways in the days before, too' else '' end
    ) as summary,
    evidence
from grouped
