/*
description: >
  An app wrote into a user's mail, files, calendar, chats or account with a token on which there is no human. Nobody in
  the logs answers for the change; the owner of the app has to. One finding per app, affected user and kind of change a
  day, attempts included; for an app that the registry sanctions, or that writes to more than 10 users that day, one,
  whomever and however it affects. Mail, inbox rules, sign-in methods and agents' accounts have rules of their own.
kind: finding
rule:
  title: App-only write to user data
  severity: critical
  why: >
    A request that changes user-scoped data carries application permissions and no human, and the app is neither
    Microsoft's nor the collector's own. Severity follows the sensitivity of the data. An attempt that did not succeed
    is one step lower; so is a federated credential or managed identity, which nobody can copy as a secret can be; what
    the agent registry sanctions is two. Left out is what app_only_mail_send, inbox_rule_or_forwarding,
    authentication_method_tampering and agent_user_on_others_data report, so that an act is one finding.
  false_positives: >
    Migration, backup, archiving and provisioning tools are made to act as themselves. Register them as sanctioned, or
    suppress them with an owner and an expiry.
  what_to_do: >
    Ask the owner of the app for the business reason. Where a user asked for the action, have the app act on behalf of
    that user. Else narrow its application permissions, for mail by application access policies, and check the
    credential that it used.
  techniques: [T1098.002, T1114.002, T1565]
  controls: [SOC 2 CC6.1, SOC 2 CC6.3, "ISO/IEC 27001 A.8.2", NIST 800-53 AC-6, NIST 800-53 AU-10]
  required_logs: [MicrosoftGraphActivityLogs]
*/
with thresholds as (
    select 10 as most_users
),

flagged as (
    select
        requests.tenant_id,
        requests.request_id,
        requests.request_at,
        requests.outcome,
        requests.effect,
        requests.app_id,
        requests.app_name,
        requests.target_user_id,
        requests.target_user_upn,
        requests.evidence,
        coalesce(requests.target_user_id, requests.target_user_upn, 'unnamed') as affected,
        coalesce(known_apps.is_sanctioned, false) as is_sanctioned,
        requests.sensitivity
        - case when requests.outcome = 'success' then 0 else 1 end
        - case when requests.identity_shape in ('federated_credential', 'managed_identity') then 1 else 0 end
        - case when coalesce(known_apps.is_sanctioned, false) then 2 else 0 end as weight
    from attributed_requests as requests
    left join known_apps
        on requests.app_id = known_apps.app_id
    where
        requests.app_only_user_write
        and not sends_mail(requests.operation, requests.effect)
        and not changes_mailbox_rules(requests.method, requests.effect)
        and not changes_sign_in_methods(requests.path_template, requests.is_write)
        and (coalesce(requests.actor_class, 'unknown') != 'agent_user' or requests.target_user_id is null)
),

busy_apps as (
    select
        flagged.tenant_id,
        flagged.app_id
    from flagged
    cross join thresholds
    group by flagged.tenant_id, flagged.app_id
    having bool_or(flagged.is_sanctioned) or count(distinct flagged.affected) > max(thresholds.most_users)
),

told as (
    select
        flagged.*,
        case when busy_apps.app_id is null then flagged.affected else 'anybody' end as target,
        case when busy_apps.app_id is null then flagged.effect else 'anything' end as act
    from flagged
    left join busy_apps
        on flagged.tenant_id = busy_apps.tenant_id and flagged.app_id = busy_apps.app_id
),

ranked as (
    select
        *,
        row_number() over (
            partition by tenant_id, app_id, target, act order by request_at asc, request_id asc
        ) as place
    from told
),

grouped as (
    select
        tenant_id,
        app_id,
        target,
        act,
        string_agg(distinct replace(effect, '_', ' '), ', ' order by replace(effect, '_', ' ') asc) as effects,
        max(app_name) as app_name,
        count(distinct affected) as users,
        case when target != 'anybody' then max(target_user_id) end as target_user_id,
        case when target != 'anybody' then max(target_user_upn) end as target_user_upn,
        max(weight) as weight,
        count(*) as requests,
        count(case when outcome = 'success' then 1 end) as successes,
        min(request_at) as first_seen,
        max(request_at) as last_seen,
        flatten(array_agg(evidence order by place asc) filter (where place <= 5)) as evidence
    from ranked
    group by tenant_id, app_id, target, act
)

select
    tenant_id,
    concat_ws(' ', app_id, target, case when target != 'anybody' then act end) as subject,
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
    target_user_id,
    target_user_upn,
    concat(
        coalesce(app_name, app_id, 'an app without id'), ' wrote (', effects, ') into the data of ',
        case
            when target = 'anybody' then concat(users, case when users = 1 then ' user' else ' users' end)
            else coalesce(target_user_upn, target_user_id, 'a user that the request does not name')
        end,
        ' with no human on the token (', requests, ' request', case when requests = 1 then '' else 's' end, ', ',
        successes, ' successful)'
    ) as summary,
    evidence
from grouped
