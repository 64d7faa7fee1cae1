/*
description: >
  Secrets and certificates of applications and service principals, in every state of their object. A sign-in names the
  key that it used by the same id. The secrets themselves are nowhere.
kind: table
grain: [tenant_id, object_id, key_id, valid_from]
not_null: [tenant_id, object_id, key_id, valid_from, object_type, credential_kind]
*/
with listed as (
    select
        tenant_id,
        object_type,
        object_id,
        app_id,
        valid_from,
        valid_to,
        explains_from,
        explains_to,
        landed_file,
        unnest(credentials) as credential
    from directory_versions
    where object_type in ('application', 'service_principal')
),

ranked as (
    select
        *,
        row_number() over (
            partition by tenant_id, object_id, valid_from, credential.key_id
            order by
                object_type asc, credential.kind asc, credential.expires_at desc nulls last, credential.name asc
        ) as key_rank
    from listed
    where credential.key_id is not null
)

select
    tenant_id, -- Entra tenant
    object_id, -- application or service principal object that holds it
    object_type, -- application or service_principal
    app_id, -- application that signs in with it
    credential.key_id as key_id, -- its id, as sign-ins name it
    credential.kind as credential_kind, -- secret or certificate
    credential.name as name, -- its name
    credential.starts_at as starts_at, -- UTC time from which it is good
    credential.expires_at as expires_at, -- UTC time from which it no longer is
    valid_from, -- UTC time at which this state was first seen
    valid_to, -- UTC time at which another state was first seen; null while this one stands
    explains_from, -- first event day that this state explains; the first state known explains all days before, too
    explains_to, -- event day from which on another state explains; 9999-12-31 while this one stands
    landed_file -- landed file that holds the object in this state
from ranked
where key_rank = 1
