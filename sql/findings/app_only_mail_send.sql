/*
description: >
  An app sent, answered or forwarded mail out of a user's mailbox with a token on which there is no human. To whoever
  receives it the user wrote it. One finding per app and sender a day, attempts included; for an app that the registry
  sanctions, or that sends as more than 10 users that day, one for all of them.
kind: finding
rule:
  title: App-only mail in a user's name
  severity: critical
  why: >
    A request to sendMail, or to send, reply to or forward a message of a mailbox, carries application permissions and
    no human, and the app is neither Microsoft's nor the collector's own. The logs do not say who received it. An
    attempt that did not succeed is one step lower, so is a federated credential or managed identity, and what the
    agent registry sanctions is two. What an agent's user account sends as another user, agent_user_on_others_data has.
  false_positives: >
    Notifications of a business application from a mailbox kept for them, and ticket systems that answer from a shared
    mailbox. Register such an app as sanctioned.
  what_to_do: >
    Look up the messages in the mailbox's sent items and the message trace, and ask the owner of the app for the
    reason. Where a user asked for it, have the app act on behalf of that user. Else limit Mail.Send to the mailboxes
    that it needs by an application access policy. Was it not wanted, revoke the credential first.
  techniques: [T1534, T1071.003, T1098.002]
  controls: [SOC 2 CC6.1, SOC 2 CC7.2, "ISO/IEC 27001 A.8.2", "ISO/IEC 27001 A.8.16", NIST 800-53 AC-6,
             NIST 800-53 AU-10]
  required_logs: [MicrosoftGraphActivityLogs]
*/
with thresholds as (
    select 10 as most_senders
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
        coalesce(requests.target_user_id, requests.target_user_upn, 'unnamed') as named_sender,
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
        and sends_mail(requests.operation, requests.effect)
        and (coalesce(requests.actor_class, 'unknown') != 'agent_user' or requests.target_user_id is null)
),

busy_apps as (
    select
        flagged.tenant_id,
        flagged.app_id
    from flagged
    cross join thresholds
    group by flagged.tenant_id, flagged.app_id
    having bool_or(flagged.is_sanctioned) or count(distinct flagged.named_sender) > max(thresholds.most_senders)
),

told as (
    select
        flagged.*,
        case when busy_apps.app_id is null then flagged.named_sender else 'anybody' end as sender
    from flagged
    left join busy_apps
        on flagged.tenant_id = busy_apps.tenant_id and flagged.app_id = busy_apps.app_id
),

ranked as (
    select
        *,
        row_number() over (partition by tenant_id, app_id, sender order by request_at asc, request_id asc) as place
    from told
),

grouped as (
    select
        tenant_id,
        app_id,
        sender,
        max(app_name) as app_name,
        count(distinct named_sender) as users,
        case when sender != 'anybody' then max(target_user_id) end as target_user_id,
        case when sender != 'anybody' then max(target_user_upn) end as target_user_upn,
        max(weight) as weight,
        count(*) as requests,
        count(case when outcome = 'success' then 1 end) as successes,
        min(request_at) as first_seen,
        max(request_at) as last_seen,
        flatten(array_agg(evidence order by place asc) filter (where place <= 5)) as evidence
    from ranked
    group by tenant_id, app_id, sender
)

select
    tenant_id,
    concat_ws(' ', app_id, sender) as subject,
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
        coalesce(app_name, app_id, 'an app without id'),
        case when successes = 0 then ' tried to send mail as ' else ' sent mail as ' end,
        case
            when sender = 'anybody' then concat(users, case when users = 1 then ' user' else ' users' end)
            else coalesce(target_user_upn, target_user_id, 'a user that the request does not name')
        end,
        ' with no human on the token (', requests, ' request', case when requests = 1 then '' else 's' end, ', ',
        successes, ' successful)'
    ) as summary,
    evidence
from grouped
