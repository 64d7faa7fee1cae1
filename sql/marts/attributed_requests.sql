/*
description: >
  One row per Graph request: what was done to whose data, which user's agent did it, through which front end and under
  which credential, how sure that is, and on what evidence. A request is attributed to a human only where a log says so.
kind: view
grain: [tenant_id, request_id]
not_null: [tenant_id, request_id, identity_shape, actor_class, attribution_grade, statement]
*/
with newest as (
    select
        tenant_id,
        max(issued_at) as newest_at
    from tokens
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
        requests.roles,
        requests.scopes,
        operations.path_template,
        coalesce(requests.api_version, operations.api_version) as api_version,
        operations.operation,
        operations.outcome,
        operations.data_class,
        operations.sensitivity,
        operations.effect,
        coalesce(operations.is_write, false) as is_write,
        coalesce(operations.is_user_scoped, false) as is_user_scoped,
        coalesce(operations.is_own, false) as is_own,
        operations.target_user,
        attributions.app_id,
        attributions.app_name,
        attributions.token_id,
        attributions.token_match,
        attributions.sign_in_id,
        attributions.sign_in_category,
        attributions.correlation_id,
        attributions.session_id,
        attributions.identity_shape,
        attributions.actor_class,
        attributions.user_id,
        attributions.user_upn,
        attributions.agent_app_id,
        attributions.agent_name,
        attributions.blueprint_app_id,
        attributions.front_end_app_id,
        attributions.front_end_name,
        attributions.chain,
        attributions.chain_grade,
        attributions.root_sign_in_id,
        attributions.root_at,
        attributions.root_ip_address,
        attributions.root_device,
        attributions.root_mfa,
        attributions.federated_token_issuer,
        attributions.managed_identity_resource,
        attributions.credential_key_id,
        attributions.attribution_grade,
        attributions.sign_in_landed_file,
        attributions.request_landed_file,
        case
            when
                attributions.unresolved_reason = 'unknown'
                and attributions.token_issued_at + interval 5 minutes > newest.newest_at - interval 2 hours
                then 'late_arrival'
            else attributions.unresolved_reason
        end as unresolved_reason
    from staged_graph_activity as requests
    inner join request_operations as operations
        on requests.tenant_id = operations.tenant_id and requests.request_id = operations.request_id
    inner join request_attributions as attributions
        on requests.tenant_id = attributions.tenant_id and requests.request_id = attributions.request_id
    left join newest
        on requests.tenant_id = newest.tenant_id
),

