/*
description: >
  Every copy of every sign-in that landed, typed: one row per landed record of the five sign-in logs, in any shape.
  The same sign-in delivered twice stands here twice; `staged_sign_ins` has it once.
kind: records
table: sign_ins
record_id: sign_in_id
event_at: signed_in_at
*/
with typed as (
    select
        *,
        plausible(utc_or_null(event_time)) as signed_in_at,
        plausible(utc_or_null(ingested_time)) as ingested_at,
        token_bytes_or_null(token_identifier) as token_bytes,
        token_text_or_null(token_identifier) as token_text,
        case when lower(result_code) = 'success' then 0 else try_cast(result_code as integer) end as error_code,
        boolean_or_null(interactive) as is_interactive,
        boolean_or_null(device_compliant) as is_compliant,
        boolean_or_null(device_managed) as is_managed,
        boolean_or_null(tenant_restricted) as is_restricted,
        boolean_or_null(through_global_secure_access) as through_secure_access,
        case
            when processing_details like '%CAE%' then boolean_or_null(listed_value(processing_details, 'iscaetoken'))
        end as is_cae,
        try_cast(nullif(autonomous_system_number, '') as bigint) as system_number
    from source_records
),

identified as (
    select
        *,
        record_id_or_null(
            coalesce(guid_from_little_endian(token_bytes), token_text, token_identifier)
        ) as token_id_logged
    from typed
)

