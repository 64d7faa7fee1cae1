/*
description: >
  Federated credentials: outside workloads that may sign in as an application without a secret. Out of the applications
  that list them, and on their own where a page of federated credentials alone has landed.
kind: table
grain: [tenant_id, object_id, federated_credential_id, valid_from]
not_null: [tenant_id, object_id, federated_credential_id, valid_from]
*/
with listed as (
    select
        tenant_id,
        object_id,
        app_id,
        valid_from,
        valid_to,
        explains_from,
        explains_to,
        landed_file,
        unnest(federated_credentials) as credential
    from directory_versions
    where object_type in ('application', 'service_principal')
),

nested as (
    select
        *,
        credential.id as federated_credential_id,
        row_number() over (
            partition by tenant_id, object_id, valid_from, credential.id
            order by credential.issuer, credential.subject, credential.name
        ) as credential_rank
    from listed
    where credential.id is not null
),

ids as (
    select distinct
        tenant_id,
        federated_credential_id
    from nested
),

found as (
    select
        tenant_id,
        object_id,
        federated_credential_id,
        app_id,
        credential.name as name,
        credential.issuer as issuer,
        credential.subject as subject,
        credential.audiences as audiences,
        valid_from,
        valid_to,
        explains_from,
        explains_to,
        landed_file
    from nested
    where credential_rank = 1
    union all
    -- A page of federated credentials does not say whose they are, so the applications' own lists go before it.
    select
        versions.tenant_id,
        versions.object_id,
        versions.object_id as federated_credential_id,
        versions.app_id,
        versions.object_name as name,
        versions.issuer,
        versions.subject,
        versions.audiences,
        versions.valid_from,
        versions.valid_to,
        versions.explains_from,
        versions.explains_to,
        versions.landed_file
    from directory_versions as versions
    left join ids
        on versions.tenant_id = ids.tenant_id and versions.object_id = ids.federated_credential_id
    where versions.object_type = 'federated_credential' and ids.federated_credential_id is null
)

select
    tenant_id, -- Entra tenant
    object_id, -- application object that lists it; its own id where it stands alone
    federated_credential_id, -- its id, as sign-ins name it
    app_id, -- application that signs in with it; null where it stands alone
    name, -- its name
    issuer, -- who vouches for the workload
    subject, -- the workload, as the issuer names it
    audiences, -- audiences of the token
    valid_from, -- UTC time at which this state was first seen
    valid_to, -- UTC time at which another state was first seen; null while this one stands
    explains_from, -- first event day that this state explains; the first state known explains all days before, too
    explains_to, -- event day from which on another state explains; 9999-12-31 while this one stands
    landed_file -- landed file that holds the object in this state
from found