worded as (
    select
        *,
        concat(
            case when outcome = 'success' then '' else 'tried and ' end,
            case outcome
                when 'success' then '' when 'denied' then 'was denied to '
                when 'throttled' then 'was throttled to ' else 'failed to '
            end,
            case
                when outcome != 'success' then coalesce(effect, 'make a request to')
                when effect = 'read' then 'read'
                when effect = 'create' then 'created'
                when effect = 'update' then 'updated'
                when effect = 'delete' then 'deleted'
                when effect = 'send' then 'sent'
                when effect = 'share' then 'shared'
                when effect = 'upload' then 'uploaded'
                else concat('made a ', coalesce(replace(effect, '_', ' '), 'call'), ' request to')
            end,
            ' ',
            coalesce(path_template, 'a request without URI')
        ) as deed,
        coalesce(user_upn, user_id, 'somebody') as human,
        coalesce(agent_name, app_name, app_id, 'an app without id') as caller,
        concat(
            case
                when front_end_app_id is not null then ', asked through '
                when chain_grade = 'ambiguous' then ', asked through one of several front ends'
                else ', through a front end that the logs do not show'
            end,
            coalesce(front_end_name, front_end_app_id),
            case when chain_grade in ('probable', 'inherited') then concat(' (', chain_grade, ')') else '' end
        ) as asked,
        case
            when managed_identity_resource is not null then concat(', as ', managed_identity_resource)
            when identity_shape = 'federated_credential' then ', by an external identity provider'
            else ''
        end as credential,
        concat(
            '; no sign-in says whether a person or an agent did',
            case
                when unresolved_reason is null then ''
                else concat(' (', replace(unresolved_reason, '_', ' '), ')')
            end
        ) as doubt
    from joined
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
    case
        when is_own then request_user_id
        when target_user like '________-____-____-____-____________' then target_user
    end as target_user_id, -- the user whose data it is, where the URI names the object id or is below /me
    case when target_user like '%@%' then lower(target_user) end as target_user_upn, -- the same, where the URI names the UPN; a label
    app_id, -- the calling app
    app_name, -- its name in the sign-in
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
    user_upn, -- UPN of the sign-in, a label
    agent_app_id, -- the agent; null for human_direct and unknown
    agent_name, -- its name in the sign-in
    blueprint_app_id, -- blueprint of an agent identity
    front_end_app_id, -- client that the human used, several hops up if need be
    front_end_name, -- its name
    chain, -- app ids from the front end to the caller
    chain_grade, -- strong, probable, inherited, ambiguous, unresolved, not_applicable
    root_sign_in_id, -- interactive sign-in at the root, where found
    root_at, -- its UTC time
    root_ip_address, -- address of the human
    root_device, -- device of the human
    root_mfa, -- whether more than one factor was given
    federated_token_issuer as federated_issuer, -- issuer of the outside token, where the log names it
    cast(null as varchar) as federated_subject, -- subject of the outside token: no log names it, the directory inventory will
    managed_identity_resource, -- Azure resource of the managed identity
    credential_key_id, -- key of the secret or certificate
    attribution_grade, -- exact, strong, probable, ambiguous, request_only, unresolved
    unresolved_reason, -- first_party, before_coverage, late_arrival, category_missing, cross_tenant, unknown; null when a token matched
    is_write
    and is_user_scoped
    and not is_own
    and actor_class in ('app_only', 'autonomous_agent', 'agent_user') as app_only_user_write, -- a write on user-scoped data with no human on the token, by an app that is not Microsoft's own
    case
        when actor_class = 'human_direct' then 'user_direct'
        when actor_class = 'human_via_agent' then 'users_agent'
        when actor_class = 'unknown' then 'unknown'
        when identity_shape = 'federated_credential' and actor_class = 'app_only' then 'agent_with_external_idp'
        when identity_shape = 'managed_identity' then 'resource'
        else 'agent'
    end as audit_clarity, -- user_direct, users_agent, agent, agent_with_external_idp, resource, unknown
    case actor_class
        when 'human_direct' then concat(human, ' ', deed, ' through ', caller)
        when 'human_via_agent' then concat(human, '''s agent ', caller, ' ', deed, asked)
        when 'agent_user' then concat('agent ', caller, ' ', deed, ' with a user account of its own')
        when 'autonomous_agent' then concat('agent ', caller, ' ', deed, ' on its own, with no human on the token')
        when 'first_party' then concat('Microsoft''s app ', caller, ' ', deed)
        when 'app_only' then concat('app ', caller, ' ', deed, ' on its own, with no human on the token', credential)
        else concat('the user object ', coalesce(user_id, 'without id'), ' ', deed, ' through ', caller, doubt)
    end as statement, -- one sentence for a person
    case
        when sign_in_id is not null
            then [
                    struct_pack(
                        log := 'MicrosoftGraphActivityLogs', record_id := request_id, landed_file := request_landed_file
                    ),
                    struct_pack(
                        log := sign_in_category, record_id := sign_in_id, landed_file := sign_in_landed_file
                    )
                ]
        else [
                struct_pack(
                    log := 'MicrosoftGraphActivityLogs', record_id := request_id, landed_file := request_landed_file
                )
            ]
    end as evidence -- the records that the row rests on: log, record id and landed file
from worded
