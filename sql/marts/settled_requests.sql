/*
description: >
  One row per Graph request, settled: what was done to whose data, who acts under whose authority, and how sure that is,
  with what the settings and the directory inventory know: agent users, registered agents, Microsoft's and the
  collector's own apps, owners of drives, external identities, names of the day. attributed_requests says it in words.
kind: view
grain: [tenant_id, request_id]
not_null: [tenant_id, request_id, identity_shape, actor_class, attribution_grade]
is_stored: true
*/
with newest as (
    select
        tenant_id,
        max(last_event_at) as newest_at
    from log_hours
    where lower(log) like '%signinlogs'
    group by tenant_id
),

joined as (
    select
        requests.tenant_id,
        requests.day,
        requests.request_id,
        requests.requested_at as request_at,
        requests.operation_id,
        requests.client_request_id,
        requests.method,
        requests.uri,
        requests.status_code,
        requests.ip_address,
        requests.user_agent,
        requests.user_id as request_user_id,
        requests.service_principal_id,
        requests.permissions,
        requests.path_template,
        requests.api_version,
        requests.operation,
        requests.outcome,
        requests.sensitivity,
        requests.effect,
        coalesce(requests.is_write, false) as is_write,
        coalesce(requests.is_own, false) as is_own,
        requests.target_user,
        requests.done,
        requests.to_do,
        requests.joins,
        case
            when requests.data_class = 'drive_unresolved' then coalesce(targets.data_class, 'drive_unresolved')
            else requests.data_class
        end as data_class,
        targets.user_id as known_target_user_id,
        targets.user_upn as known_target_user_upn,
        callers.app_id,
        coalesce(known_apps.name, callers.app_name, principals.name) as app_name,
        callers.token_id,
        callers.token_match,
        callers.sign_in_id,
        callers.sign_in_category,
        callers.correlation_id,
        callers.session_id,
        callers.identity_shape as logged_shape,
        callers.actor_class as logged_class,
        callers.user_id as logged_user_id,
        coalesce(callers.user_upn, users.user_upn) as logged_user_upn,
        coalesce(callers.blueprint_app_id, principals.blueprint_app_id) as blueprint_app_id,
        callers.front_end_app_id,
        callers.front_end_name,
        callers.chain,
        callers.chain_grade as logged_chain_grade,
        callers.root_sign_in_id,
        callers.root_at,
        callers.root_ip_address,
        callers.root_device,
        callers.root_mfa,
        coalesce(callers.federated_token_issuer, federations.issuer) as federated_issuer,
        federations.subject as federated_subject,
        callers.managed_identity_resource,
        callers.credential_key_id,
        callers.attribution_grade as logged_grade,
        callers.is_perhaps_an_agents,
        callers.is_also_on_behalf_of,
        callers.sign_in_landed_file,
        requests.landed_file as request_landed_file,
        callers.token_issued_at,
        callers.unresolved_reason as logged_reason,
        callers.log_ends_at,
        newest.newest_at,
        coalesce(known_apps.is_own, false) as is_self,
        agent_users.user_id is not null as is_agent_user,
        coalesce(known_apps.is_agent, false) as is_registered_agent,
        coalesce(known_apps.is_first_party, false)
        or coalesce(principals.is_first_party, false) as is_first_party
    from request_operations as requests
    inner join caller_attributions as callers
        on
            requests.tenant_id = callers.tenant_id
            and requests.day = callers.day
            and requests.caller_id = callers.caller_id
    left join newest
        on requests.tenant_id = newest.tenant_id
    left join known_apps
        on callers.app_id = known_apps.app_id
    left join directory_apps as principals
        on
            requests.tenant_id = principals.tenant_id
            and callers.app_id = principals.app_id
            and requests.day >= principals.explains_from
            and requests.day < principals.explains_to
    left join directory_users as users
        on
            requests.tenant_id = users.tenant_id
            and requests.user_id = users.user_id
            and requests.day >= users.explains_from
            and requests.day < users.explains_to
    left join known_agent_users as agent_users
        on requests.tenant_id = agent_users.tenant_id and requests.user_id = agent_users.user_id
    left join directory_targets as targets
        on
            requests.tenant_id = targets.tenant_id
            and requests.target_key = targets.target_key
            and requests.day >= targets.explains_from
            and requests.day < targets.explains_to
    left join directory_federations as federations
        on
            requests.tenant_id = federations.tenant_id
            and callers.federated_credential_id = federations.federated_credential_id
            and requests.day >= federations.explains_from
            and requests.day < federations.explains_to
),

