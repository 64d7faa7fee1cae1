/*
description: >
  An app, or an agent on behalf of somebody, added, changed or removed the ways in which another user signs in: phones,
  passkeys, temporary access passes, passwords. Who controls those can become that user. One finding per app, human
  behind it and affected user a day, attempts included; for an app that the registry sanctions and no human asked, one
  for all users.
kind: finding
rule:
  title: Authentication methods of another user changed by an app or agent
  severity: critical
  why: >
    A request below a user's authentication changes something, or asks for the options to create a passkey, and no
    human made it with their own hands for themselves. It weighs most with no human on the token; an attempt that did
    not succeed is one step lower, a request for passkey options alone too, and what the agent registry sanctions two.
    A password set with an update of the user object is not seen here, since bodies are not logged.
  false_positives: >
    Onboarding and helpdesk automation that issues temporary access passes. Register it as sanctioned.
  what_to_do: >
    Ask the affected user whether they know of the change, by a way that the method does not serve. Where they do not,
    remove the method, reset the password, revoke the sessions, and revoke the app's credential.
  techniques: [T1556.006, T1098.005]
  controls: [SOC 2 CC6.1, SOC 2 CC6.2, "ISO/IEC 27001 A.5.16", NIST 800-53 AC-2(12), NIST 800-53 AU-10]
  required_logs: [MicrosoftGraphActivityLogs]
*/
with requests as (
    select
        requests.tenant_id,
        requests.request_id,
        requests.request_at,
        requests.outcome,
        requests.is_write,
        requests.app_id,
        requests.app_name,
        requests.actor_class,
        requests.user_id,
        requests.user_upn,
        requests.target_user_id,
        requests.target_user_upn,
        requests.evidence,
        coalesce(requests.user_id, '') as caller_user,
        coalesce(requests.target_user_id, requests.target_user_upn, 'unnamed') as affected,
        case
            when known_apps.is_sanctioned and requests.user_id is null then 'anybody'
            else coalesce(requests.target_user_id, requests.target_user_upn, 'unnamed')
        end as target,
        coalesce(known_apps.is_sanctioned, false) as is_sanctioned
    from attributed_requests as requests
    left join known_apps
        on requests.app_id = known_apps.app_id
    where
        (
            changes_sign_in_methods(requests.path_template, requests.is_write)
            or requests.path_template like '/users/{id}/authentication/%/creationoptions'
        )
        and requests.actor_class in ('app_only', 'autonomous_agent', 'agent_user', 'human_via_agent')
        and not requests.is_self
        and not coalesce(known_apps.is_first_party, false)
        and coalesce(requests.target_user_id != requests.user_id, true)
        and coalesce(requests.target_user_upn != requests.user_upn, true)
),

-- T12: the audit event of the same change, which names the affected user and the method.
audits as (
    select
        changes.tenant_id,
        changes.request_id,
        array_agg(
            struct_pack(
                log := 'AuditLogs', record_id := changes.audit_id, landed_file := changes.landed_file
            ) order by changes.audit_id asc
        ) as evidence
    from directory_changes as changes
    where
        changes.occurred_at >= $window_start
        and changes.occurred_at < $window_end
        and changes.request_id is not null
    group by changes.tenant_id, changes.request_id
),

ranked as (
    select
        requests.tenant_id,
        requests.request_at,
        requests.outcome,
        requests.is_write,
        requests.app_id,
        requests.app_name,
        requests.actor_class,
        requests.user_id,
        requests.user_upn,
        requests.target_user_id,
        requests.target_user_upn,
        requests.caller_user,
        requests.affected,
        requests.target,
        requests.is_sanctioned,
        list_concat(requests.evidence, coalesce(audits.evidence, [])) as evidence,
        row_number() over (
            partition by requests.tenant_id, requests.app_id, requests.caller_user, requests.target
            order by requests.request_at asc, requests.request_id asc
        ) as place
    from requests
    left join audits
        on requests.tenant_id = audits.tenant_id and requests.request_id = audits.request_id
),

grouped as (
    select
        tenant_id,
        app_id,
        caller_user,
        target,
        max(app_name) as app_name,
        max(case when actor_class = 'human_via_agent' then user_id end) as user_id,
        max(case when actor_class = 'human_via_agent' then user_upn end) as user_upn,
        count(distinct affected) as users,
        case when target != 'anybody' then max(target_user_id) end as target_user_id,
        case when target != 'anybody' then max(target_user_upn) end as target_user_upn,
        3
        + case when bool_or(actor_class != 'human_via_agent') then 1 else 0 end
        - case when count(case when outcome = 'success' and is_write then 1 end) = 0 then 1 else 0 end
        - case when bool_and(is_sanctioned) then 2 else 0 end as weight,
        count(*) as requests,
        count(case when outcome = 'success' and is_write then 1 end) as changes,
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
        when weight >= 4 then 'critical'
        when weight = 3 then 'high'
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
    target_user_id,
    target_user_upn,
    concat(
        coalesce(app_name, app_id, 'an app without id'),
        case when changes > 0 then ' changed' else ' tried to change' end,
        ' the authentication methods of ',
        case
            when target = 'anybody' then concat(users, case when users = 1 then ' user' else ' users' end)
            else coalesce(target_user_upn, target_user_id, 'a user that the request does not name')
        end,
        case
            when user_id is null then ' with no human on the token'
            else concat(' on behalf of ', coalesce(user_upn, user_id))
        end,
        ': ', requests, ' requests, ', changes, ' successful changes'
    ) as summary,
    evidence
from grouped
