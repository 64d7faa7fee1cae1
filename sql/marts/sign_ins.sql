/*
description: >
  Every sign-in of any category once: interactive, non-interactive, service principal, managed identity and Microsoft
  service principal. A successful one issued the token named in token_id.
kind: view
grain: [tenant_id, sign_in_id]
not_null: [tenant_id, sign_in_id, category]
*/
select
    tenant_id, -- Entra tenant whose log this is (T20: never the Log Analytics workspace); `unknown` when neither the record nor its source names it
    day, -- event day in UTC; null for a sign-in without any time
    sign_in_id, -- the sign-in's own id; for a record without one its token id, or a hash of its content
    token_id, -- token issued, as GUID text (T1, T2); the sign-in id where the log left it out; what is no token id stays as it came
    signed_in_at, -- UTC time of the sign-in, createdDateTime (T21); null when the record has no time
    event_time_source, -- `record`, or `envelope` when only the envelope or TimeGenerated had a time
    ingested_at, -- UTC time of the envelope, or TimeGenerated; null for Graph objects
    category, -- log the sign-in belongs to, as the Log Analytics table is called
    user_id, -- object id of the user; null for app-only sign-ins. May be an agent user (T7)
    user_upn, -- UPN in lower case, a label and no key (T30)
    user_name, -- display name of the user
    user_type, -- member or guest
    sign_in_identifier, -- what was typed at the prompt
    app_id, -- client app
    app_name, -- display name of the client app
    service_principal_id, -- service principal of an app-only sign-in
    service_principal_name, -- its name
    resource_id, -- app id of the resource, the token's audience
    resource_name, -- display name of the resource
    resource_service_principal_id, -- object id of the resource's service principal
    session_id, -- session; not a human's one for service principals (T18)
    correlation_id, -- client-supplied
    original_request_id, -- first request of the authentication sequence
    home_tenant_id, -- tenant the user is at home in
    resource_tenant_id, -- tenant of the resource
    app_owner_tenant_id, -- tenant that owns the client app
    resource_owner_tenant_id, -- tenant that owns the resource
    cross_tenant_access_type, -- none, b2bCollaboration, …
    client_credential_type, -- as logged; may be empty or spelled in several ways (T16)
    federated_credential_id, -- federated identity credential used
    credential_key_id, -- key of the secret or certificate; the zero GUID for federated credentials (T16)
    credential_thumbprint, -- thumbprint of the certificate used
    managed_identity_type, -- none, systemAssigned, userAssigned
    managed_identity_resource, -- Azure resource the managed identity belongs to
    federated_token_id, -- id of the outside token behind a federated managed identity
    federated_token_issuer, -- issuer of that token
    source_app_client_id, -- source app of a target identity
    agent_type, -- who signed in: notAgentic, agenticAppInstance, … (T9, T32)
    agent_subject_type, -- on whose behalf: notAgentic, agentIDuser, …
    agent_subject_parent_id, -- object id of the agent identity or blueprint behind the subject
    agent_parent_app_id, -- blueprint app id (T8)
    authentication_protocol, -- protocol or grant type; onBehalfOf where it is emitted (T6)
    incoming_token_type, -- token presented, where listed
    original_transfer_method, -- deviceCodeFlow, authenticationTransfer, none
    is_interactive, -- whether the user gave a factor
    sign_in_event_types, -- Graph's event types, JSON text
    authentication_requirement, -- singleFactorAuthentication or multiFactorAuthentication
    authentication_details, -- steps of the authentication, JSON text
    authentication_methods, -- methods used, as logged
    processing_details, -- key and value list, JSON text: library, scopes, CAE token, …
    is_continuous_access, -- whether the token is checked continuously and so lives up to 28 hours; null where the log does not say
    mfa_detail, -- deprecated multi-factor detail, JSON text
    client_app_used, -- Browser, Mobile Apps and Desktop clients, …
    user_agent, -- of the sign-in
    ip_address, -- for confidential clients the user's first address, not the agent's (T13); null for managed identities (T14)
    resource_provider_ip_address, -- address the resource provider saw
    global_secure_access_ip_address, -- Global Secure Access address
    is_through_global_secure_access, -- whether it came through Global Secure Access
    autonomous_system_number, -- ASN of the address
    network_location_details, -- named locations, JSON text
    country, -- two-letter code
    state, -- state or province
    city, -- city
    device_id, -- registered or joined device
    device_name, -- its name
    device_operating_system, -- operating system
    device_browser, -- browser
    is_device_compliant, -- compliant with the tenant's policy
    is_device_managed, -- managed
    device_trust_type, -- how it is joined
    conditional_access_status, -- success, failure, notApplied
    conditional_access_policies, -- policies and results, JSON text
    conditional_access_audiences, -- audiences evaluated, JSON text
    is_tenant_restricted, -- under a tenant restrictions policy
    risk_detail, -- reason of the risk state
    risk_level_aggregated, -- none, low, medium, high, hidden
    risk_level_during_sign_in, -- the same, at the sign-in
    risk_state, -- none, atRisk, remediated, …
    risk_event_types, -- risk events, JSON text
    token_issuer_type, -- AzureAD, ADFederationServices, …
    token_issuer_name, -- identity provider
    token_protection, -- token protection status, JSON text
    error_code, -- 0 is success
    is_success, -- whether the sign-in succeeded; null when the log does not say
    result_reason, -- failure reason
    result_details, -- additional details of the status
    shape, -- shape it came in
    landed_file -- landed file, below landing/, that holds the original record
from staged_sign_ins
