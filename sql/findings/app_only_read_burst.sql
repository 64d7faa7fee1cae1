/*
description: >
  An app read the mail, chats, files or other content of unusually many users in a day with a token on which there is
  no human: how a mailbox collection with stolen credentials looks, and how a new export looks. A
  drive of which nobody said whose it is does not count. One finding per app a day.
kind: finding
rule:
  title: App-only read burst over many users
  severity: critical
  why: >
    The app read content of sensitivity 3 or more, with success, of at least 10 users, and of at least 3 times as many
    as on an average day on which it did so in the 14 days before. Fewer than 10 users is what a single case in support
    needs; from one day to the next the number of users of a business application seldom doubles. Days without such
    reads do not count, so that a weekly export is compared with its last. An app that read none of it in the 14 days
    before has no usual number: for it 10 users are enough, and the summary says so. From 100 users on it is critical.
    A federated credential or managed identity weighs one step less, what the agent registry sanctions two.
  false_positives: >
    The first run of a backup, migration, archiving or indexing tool, a monthly export, and the day on which an app is
    rolled out to more people. Register such an app as sanctioned.
  what_to_do: >
    Ask the owner of the app whether the run was planned. Compare the credential and the address of its requests with
    those of the days before. Was it not planned, revoke the credential, then list the users whose data was read. Limit
    its permissions to the mailboxes and sites that it needs.
  techniques: [T1114.002, T1213]
  controls: [SOC 2 CC6.1, SOC 2 CC7.2, "ISO/IEC 27001 A.8.16", NIST 800-53 AC-6, NIST 800-53 SI-4, NIST 800-53 AU-6]
  required_logs: [MicrosoftGraphActivityLogs]
  baseline_days: 14
lookback_hours: 336
*/
with thresholds as (
    select
        10 as least_users,
        3 as least_ratio,
        100 as critical_users
),

before as (
    select
        tenant_id,
        app_id,
        avg(users) as usual_users
    from app_only_reach
    where first_at >= $lookback_start and first_at < $window_start
    group by tenant_id, app_id
),

of_the_day as (
    select
        tenant_id,
        app_id,
        users
    from app_only_reach
    where first_at >= $window_start and first_at < $window_end
),

unusual as (
    select
        reach.tenant_id,
        reach.app_id,
        before.usual_users
    from of_the_day as reach
    cross join thresholds
    left join before
        on reach.tenant_id = before.tenant_id and reach.app_id = before.app_id
    where
        reach.users >= thresholds.least_users
        and reach.users >= thresholds.least_ratio * coalesce(before.usual_users, 0)
),

flagged as (
    select
        requests.tenant_id,
        requests.request_id,
        requests.request_at,
        requests.app_id,
        requests.app_name,
        requests.identity_shape,
        requests.evidence,
        coalesce(requests.target_user_id, requests.target_user_upn) as target,
        unusual.usual_users,
        coalesce(known_apps.is_sanctioned, false) as is_sanctioned
    from attributed_requests as requests
    inner join unusual
        on requests.tenant_id = unusual.tenant_id and requests.app_id = unusual.app_id
    left join known_apps
        on requests.app_id = known_apps.app_id
    where
        requests.actor_class in ('app_only', 'autonomous_agent')
        and not requests.is_self
        and requests.effect = 'read'
        and requests.outcome = 'success'
        and requests.sensitivity >= 3
        and requests.data_class = 'user_content'
        and coalesce(requests.target_user_id, requests.target_user_upn) is not null
),

-- The first request about each user shows more than the first requests.
ranked as (
    select
        *,
        row_number() over (partition by tenant_id, app_id, target order by request_at asc, request_id asc) as occasion
    from flagged
),

placed as (
    select
        *,
        row_number() over (
            partition by tenant_id, app_id order by occasion asc, request_at asc, request_id asc
        ) as place
    from ranked
),

grouped as (
    select
        tenant_id,
        app_id,
        max(app_name) as app_name,
        max(usual_users) as usual_users,
        count(distinct target) as users,
        count(*) as requests,
        min(request_at) as first_seen,
        max(request_at) as last_seen,
        bool_and(identity_shape in ('federated_credential', 'managed_identity')) as is_without_secret,
        bool_or(is_sanctioned) as is_sanctioned,
        flatten(array_agg(evidence order by place asc) filter (where place <= 10)) as evidence
    from placed
    group by tenant_id, app_id
),

weighed as (
    select
        grouped.*,
        case when grouped.users >= thresholds.critical_users then 4 else 3 end
        - case when grouped.is_without_secret then 1 else 0 end
        - case when grouped.is_sanctioned then 2 else 0 end as weight
    from grouped
    cross join thresholds
    where grouped.users >= thresholds.least_users
)

select
    tenant_id,
    app_id as subject,
    case
        when weight >= 4 then 'critical'
        when weight = 3 then 'high'
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
    cast(null as varchar) as target_user_id,
    cast(null as varchar) as target_user_upn,
    concat(
        coalesce(app_name, app_id), ' read content of ', users, ' users with no human on the token (', requests,
        ' requests), ',
        case
            when usual_users is null
                then 'and of no user in the 14 days before, so that no usual number is known to compare with'
            else concat('where ', round(usual_users, 1), ' users a day were usual in the 14 days before')
        end
    ) as summary,
    evidence
from weighed