-- A log knows users and apps; that one is an agent's, or Microsoft's, is knowledge that outlasts a sign-in.
acting as (
    select
        *,
        case
            when is_agent_user then 'agent_user'
            when logged_class = 'human_direct' and is_registered_agent then 'human_via_agent'
            when logged_class = 'app_only' and is_first_party then 'first_party'
            else logged_class
        end as actor_class
    from joined
),

settled as (
    select
        *,
        actor_class in ('human_direct', 'human_via_agent') as is_humans,
        coalesce(data_class in ('user_security', 'user_content', 'user_object'), false) as is_user_scoped,
        case when is_agent_user then 'agent_user' else logged_shape end as identity_shape,
        case when not is_agent_user then logged_user_id end as user_id,
        case when not is_agent_user then logged_user_upn end as user_upn,
        case
            when actor_class != 'human_via_agent' then 'not_applicable'
            when logged_class = 'human_via_agent' then logged_chain_grade
            else 'unresolved'
        end as chain_grade,
        case
            when is_agent_user and logged_class = 'unknown' and token_match = 'none' then 'request_only'
            when is_agent_user and logged_class != 'agent_user' and token_match = 'token_id' then 'exact'
            when actor_class != logged_class and is_registered_agent and token_match = 'token_id' then 'exact'
            else logged_grade
        end as attribution_grade,
        case
            when token_match != 'none' then null
            when actor_class = 'first_party' then 'first_party'
            -- Near the end of what there is, the log may just be late: unless it was silent for long already.
            when
                logged_reason in ('unknown', 'category_missing')
                and token_issued_at + interval 5 minutes > newest_at - interval 2 hours
                and (logged_reason = 'unknown' or log_ends_at > newest_at - interval 12 hours)
                then 'late_arrival'
            else logged_reason
        end as unresolved_reason
    from acting
),

named as (
    select
        *,
        case
            when is_own then request_user_id
            when target_user like '________-____-____-____-____________' then lower(target_user)
            else known_target_user_id
        end as target_user_id,
        case
            when target_user like '%@%' then lower(target_user)
            when is_own then user_upn
            else known_target_user_upn
        end as target_user_upn,
        case when actor_class not in ('human_direct', 'unknown') then app_id end as agent_app_id,
        case when actor_class not in ('human_direct', 'unknown') then app_name end as agent_name
    from settled
)

