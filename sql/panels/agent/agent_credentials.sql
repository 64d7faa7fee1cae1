/*
title: Credentials
description: >
  With what it signed in during these days, and the secrets, certificates and federated credentials that the directory
  lists for it.
kind: panel
grain: [tenant_id, credential_kind, credential_id, issuer]
*/
with used as (
    select
        tenant_id,
        credential as credential_kind,
        credential_id,
        issuer,
        cast(sum(sign_ins) as bigint) as sign_ins,
        min(first_at) as first_seen_at,
        max(last_at) as last_seen_at
    from app_credentials
    where
        app_id = $app_id
        and day between $first_day and $last_day
        and ($tenant_id is null or tenant_id = $tenant_id)
    group by tenant_id, credential, credential_id, issuer
),

listed as (
    select
        tenant_id,
        credential_kind,
        key_id as credential_id,
        max(name) as name,
        '' as issuer,
        min(starts_at) as starts_at,
        max(expires_at) as expires_at
    from directory_credentials
    where app_id = $app_id and valid_to is null
    group by tenant_id, credential_kind, key_id
    union all
    select
        tenant_id,
        'federated_credential' as credential_kind,
        federated_credential_id as credential_id,
        max(name) as name,
        max(issuer) as issuer,
        null as starts_at,
        null as expires_at
    from directory_federated_credentials
    where app_id = $app_id and valid_to is null
    group by tenant_id, federated_credential_id
)

select
    coalesce(used.credential_kind, listed.credential_kind) as credential_kind, -- secret, certificate, assertion, federated_credential, managed_identity
    listed.name, -- its name in the directory; null where the inventory does not list it
    coalesce(used.sign_ins, 0) as sign_ins, -- successful sign-ins with it
    used.first_seen_at, -- UTC time of the first
    used.last_seen_at, -- UTC time of the last
    listed.starts_at, -- UTC time from which it is good
    listed.expires_at, -- UTC time from which it no longer is
    coalesce(nullif(used.issuer, ''), nullif(listed.issuer, '')) as issuer, -- issuer of the outside token behind it
    nullif(coalesce(used.credential_id, listed.credential_id), '') as credential_id, -- key of the secret or certificate, or the federated credential
    coalesce(used.tenant_id, listed.tenant_id) as tenant_id -- Entra tenant
from used
full join listed
    on used.tenant_id = listed.tenant_id and used.credential_id = listed.credential_id
where $tenant_id is null or coalesce(used.tenant_id, listed.tenant_id) = $tenant_id
order by credential_kind asc, sign_ins desc, credential_id asc, tenant_id asc
