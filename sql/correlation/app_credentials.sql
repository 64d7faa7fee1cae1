/*
description: >
  With which credentials each app signed in on a day: kind, key or federated credential, and outside issuer. The history
  that the finding rules compare with. Sign-ins that failed, and those of public clients, are not in it.
kind: partition
grain: [tenant_id, app_id, credential, credential_id, issuer]
not_null: [tenant_id, app_id, credential, credential_id, issuer, sign_ins]
*/
with successful as (
    select
        tenant_id,
        app_id,
        coalesce(app_name, service_principal_name) as app_name,
        sign_in_id,
        signed_in_at,
        category,
        landed_file,
        managed_identity_type,
        federated_credential_id,
        credential_thumbprint,
        credential_key_id,
        federated_token_issuer,
        lower(coalesce(client_credential_type, '')) as shown
    from staged_sign_ins
    where
        is_success
        and app_id is not null
        and signed_in_at >= $window_start
        and signed_in_at < $window_end
),

-- T16: a federated credential has the zero GUID for its key.
kinds as (
    select
        *,
        case
            when
                category = 'AADManagedIdentitySignInLogs'
                or lower(managed_identity_type) in ('systemassigned', 'userassigned')
                or shown = 'managedidentity'
                then 'managed_identity'
            when
                federated_credential_id is not null
                or shown = 'federatedidentitycredential'
                or (
                    category = 'AADServicePrincipalSignInLogs'
                    and credential_key_id = '00000000-0000-0000-0000-000000000000'
                    and credential_thumbprint is null
                    and shown in ('', 'none', 'clientassertion')
                )
                then 'federated_credential'
            when credential_thumbprint is not null or shown in ('certificate', 'clientcertificate') then 'certificate'
            when shown = 'clientassertion' then 'assertion'
            when shown = 'clientsecret' then 'secret'
        end as credential
    from successful
),

named as (
    select
        *,
        coalesce(
            case
                when credential = 'federated_credential' then federated_credential_id
                when credential != 'managed_identity' then credential_key_id
            end,
            ''
        ) as credential_id,
        coalesce(federated_token_issuer, '') as issuer
    from kinds
    where credential is not null
),

credentials as (
    select
        *,
        row_number() over (
            partition by tenant_id, app_id, credential, credential_id, issuer order by signed_in_at asc, sign_in_id asc
        ) as place
    from named
)

select
    tenant_id, -- Entra tenant
    app_id, -- the app that signed in
    max(app_name) as app_name, -- its name in the sign-ins
    credential, -- secret, certificate, assertion (a certificate or a federated credential), federated_credential, managed_identity
    credential_id, -- key of the secret or certificate, or the federated credential; empty where the log names none
    issuer, -- issuer of the outside token behind a federated managed identity; empty where there is none
    count(*) as sign_ins, -- successful sign-ins
    min(signed_in_at) as first_at, -- UTC time of the first
    max(signed_in_at) as last_at, -- UTC time of the last
    max(case when place = 1 then category end) as first_log, -- log that has the first
    max(case when place = 1 then sign_in_id end) as first_sign_in_id, -- the first
    max(case when place = 1 then landed_file end) as first_landed_file -- landed file that holds it
from credentials
group by tenant_id, app_id, credential, credential_id, issuer