select
    tenant_id, -- Entra tenant
    day, -- event day in UTC
    request_id, -- Graph's own id of the request
    request_at, -- UTC time at which Graph received it
    operation_id, -- batch id (T26)
    client_request_id, -- id sent by the client
    method, -- HTTP method
    uri, -- as logged
    path_template, -- path with ids as {id}
    api_version, -- v1.0, beta, …
    operation, -- the effect and the names on the way: send users/sendmail
    status_code, -- HTTP status
    outcome, -- success, denied, failed, throttled
    data_class, -- user_security, user_content, user_object, drive_unresolved, shared, tenant
    sensitivity, -- 0 to 4
    effect, -- read, create, update, delete, send, share, move_copy, rule, credential, upload, respond, state, batch_envelope
    is_write, -- whether it changes something; a POST that nobody knows counts as a write
    is_user_scoped, -- whether the data class is one of the three user classes
    target_user_id, -- the user whose data it is: as the URI names the object id, the user on the token below /me, or as the inventory resolves a UPN, a drive or a personal site
    target_user_upn, -- its UPN, as the URI or the inventory says; a label
    app_id, -- the calling app
    app_name, -- its name: in the registry, the sign-in, or the directory of the day
    service_principal_id, -- its service principal, for app-only calls
    ip_address, -- of the request
    user_agent, -- of the request
    token_id, -- token that it was made with; null where no sign-in matched
    token_match, -- token_id, issued_at or none
    sign_in_id, -- sign-in that issued the token
    sign_in_category, -- log that has it
    correlation_id, -- of the sign-in
    session_id, -- of the token
    identity_shape, -- delegated_public, delegated_web_app, on_behalf_of, agent_user, app_secret, app_certificate, federated_credential, managed_identity, app_only, unknown
    actor_class, -- human_direct, human_via_agent, agent_user, autonomous_agent, app_only, first_party, unknown
    user_id, -- the human under whose authority it was done; where actor_class is unknown the user object on the request, which may be an agent user
    user_upn, -- UPN of the sign-in, or of the directory on that day; a label
    agent_app_id, -- the agent; null for human_direct and unknown
    agent_name, -- its name
    blueprint_app_id, -- blueprint of an agent identity
    case when logged_class = 'human_via_agent' and is_humans then front_end_app_id end as front_end_app_id, -- client that the human used, several hops up if need be
    case when logged_class = 'human_via_agent' and is_humans then front_end_name end as front_end_name, -- its name
    case when is_humans then chain end as chain, -- app ids from the front end to the caller; where several front ends fit, all of them come first
    chain_grade, -- strong, probable, inherited, ambiguous, unresolved, not_applicable
    case when is_humans then root_sign_in_id end as root_sign_in_id, -- interactive sign-in at the root, where found
    case when is_humans then root_at end as root_at, -- its UTC time
    case when is_humans then root_ip_address end as root_ip_address, -- address of the human
    case when is_humans then root_device end as root_device, -- device of the human
    case when is_humans then root_mfa end as root_mfa, -- whether more than one factor was given
    federated_issuer, -- issuer of the outside token, where the log or the inventory names it
    federated_subject, -- its subject, as the inventory names it: no log does
    managed_identity_resource, -- Azure resource of the managed identity
    credential_key_id, -- key of the secret or certificate
    attribution_grade, -- exact, strong, probable, ambiguous, request_only, unresolved
    unresolved_reason, -- first_party, before_coverage, late_arrival, category_missing, cross_tenant, unknown; null when a token matched
    is_write
    and is_user_scoped
    and not is_own
    and not is_self
    and actor_class in ('app_only', 'autonomous_agent', 'agent_user') as app_only_user_write, -- a write on user-scoped data with no human on the token, by an app that is neither Microsoft's nor the collector's own
    is_write
    and data_class = 'drive_unresolved'
    and not is_self
    and actor_class in ('app_only', 'autonomous_agent', 'agent_user') as is_possible_app_only_user_write, -- the same on a drive of which nobody said whose it is: a user's, a group's or a site's
    is_self, -- whether the collector's own app made it (T31)
    permissions, -- application permissions on an app's token, delegated ones on a user's, space-separated
    is_also_on_behalf_of, -- whether the app also holds on-behalf-of tokens in these days, so that it could have acted as a user
    case
        when actor_class = 'human_direct' and is_perhaps_an_agents then 'unknown'
        when actor_class = 'human_direct' then 'user_direct'
        when actor_class = 'human_via_agent' then 'users_agent'
        when actor_class = 'unknown' then 'unknown'
        when identity_shape = 'federated_credential' and actor_class = 'app_only' then 'agent_with_external_idp'
        when identity_shape = 'managed_identity' then 'resource'
        else 'agent'
    end as audit_clarity, -- user_direct, users_agent, agent, agent_with_external_idp, resource, unknown
    is_own, -- below /me: the data of the user on the token
    is_perhaps_an_agents, -- whether a human_direct client also exchanges users' tokens, so that the token may be an agent's
    done, -- what was done, in words for a person; of a request that failed, what would have been
    to_do, -- the same as an infinitive
    joins, -- preposition from there to the user whose data it is
    request_landed_file, -- landed file that holds the request
    sign_in_landed_file -- landed file that holds the sign-in
from named