select
    coalesce(id_or_null(tenant_id), $source_tenant_id, 'unknown') as tenant_id, -- Entra tenant whose log this is (T20: never the Log Analytics workspace); `unknown` when neither the record nor its source names it
    coalesce(record_id_or_null(sign_in_id), token_id_logged, content_id) as sign_in_id, -- the sign-in's own id; for a record without one its token id, or a hash of its content
    coalesce(token_id_logged, record_id_or_null(sign_in_id)) as token_id, -- token issued, as GUID text (T1, T2); the sign-in id where the log left it out; what is no token id stays as it came
    signed_in_at, -- UTC time of the sign-in, createdDateTime (T21); null when the record has no time
    event_time_source, -- `record`, or `envelope` when only the envelope or TimeGenerated had a time
    ingested_at, -- UTC time of the envelope, or TimeGenerated; null for Graph objects
    $log as category, -- log the sign-in belongs to, as the Log Analytics table is called
    id_or_null(user_id) as user_id, -- object id of the user; null for app-only sign-ins. May be an agent user (T7)
    lower(text_or_null(user_upn)) as user_upn, -- UPN in lower case, a label and no key (T30)
    text_or_null(user_name) as user_name, -- display name of the user
    text_or_null(user_type) as user_type, -- member or guest
    text_or_null(sign_in_identifier) as sign_in_identifier, -- what was typed at the prompt
    id_or_null(app_id) as app_id, -- client app
    text_or_null(app_name) as app_name, -- display name of the client app
    id_or_null(service_principal_id) as service_principal_id, -- service principal of an app-only sign-in
    text_or_null(service_principal_name) as service_principal_name, -- its name
    id_or_null(resource_id) as resource_id, -- app id of the resource, the token's audience
    text_or_null(resource_name) as resource_name, -- display name of the resource
    id_or_null(resource_service_principal_id) as resource_service_principal_id, -- object id of the resource's service principal
    id_or_null(session_id) as session_id, -- session; not a human's one for service principals (T18)
    id_or_null(correlation_id) as correlation_id, -- client-supplied
    id_or_null(original_request_id) as original_request_id, -- first request of the authentication sequence
    id_or_null(home_tenant_id) as home_tenant_id, -- tenant the user is at home in
    id_or_null(resource_tenant_id) as resource_tenant_id, -- tenant of the resource
    id_or_null(app_owner_tenant_id) as app_owner_tenant_id, -- tenant that owns the client app
    id_or_null(resource_owner_tenant_id) as resource_owner_tenant_id, -- tenant that owns the resource
    text_or_null(cross_tenant_access_type) as cross_tenant_access_type, -- none, b2bCollaboration, …
    text_or_null(client_credential_type) as client_credential_type, -- as logged; may be empty or spelled in several ways (T16)
    id_or_null(federated_credential_id) as federated_credential_id, -- federated identity credential used
    id_or_null(credential_key_id) as credential_key_id, -- key of the secret or certificate; the zero GUID for federated credentials (T16)
    text_or_null(credential_thumbprint) as credential_thumbprint, -- thumbprint of the certificate used
    text_or_null(managed_identity_type) as managed_identity_type, -- none, systemAssigned, userAssigned
    text_or_null(managed_identity_resource) as managed_identity_resource, -- Azure resource the managed identity belongs to
    text_or_null(federated_token_id) as federated_token_id, -- id of the outside token behind a federated managed identity
    text_or_null(federated_token_issuer) as federated_token_issuer, -- issuer of that token
    id_or_null(source_app_client_id) as source_app_client_id, -- source app of a target identity
    text_or_null(agent_type) as agent_type, -- who signed in: notAgentic, agenticAppInstance, … (T9, T32)
    text_or_null(agent_subject_type) as agent_subject_type, -- on whose behalf: notAgentic, agentIDuser, …
    id_or_null(agent_subject_parent_id) as agent_subject_parent_id, -- object id of the agent identity or blueprint behind the subject
    id_or_null(agent_parent_app_id) as agent_parent_app_id, -- blueprint app id (T8)
    text_or_null(authentication_protocol) as authentication_protocol, -- protocol or grant type; onBehalfOf where it is emitted (T6)
    text_or_null(incoming_token_type) as incoming_token_type, -- token presented, where listed
    text_or_null(original_transfer_method) as original_transfer_method, -- deviceCodeFlow, authenticationTransfer, none
    is_interactive, -- whether the user gave a factor
    text_or_null(sign_in_event_types) as sign_in_event_types, -- Graph's event types, JSON text
    text_or_null(authentication_requirement) as authentication_requirement, -- singleFactorAuthentication or multiFactorAuthentication
    text_or_null(authentication_details) as authentication_details, -- steps of the authentication, JSON text
    text_or_null(authentication_methods) as authentication_methods, -- methods used, as logged
    text_or_null(processing_details) as processing_details, -- key and value list, JSON text: library, scopes, CAE token, …
    is_cae as is_continuous_access, -- whether the token is checked continuously and so lives up to 28 hours; null where the log does not say
    text_or_null(mfa_detail) as mfa_detail, -- deprecated multi-factor detail, JSON text
    text_or_null(client_app_used) as client_app_used, -- Browser, Mobile Apps and Desktop clients, …
    text_or_null(user_agent) as user_agent, -- of the sign-in
    text_or_null(ip_address) as ip_address, -- for confidential clients the user's first address, not the agent's (T13); null for managed identities (T14)
    text_or_null(resource_provider_ip_address) as resource_provider_ip_address, -- address the resource provider saw
    text_or_null(global_secure_access_ip_address) as global_secure_access_ip_address, -- Global Secure Access address
    through_secure_access as is_through_global_secure_access, -- whether it came through Global Secure Access
    system_number as autonomous_system_number, -- ASN of the address
    text_or_null(network_location_details) as network_location_details, -- named locations, JSON text
    text_or_null(country) as country, -- two-letter code
    text_or_null(state) as state, -- state or province
    text_or_null(city) as city, -- city
    id_or_null(device_id) as device_id, -- registered or joined device
    text_or_null(device_name) as device_name, -- its name
    text_or_null(device_operating_system) as device_operating_system, -- operating system
    text_or_null(device_browser) as device_browser, -- browser
    is_compliant as is_device_compliant, -- compliant with the tenant's policy
    is_managed as is_device_managed, -- managed
    text_or_null(device_trust_type) as device_trust_type, -- how it is joined
    text_or_null(conditional_access_status) as conditional_access_status, -- success, failure, notApplied
    text_or_null(conditional_access_policies) as conditional_access_policies, -- policies and results, JSON text
    text_or_null(conditional_access_audiences) as conditional_access_audiences, -- audiences evaluated, JSON text
    is_restricted as is_tenant_restricted, -- under a tenant restrictions policy
    text_or_null(risk_detail) as risk_detail, -- reason of the risk state
    text_or_null(risk_level_aggregated) as risk_level_aggregated, -- none, low, medium, high, hidden
    text_or_null(risk_level_during_sign_in) as risk_level_during_sign_in, -- the same, at the sign-in
    text_or_null(risk_state) as risk_state, -- none, atRisk, remediated, …
    text_or_null(risk_event_types) as risk_event_types, -- risk events, JSON text
    text_or_null(token_issuer_type) as token_issuer_type, -- AzureAD, ADFederationServices, …
    text_or_null(token_issuer_name) as token_issuer_name, -- identity provider
    text_or_null(token_protection) as token_protection, -- token protection status, JSON text
    error_code, -- 0 is success
    case when lower(result_code) = 'failure' then false else error_code = 0 end as is_success, -- whether the sign-in succeeded; null when the log does not say
    text_or_null(result_reason) as result_reason, -- failure reason
    text_or_null(result_details) as result_details, -- additional details of the status
    nullif(concat_ws(
        ' ',
        case when event_time != '' and signed_in_at is null then 'signed_in_at' end,
        case when ingested_time != '' and ingested_at is null then 'ingested_at' end,
        case when lower(result_code) not in ('', 'failure') and error_code is null then 'error_code' end,
        case when interactive != '' and is_interactive is null then 'is_interactive' end,
        case when device_compliant != '' and is_compliant is null then 'is_device_compliant' end,
        case when device_managed != '' and is_managed is null then 'is_device_managed' end,
        case when tenant_restricted != '' and is_restricted is null then 'is_tenant_restricted' end,
        case
            when through_global_secure_access != '' and through_secure_access is null
                then 'is_through_global_secure_access'
        end,
        case when autonomous_system_number != '' and system_number is null then 'autonomous_system_number' end
    ), '') as cast_failures, -- columns whose raw value did not cast and is null here, space-separated
    $shape as shape, -- shape it came in
    landed_file -- landed file, below landing/, that holds the original record
from identified
