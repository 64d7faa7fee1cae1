/*
description: >
  Every write on user-scoped data with no human on the token, by an app that is neither Microsoft's nor the collector's
  own: what was done to whose data, with which credential and permissions, and whether the same app could have acted as
  the user. Writes on drives of which nobody said whose they are stand here too, as possible.
kind: view
grain: [tenant_id, request_id]
not_null: [tenant_id, request_id, certainty]
is_stored: true
*/
select
    tenant_id, -- Entra tenant
    day, -- event day in UTC
    request_id, -- Graph's own id of the request
    request_at, -- UTC time at which Graph received it
    case when app_only_user_write then 'certain' else 'possible' end as certainty, -- certain; possible: a drive that may be a user's, a group's or a site's
    outcome = 'success' as is_done, -- whether it was done; else it was an attempt
    outcome, -- success, denied, failed, throttled
    app_id, -- the app
    app_name, -- its name
    actor_class, -- app_only, autonomous_agent, agent_user
    identity_shape, -- kind of credential: app_secret, app_certificate, federated_credential, managed_identity, app_only (not told), agent_user
    credential_key_id, -- key of the secret or certificate
    federated_issuer, -- issuer of the outside token
    federated_subject, -- its subject
    managed_identity_resource, -- Azure resource of the managed identity
    permissions, -- permissions on the token
    is_also_on_behalf_of, -- whether the app also holds on-behalf-of tokens in these days, so that it could have acted as a user
    operation, -- what it did
    effect, -- create, update, delete, send, …
    data_class, -- user_security, user_content, user_object, drive_unresolved
    sensitivity, -- 0 to 4
    target_user_id, -- the affected user, where the URI or the inventory says
    target_user_upn, -- its UPN, a label
    attribution_grade, -- exact, strong, probable, ambiguous, request_only, unresolved
    statement -- one sentence for a person
from attributed_requests
where app_only_user_write or is_possible_app_only_user_write
