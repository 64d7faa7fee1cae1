/*
description: >
  One row per Graph request: the token it was made with, who acts, and how sure that is, as the logs alone say it. All
  requests of one caller have the same answer.
kind: view
grain: [tenant_id, request_id]
not_null: [tenant_id, request_id, token_match, identity_shape, actor_class, attribution_grade]
*/
select
    requests.tenant_id, -- Entra tenant
    requests.day, -- event day in UTC
    requests.request_id, -- Graph's own id of the request
    callers.token_id, -- token that it was made with; null where no sign-in matched
    callers.token_match, -- token_id: same token id. issued_at: no id on the request, one token fits by app, principal and issue time. none
    callers.request_token_id, -- token id on the request, matched or not
    callers.sign_in_id, -- sign-in that issued the token
    callers.sign_in_category, -- log that has it
    callers.correlation_id, -- of the sign-in
    callers.session_id, -- of the token
    callers.identity_shape, -- delegated_public, delegated_web_app, on_behalf_of, agent_user, app_secret, app_certificate, federated_credential, managed_identity, app_only, unknown
    callers.actor_class, -- human_direct, human_via_agent, agent_user, autonomous_agent, app_only, first_party, unknown
    callers.user_id, -- the human under whose authority it was done; where actor_class is unknown the user object on the request, which may be an agent user; null where request and token name different users
    callers.user_upn, -- UPN of the sign-in, a label
    callers.app_id, -- the calling app
    callers.app_name, -- its name in the sign-in
    callers.agent_app_id, -- the agent; null for human_direct and unknown
    callers.agent_name, -- its name in the sign-in
    callers.blueprint_app_id, -- blueprint of an agent identity
    callers.front_end_app_id, -- client that the human used, at the head of the chain
    callers.front_end_name, -- its name
    callers.chain, -- app ids from the front end to the caller
    callers.chain_grade, -- strong, probable, inherited, ambiguous, unresolved, not_applicable
    callers.root_sign_in_id, -- interactive sign-in at the root, where found
    callers.root_at, -- its UTC time
    callers.root_ip_address, -- address of the human
    callers.root_device, -- device of the human
    callers.root_mfa, -- whether more than one factor was given
    callers.federated_credential_id, -- federated identity credential used
    callers.federated_token_issuer, -- issuer of the outside token behind a federated managed identity
    callers.federated_token_id, -- its id
    callers.managed_identity_resource, -- Azure resource of the managed identity
    callers.credential_key_id, -- key of the secret or certificate
    callers.attribution_grade, -- exact: the token's own row settles who acts. strong, probable, ambiguous: it rests on a hop of that grade, on the issue time, or on no hop having been found for a client that exchanges users' tokens (probable), or request and token contradict each other (ambiguous). request_only: no sign-in. unresolved
    callers.is_perhaps_an_agents, -- whether a human_direct client also exchanges users' tokens, so that the token may be an agent's whose hop the logs do not show
    callers.is_also_on_behalf_of, -- whether the same client holds on-behalf-of tokens, on this day or the 29 hours before
    callers.unresolved_reason, -- why no sign-in matched: first_party, cross_tenant, before_coverage, category_missing, unknown; null when one did
    callers.token_issued_at, -- `iat` of the token
    callers.log_ends_at, -- UTC time of the last token, up to the end of the day, in the log that this one should be in
    callers.sign_in_landed_file, -- landed file that holds the sign-in
    requests.landed_file as request_landed_file -- landed file that holds the request
from request_operations as requests
inner join caller_attributions as callers
    on
        requests.tenant_id = callers.tenant_id
        and requests.day = callers.day
        and requests.caller_id = callers.caller_id
