/*
description: >
  One row per Graph request: what was done to whose data, which user's agent did it, through which front end and under
  which credential, how sure that is, and on what evidence. A request is attributed to a human only where a log says so.
kind: view
grain: [tenant_id, request_id]
not_null: [tenant_id, request_id, identity_shape, actor_class, attribution_grade, statement]
*/
with worded as (
    select
        *,
        concat(
            case outcome
                when 'success' then coalesce(done, 'made a request without URI')
                when 'denied' then 'tried and was denied to '
                when 'throttled' then 'tried and was throttled to '
                else 'tried and failed to '
            end,
            case when outcome != 'success' then coalesce(to_do, 'make a request without URI') else '' end,
            case
                when joins = '' or is_own or target_user_id = user_id or target_user_upn = user_upn then ''
                when coalesce(target_user_upn, target_user_id) is null then ''
                else concat(' ', joins, ' ', coalesce(target_user_upn, target_user_id))
            end
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
            when identity_shape = 'federated_credential' and federated_subject is not null
                then concat(
                        ', by ', federated_subject, ' of ', coalesce(federated_issuer, 'an external identity provider')
                    )
            when identity_shape = 'federated_credential' then ', by an external identity provider'
            else ''
        end as credential,
        case
            when attribution_grade = 'ambiguous' then '; the request and its token name different users or apps'
            else concat(
                    '; no sign-in says whether a person or an agent did',
                    case
                        when unresolved_reason is null then ''
                        else concat(' (', replace(unresolved_reason, '_', ' '), ')')
                    end
                )
        end as doubt
    from settled_requests
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
    front_end_app_id, -- client that the human used, several hops up if need be
    front_end_name, -- its name
    chain, -- app ids from the front end to the caller; where several front ends fit, all of them come first
    chain_grade, -- strong, probable, inherited, ambiguous, unresolved, not_applicable
    root_sign_in_id, -- interactive sign-in at the root, where found
    root_at, -- its UTC time
    root_ip_address, -- address of the human
    root_device, -- device of the human
    root_mfa, -- whether more than one factor was given
    federated_issuer, -- issuer of the outside token, where the log or the inventory names it
    federated_subject, -- its subject, as the inventory names it: no log does
    managed_identity_resource, -- Azure resource of the managed identity
    credential_key_id, -- key of the secret or certificate
    attribution_grade, -- exact, strong, probable, ambiguous, request_only, unresolved
    unresolved_reason, -- first_party, before_coverage, late_arrival, category_missing, cross_tenant, unknown; null when a token matched
    app_only_user_write, -- a write on user-scoped data with no human on the token, by an app that is neither Microsoft's nor the collector's own
    is_possible_app_only_user_write, -- the same on a drive of which nobody said whose it is: a user's, a group's or a site's
    is_self, -- whether the collector's own app made it (T31)
    permissions, -- application permissions on an app's token, delegated ones on a user's, space-separated
    is_also_on_behalf_of, -- whether the app also holds on-behalf-of tokens in these days, so that it could have acted as a user
    audit_clarity, -- user_direct, users_agent, agent, agent_with_external_idp, resource, unknown
    case actor_class
        when 'human_direct'
            then concat(
                    human, ' ', deed, ' through ', caller,
                    case
                        when is_perhaps_an_agents
                            then ', or this app did as an agent: it also acts for users, and no hop was found'
                        else ''
                    end
                )
        when 'human_via_agent' then concat(human, '''s agent ', caller, ' ', deed, asked)
        when 'agent_user' then concat('agent ', caller, ' ', deed, ' with a user account of its own')
        when 'autonomous_agent' then concat('agent ', caller, ' ', deed, ' on its own, with no human on the token')
        when 'first_party' then concat('Microsoft''s app ', caller, ' ', deed)
        when 'app_only' then concat('app ', caller, ' ', deed, ' on its own, with no human on the token', credential)
        else concat(
                'the user object ', coalesce(user_upn, user_id, 'without id'), ' ', deed, ' through ', caller, doubt
            )
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
