/*
description: >
  One row per token issued: every successful sign-in of any category, with who holds the token, for whom, by what
  credential and for how long. What the logs do not say stays unknown: a user token whose row does not name the
  client's credential has the shape `unknown` here, and the requests made with it settle it.
kind: partition
grain: [tenant_id, token_id]
not_null: [tenant_id, token_id, sign_in_id, issued_at, identity_shape, lifetime_seconds]
*/
with successful as (
    select
        tenant_id,
        token_id,
        sign_in_id,
        signed_in_at as issued_at,
        category,
        user_id,
        user_upn,
        app_id,
        coalesce(app_name, service_principal_name) as app_name,
        service_principal_id,
        resource_id,
        session_id,
        correlation_id,
        is_interactive,
        is_continuous_access,
        app_owner_tenant_id,
        credential_key_id,
        credential_thumbprint,
        federated_credential_id,
        managed_identity_type,
        managed_identity_resource,
        federated_token_issuer,
        federated_token_id,
        agent_parent_app_id,
        agent_subject_parent_id,
        ip_address,
        device_id,
        device_name,
        authentication_requirement,
        result_details,
        landed_file,
        lower(coalesce(client_credential_type, '')) as credential,
        lower(coalesce(authentication_protocol, '')) as protocol,
        lower(coalesce(incoming_token_type, '')) as incoming_token,
        lower(coalesce(agent_type, '')) as agent,
        lower(coalesce(agent_subject_type, '')) as agent_subject,
        row_number() over (partition by tenant_id, token_id order by signed_in_at, sign_in_id) as copy_number
    from staged_sign_ins
    where
        -- The log of Microsoft's own service principals has no result column in Log Analytics; it lists what was issued.
        (is_success or (is_success is null and category = 'MicrosoftServicePrincipalSignInLogs'))
        and token_id is not null
        and signed_in_at >= $window_start
        and signed_in_at < $window_end
),

-- T32: names of the enumeration, of older documents, and its ordinals.
agents as (
    select
        *,
        user_id is not null and category != 'AADServicePrincipalSignInLogs' as is_user_token,
        agent in ('agenticappinstance', 'agentidentity', '3') as is_agent_identity,
        agent in (
            'agenticapp', 'agenticappbuilder', 'agentidentityblueprint', 'agentidentityblueprintprincipal', '2', '4'
        ) as is_blueprint,
        agent_subject in ('agentiduser', 'agentuser', '5')
        or agent in ('agentiduser', 'agentuser', '5') as is_agent_user,
        coalesce(resource_id = 'fb60f99c-7a34-4190-8149-302f77469936', false) as is_for_token_exchange
    from successful
    where copy_number = 1
),

held as (
    select
        *,
        case
            -- An agent identity has no sign-in page and no public client: it always shows its blueprint's assertion.
            when is_agent_identity then true
            when credential = 'none' then false
            when
                credential in (
                    'clientsecret',
                    'clientassertion',
                    'certificate',
                    'clientcertificate',
                    'federatedidentitycredential',
                    'managedidentity'
                )
                then true
        end as is_confidential,
        protocol in ('onbehalfof', 'samlonbehalfof') as says_on_behalf_of,
        protocol in (
            'authorizationcodewithpkce', 'authorizationcodewithoutpkce', 'devicecode', 'ropc', 'authenticationtransfer'
        ) as says_direct,
        protocol = 'refreshtokengrant' or incoming_token = 'refreshtoken' as is_refreshed
    from agents
)

select
    tenant_id, -- Entra tenant
    token_id, -- the token, as the id of the sign-in that issued it
    sign_in_id, -- sign-in that issued it
    issued_at, -- UTC time of the sign-in
    category, -- log that has the sign-in
    user_id, -- user on the token, human or agent user; null for app-only tokens
    user_upn, -- its UPN, a label
    app_id, -- client that holds the token
    app_name, -- its name
    service_principal_id, -- its service principal, for app-only tokens
    resource_id, -- audience
    session_id, -- session; a human's only on user tokens (T18)
    correlation_id, -- client-supplied
    is_user_token, -- whether a user is on the token
    is_user_token and not is_agent_user as is_human_token, -- whether that user is no agent user, as far as the row says (T7, T9)
    is_agent_user, -- whether the token is an agent's own user account's (T9)
    is_agent_identity, -- whether an Entra agent identity holds it
    is_blueprint or (is_for_token_exchange and not is_user_token) as is_plumbing, -- whether it only mints other tokens: evidence of a credential, not an action
    is_confidential, -- whether the client proved itself with a credential; null where the row does not say (T16)
    says_on_behalf_of, -- whether the row calls it on-behalf-of (T6)
    says_direct, -- whether the row calls it a grant that needs no other token
    is_refreshed, -- whether it was got by refresh
    coalesce(is_interactive, false) as is_interactive, -- whether the user gave a factor
    case
        when is_user_token and is_agent_user then 'agent_user'
        when is_user_token and says_on_behalf_of then 'on_behalf_of'
        when is_user_token and is_agent_identity then 'on_behalf_of'
        when is_user_token and is_confidential then 'delegated_web_app'
        when is_user_token and not is_confidential then 'delegated_public'
        when is_user_token then 'unknown'
        when
            category = 'AADManagedIdentitySignInLogs'
            or lower(managed_identity_type) in ('systemassigned', 'userassigned')
            or credential = 'managedidentity'
            then 'managed_identity'
        when
            is_agent_identity
            or federated_credential_id is not null
            or credential = 'federatedidentitycredential'
            or (
                credential_key_id = '00000000-0000-0000-0000-000000000000'
                and credential_thumbprint is null
                and credential in ('', 'none', 'clientassertion')
            )
            then 'federated_credential'
        when
            credential_thumbprint is not null or credential in ('certificate', 'clientcertificate', 'clientassertion')
            then 'app_certificate'
        when credential = 'clientsecret' then 'app_secret'
        else 'app_only'
    end as identity_shape, -- credential and attribution, as far as the sign-in row alone says
    case
        when is_agent_identity or is_agent_user then 29100
        when is_continuous_access then 100800
        when category = 'AADManagedIdentitySignInLogs' then 86700
        else 5400
    end as lifetime_seconds, -- longest life to reckon with: 90 minutes, 28 hours under continuous access evaluation, 8 h 05 for agents (T17), 24 h 05 for managed identities
    app_owner_tenant_id, -- tenant that owns the client app
    case when is_agent_identity or is_agent_user then agent_parent_app_id end as blueprint_app_id, -- blueprint of the agent (T8)
    agent_subject_parent_id, -- object id of the agent identity or blueprint behind the subject
    nullif(credential_key_id, '00000000-0000-0000-0000-000000000000') as credential_key_id, -- key of the secret or certificate; null for federated credentials (T16)
    federated_credential_id, -- federated identity credential used
    managed_identity_resource, -- Azure resource of the managed identity
    federated_token_issuer, -- issuer of the outside token behind a federated managed identity
    federated_token_id, -- its id
    ip_address, -- address in the sign-in row (T13)
    device_id, -- device
    device_name, -- its name
    coalesce(
        authentication_requirement = 'multiFactorAuthentication'
        or result_details like 'MFA requirement satisfied%',
        false
    ) as is_multi_factor, -- whether more than one factor was required or shown
    landed_file -- landed file that holds the sign-in
from held
