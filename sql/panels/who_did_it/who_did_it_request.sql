/*
title: The request
description: What the logs say of it, and what was made of that.
kind: panel
grain: [tenant_id, request_id]
*/
select
    statement, -- one sentence for a person
    request_at, -- UTC time at which Graph received it
    method, -- HTTP method
    uri, -- as logged
    path_template, -- path with ids as {id}
    operation, -- what kind of request it is
    status_code, -- HTTP status
    outcome, -- success, denied, failed, throttled
    effect, -- read, create, update, delete, send, share and so on
    is_write, -- whether it changes something
    data_class, -- user_security, user_content, user_object, drive_unresolved, shared, tenant
    sensitivity, -- 0 to 4
    target_user_upn, -- UPN of the user whose data it is, a label
    target_user_id, -- object id of that user
    app_name, -- the calling app
    app_id, -- its id
    service_principal_id, -- its service principal, for app-only calls
    agent_name, -- the agent; null where a person acted directly, or nobody knows
    agent_app_id, -- its id
    blueprint_app_id, -- blueprint of an agent identity
    front_end_name, -- app that the human used
    front_end_app_id, -- its id
    user_upn, -- UPN of the user, a label
    user_id, -- the human; where actor_class is unknown the user object on the request, which may be an agent's
    identity_shape, -- credential and attribution of the token
    actor_class, -- human_direct, human_via_agent, agent_user, autonomous_agent, app_only, first_party, unknown
    attribution_grade, -- exact, strong, probable, ambiguous, request_only, unresolved
    unresolved_reason, -- why no sign-in matched; null when one did
    chain_grade, -- strong, probable, inherited, ambiguous, unresolved, not_applicable
    audit_clarity, -- user_direct, users_agent, agent, agent_with_external_idp, resource, unknown
    app_only_user_write, -- whether it is a write on users' data with no human on the token
    is_possible_app_only_user_write, -- the same on a drive of which nobody said whose it is
    permissions, -- permissions on the token
    ip_address, -- of the request
    user_agent, -- of the request
    root_at, -- UTC time of the interactive sign-in at the root
    root_ip_address, -- address of the human
    root_device, -- device of the human
    root_mfa, -- whether more than one factor was given
    federated_issuer, -- issuer of the outside token
    federated_subject, -- its subject
    managed_identity_resource, -- Azure resource of the managed identity
    credential_key_id, -- key of the secret or certificate
    token_match, -- token_id, issued_at or none
    token_id, -- token that it was made with
    sign_in_category, -- log of the sign-in
    sign_in_id, -- sign-in that issued the token
    correlation_id, -- of the sign-in
    session_id, -- of the token
    operation_id, -- batch id
    client_request_id, -- id sent by the client
    request_id, -- Graph's own id of the request
    tenant_id -- Entra tenant
from attributed_requests
where
    request_id = $request_id
    and day between $first_day and $last_day
    and ($tenant_id is null or tenant_id = $tenant_id)
