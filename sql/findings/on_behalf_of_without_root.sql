/*
description: >
  An agent acted with tokens of a person for which the logs have no beginning: no interactive sign-in of that session
  and no token of a front end. The root may be older than the logs. One finding per app a day for people who do not
  sign in at all, and one for old sessions of people who do.
kind: finding
lookback_hours: 336
rule:
  title: Agent acts for a person who did not sign in
  severity: medium
  why: >
    The request was made on behalf of a person, no token of a front end fits, and neither the session of the token nor,
    where the log names none, the person has an interactive sign-in on this day or the 14 before, on each of which the
    log of interactive sign-ins has records. Medium where the person has no interactive sign-in at all in that time: the
    agent acts for somebody who is not there. Low where other sessions of the person have one. One step lower for what
    the agent registry sanctions. A session can live for 90 days or longer, so that the root may well be older than the
    logs.
  false_positives: >
    Agents that are meant to work for weeks on a refresh token, for people on leave, or on a device that signs in by
    itself through a front end whose sign-ins stand in another tenant.
  what_to_do: >
    Ask the owner of the agent how long it keeps the tokens of people, and the person whether they still want it to act.
    Revoke the person's sessions where not, and limit the sign-in frequency for the agent by Conditional Access.
  techniques: [T1550.001, T1528]
  controls: [SOC 2 CC6.1, "ISO/IEC 27001 A.5.18", NIST 800-53 AU-10, NIST 800-53 AC-2(12)]
  required_logs: [MicrosoftGraphActivityLogs, SigninLogs, AADNonInteractiveUserSignInLogs]
  baseline_days: 14
*/
with limits as (
    select
        14 as covered_days,
        5 as shown_requests
),

directory as (
    select
        tenant_id,
        app_id,
        is_first_party
    from directory_apps
    where explains_from <= cast($window_start as date) and explains_to > cast($window_start as date)
),

log_days as (
    select distinct
        tenant_id,
        cast(hour as date) as covered_on
    from log_hours
    where log = 'SigninLogs' and hour >= $lookback_start and hour < $window_start
),

covered as (
    select log_days.tenant_id
    from log_days
    cross join limits
    group by log_days.tenant_id
    having count(*) >= max(limits.covered_days)
),

requests as (
    select
        requests.tenant_id,
        requests.request_id,
        requests.request_at,
        requests.outcome,
        requests.app_id,
        requests.agent_name,
        requests.user_id,
        requests.user_upn,
        coalesce(requests.session_id, '') as session_id,
        requests.evidence,
        coalesce(known_apps.is_sanctioned, false) as is_sanctioned
    from attributed_requests as requests
    inner join covered
        on requests.tenant_id = covered.tenant_id
    left join known_apps
        on requests.app_id = known_apps.app_id
    left join directory
        on requests.tenant_id = directory.tenant_id and requests.app_id = directory.app_id
    where
        requests.actor_class = 'human_via_agent'
        and requests.identity_shape = 'on_behalf_of'
        and requests.token_match = 'token_id'
        and requests.root_sign_in_id is null
        and requests.chain_grade = 'unresolved'
        and requests.user_id is not null
        and requests.app_id is not null
        and not requests.is_self
        and not coalesce(known_apps.is_first_party, false)
        and not coalesce(directory.is_first_party, false)
),

sessions as (
    select distinct
        tenant_id,
        user_id,
        session_id
    from session_starts
    where first_at >= $lookback_start and first_at < $window_end
),

people as (
    select distinct
        tenant_id,
        user_id
    from sessions
),

flagged as (
    select
        requests.*,
        people.user_id is null as is_absent,
        row_number() over (
            partition by requests.tenant_id, requests.app_id, people.user_id is null
            order by requests.request_at asc, requests.request_id asc
        ) as place
    from requests
    left join sessions
        on
            requests.tenant_id = sessions.tenant_id
            and requests.user_id = sessions.user_id
            and requests.session_id = sessions.session_id
    left join people
        on requests.tenant_id = people.tenant_id and requests.user_id = people.user_id
    where sessions.user_id is null and (requests.session_id != '' or people.user_id is null)
),

grouped as (
    select
        flagged.tenant_id,
        flagged.app_id,
        flagged.is_absent,
        max(flagged.agent_name) as agent_name,
        count(distinct flagged.user_id) as people,
        case when count(distinct flagged.user_id) = 1 then max(flagged.user_id) end as user_id,
        case when count(distinct flagged.user_id) = 1 then max(flagged.user_upn) end as user_upn,
        count(*) as requests,
        count(case when flagged.outcome = 'success' then 1 end) as successes,
        case when flagged.is_absent then 2 else 1 end
        - case when bool_and(flagged.is_sanctioned) then 1 else 0 end as weight,
        min(flagged.request_at) as first_seen,
        max(flagged.request_at) as last_seen,
        flatten(
            array_agg(flagged.evidence order by flagged.place asc) filter (
                where flagged.place <= limits.shown_requests
            )
        ) as evidence
    from flagged
    cross join limits
    group by flagged.tenant_id, flagged.app_id, flagged.is_absent
)

select
    tenant_id,
    concat_ws(' ', app_id, case when is_absent then 'no_sign_in' else 'old_session' end) as subject,
    case when weight >= 2 then 'medium' when weight = 1 then 'low' else 'info' end as severity,
    first_seen,
    last_seen,
    requests as request_count,
    app_id,
    agent_name,
    user_id,
    user_upn,
    cast(null as varchar) as target_user_id,
    cast(null as varchar) as target_user_upn,
    concat(
        coalesce(agent_name, app_id), ' acted on behalf of ',
        case when people = 1 then coalesce(user_upn, user_id) else concat(people, ' people') end, ', ',
        case
            when is_absent and people = 1 then 'who has not signed in interactively in the 14 days before'
            when is_absent then 'who have not signed in interactively in the 14 days before'
            else 'in sessions without an interactive sign-in in the 14 days before'
        end,
        ', and through no front end that the logs show; the session may have begun before the logs: ', requests,
        ' requests, ', successes, ' of them successful'
    ) as summary,
    evidence
from grouped
