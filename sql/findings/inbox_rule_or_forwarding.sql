/*
description: >
  Inbox rules or mailbox settings were created or changed through Graph, by an app, an agent, or a person in a client
  that the person had not used before. Rules and settings can hide, answer and forward mail. What requests carry is not
  logged, so whether this one forwards mail is not known. One finding per app, human and mailbox a day; for an app that
  the registry sanctions and no human asked, one for all mailboxes.
kind: finding
lookback_hours: 336
rule:
  title: Inbox rule or mailbox settings changed
  severity: high
  why: >
    A request created or changed an inbox rule or mailbox settings (forwarding, automatic replies). With no human on the
    token it weighs most; by an agent for the user whose mailbox it is, or by a person in a public client for which the
    logs of the 14 days before have no sign-in of that person, one step less. That comparison is only made where
    14 days of history are there. An attempt that did not succeed is one step lower, what the agent registry sanctions
    two. Deleted rules do not count.
  false_positives: >
    An assistant that sets automatic replies for the user who asks it, and the first use of a new mail client.
  what_to_do: >
    Look at the rules and the forwarding address of the mailbox, and ask its user. Where they do not know of it, remove
    the rule, revoke the sessions, and look for mail that was read or sent before.
  techniques: [T1564.008, T1114.003]
  controls: [SOC 2 CC6.1, SOC 2 CC7.2, "ISO/IEC 27001 A.8.16", NIST 800-53 SI-4, NIST 800-53 AU-10]
  required_logs: [MicrosoftGraphActivityLogs]
*/
with requests as (
    select
        requests.tenant_id,
        requests.request_id,
        requests.request_at,
        requests.outcome,
        requests.path_template,
        requests.app_id,
        requests.app_name,
        requests.actor_class,
        requests.user_id,
        requests.user_upn,
        requests.target_user_id,
        requests.target_user_upn,
        requests.evidence,
        coalesce(requests.user_id, '') as caller_user,
        coalesce(requests.target_user_id, requests.target_user_upn, 'unnamed') as mailbox,
        case
            when known_apps.is_sanctioned and requests.user_id is null then 'anybody'
            else coalesce(requests.target_user_id, requests.target_user_upn, 'unnamed')
        end as target,
        coalesce(known_apps.is_sanctioned, false) as is_sanctioned
    from attributed_requests as requests
    left join known_apps
        on requests.app_id = known_apps.app_id
    where
        changes_mailbox_rules(requests.method, requests.effect)
        and not requests.is_self
        and (
            (
                requests.actor_class in ('app_only', 'autonomous_agent', 'agent_user', 'human_via_agent')
                and not coalesce(known_apps.is_first_party, false)
            )
            or (requests.actor_class = 'human_direct' and requests.identity_shape = 'delegated_public')
        )
),

by_hand as (
    select
        tenant_id,
        app_id,
        user_id
    from requests
    where actor_class = 'human_direct'
    group by tenant_id, app_id, user_id
),

tokens_before as (
    select
        tenant_id,
        app_id,
        user_id
    from tokens
    where issued_at >= $lookback_start and issued_at < $window_start and is_user_token
),

used_before as (
    select
        by_hand.tenant_id,
        by_hand.app_id,
        by_hand.user_id
    from tokens_before
    inner join by_hand
        on
            tokens_before.tenant_id = by_hand.tenant_id
            and tokens_before.app_id = by_hand.app_id
            and tokens_before.user_id = by_hand.user_id
    group by by_hand.tenant_id, by_hand.app_id, by_hand.user_id
),

with_history as (
    select tenant_id
    from log_hours
    where log = 'MicrosoftGraphActivityLogs' and hour < cast($lookback_start as timestamp) + interval 1 day
    group by tenant_id
),

ranked as (
    select
        requests.*,
        row_number() over (
            partition by requests.tenant_id, requests.app_id, requests.caller_user, requests.target
            order by requests.request_at asc, requests.request_id asc
        ) as place
    from requests
    left join used_before
        on
            requests.tenant_id = used_before.tenant_id
            and requests.app_id = used_before.app_id
            and requests.user_id = used_before.user_id
    left join with_history
        on requests.tenant_id = with_history.tenant_id
    where
        requests.actor_class != 'human_direct'
        or (used_before.user_id is null and with_history.tenant_id is not null)
),

grouped as (
    select
        tenant_id,
        app_id,
        caller_user,
        target,
        max(app_name) as app_name,
        max(actor_class) as actor_class,
        max(user_id) as user_id,
        max(user_upn) as user_upn,
        count(distinct mailbox) as mailboxes,
        case when target != 'anybody' then max(target_user_id) end as target_user_id,
        case when target != 'anybody' then max(target_user_upn) end as target_user_upn,
        3
        - case
            when bool_and(actor_class in ('human_direct', 'human_via_agent') and target = user_id) then 1
            else 0
        end
        - case when count(case when outcome = 'success' then 1 end) = 0 then 1 else 0 end
        - case when bool_and(is_sanctioned) then 2 else 0 end as weight,
        count(*) as requests,
        count(case when outcome = 'success' then 1 end) as successes,
        bool_or(path_template like '%/messagerules%') as has_rules,
        bool_or(path_template not like '%/messagerules%') as has_settings,
        min(request_at) as first_seen,
        max(request_at) as last_seen,
        flatten(array_agg(evidence order by place asc) filter (where place <= 5)) as evidence
    from ranked
    group by tenant_id, app_id, caller_user, target
)

select
    tenant_id,
    concat_ws(' ', app_id, nullif(caller_user, ''), target) as subject,
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
    user_id,
    user_upn,
    target_user_id,
    target_user_upn,
    concat(
        case
            when actor_class = 'human_direct'
                then concat(coalesce(user_upn, user_id), ', in ', coalesce(app_name, app_id), ', not used before,')
            else coalesce(app_name, app_id, 'an app without id')
        end,
        case when successes > 0 then ' changed ' else ' tried to change ' end,
        case
            when has_rules and has_settings then 'inbox rules and mailbox settings'
            when has_rules then 'inbox rules'
            else 'mailbox settings'
        end,
        ' of ',
        case
            when target = 'anybody' then concat(mailboxes, case when mailboxes = 1 then ' user' else ' users' end)
            else coalesce(target_user_upn, target_user_id, 'a user that the request does not name')
        end,
        case
            when actor_class = 'human_via_agent' then concat(' on behalf of ', coalesce(user_upn, user_id))
            when actor_class = 'human_direct' then ''
            else ' with no human on the token'
        end,
        '; whether mail is forwarded is not logged'
    ) as summary,
    evidence
from grouped
