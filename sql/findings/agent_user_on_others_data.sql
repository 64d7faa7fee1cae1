/*
description: >
  An agent's own user account wrote into the data of somebody else. To Microsoft 365 the account is a user like any
  other, and the change looks as if a colleague had made it; but it is nobody's hand. One finding per agent account and
  app a day, attempts included.
kind: finding
rule:
  title: Agent's user account writes to others' data
  severity: critical
  why: >
    The user on the token is an agent's account (the sign-in or the directory says so), and the request changes the data
    of another user whom its URI names. What the account does below /me, or to itself by id or UPN, is its own matter;
    a chat or drive of which nobody said whose it is does not count. Severity follows the sensitivity of the data; an
    attempt is one step lower, what the agent registry sanctions two.
  false_positives: >
    Agents to which a person has delegated a mailbox or calendar, and agents that administer accounts by design.
    Register them as sanctioned.
  what_to_do: >
    Ask the sponsor of the agent for the task, and the affected user whether it was wanted. Remove the delegation or
    directory role through which the account may do it, and have the agent act on behalf of the user instead.
  techniques: [T1078.004, T1098.002, T1565]
  controls: [SOC 2 CC6.1, SOC 2 CC6.3, "ISO/IEC 27001 A.5.16", "ISO/IEC 27001 A.8.2", NIST 800-53 AC-6,
             NIST 800-53 AU-10]
  required_logs: [MicrosoftGraphActivityLogs]
lookback_hours: 29
*/
with writes as (
    select
        requests.tenant_id,
        requests.request_id,
        requests.request_at,
        requests.token_id,
        requests.outcome,
        requests.sensitivity,
        requests.app_id,
        requests.app_name,
        requests.target_user_id,
        requests.target_user_upn,
        requests.evidence
    from attributed_requests as requests
    where
        requests.app_only_user_write
        and requests.actor_class = 'agent_user'
        and coalesce(requests.target_user_id, requests.target_user_upn) is not null
),

recent_tokens as (
    select
        tenant_id,
        token_id,
        user_upn
    from tokens
    where issued_at >= $lookback_start and issued_at < $window_end
),

accounts as (
    select
        tenant_id,
        request_id,
        user_id
    from request_operations
    where requested_at >= $window_start and requested_at < $window_end and user_id is not null
),

users as (
    select
        tenant_id,
        user_id,
        user_upn
    from directory_users
    where
        explains_from <= cast($window_start as date)
        and explains_to > cast($window_start as date)
),

-- Whose account it is stands on the request; its UPN in the directory, or else on the sign-in.
flagged as (
    select
        writes.*,
        accounts.user_id as account_id,
        coalesce(users.user_upn, tokens.user_upn) as account_upn,
        coalesce(writes.target_user_id, writes.target_user_upn) as target,
        writes.sensitivity
        - case when writes.outcome = 'success' then 0 else 1 end
        - case when coalesce(known_apps.is_sanctioned, false) then 2 else 0 end as weight
    from writes
    inner join accounts
        on writes.tenant_id = accounts.tenant_id and writes.request_id = accounts.request_id
    left join recent_tokens as tokens
        on writes.tenant_id = tokens.tenant_id and writes.token_id = tokens.token_id
    left join users
        on accounts.tenant_id = users.tenant_id and accounts.user_id = users.user_id
    left join known_apps
        on writes.app_id = known_apps.app_id
),

others as (
    select *
    from flagged
    where
        case
            when target_user_id is not null then target_user_id != account_id
            else target_user_upn != account_upn
        end
),

ranked as (
    select
        *,
        row_number() over (
            partition by tenant_id, account_id, app_id order by request_at asc, request_id asc
        ) as place
    from others
),

grouped as (
    select
        tenant_id,
        account_id,
        app_id,
        max(account_upn) as account_upn,
        max(app_name) as app_name,
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
    group by tenant_id, account_id, app_id
)

select
    tenant_id,
    concat_ws(' ', account_id, app_id) as subject,
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
    case when targets = 1 then target_user_id end as target_user_id,
    case when targets = 1 then target_user_upn end as target_user_upn,
    concat(
        'the agent''s account ', coalesce(account_upn, account_id), ', held by ',
        coalesce(app_name, app_id, 'an app without id'), ', wrote into the data of ',
        case
            when targets = 1 then coalesce(target_user_upn, target_user_id)
            else concat(targets, ' other users')
        end,
        ' (', requests, ' request', case when requests = 1 then '' else 's' end, ', ', successes, ' successful)'
    ) as summary,
    evidence
from grouped
