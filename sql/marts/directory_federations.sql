/*
description: Issuer and subject of each federated identity credential, by the days that they explain.
kind: table
grain: [tenant_id, federated_credential_id, explains_from]
not_null: [tenant_id, federated_credential_id, explains_from, explains_to]
*/
with seen as (
    select distinct
        tenant_id,
        federated_credential_id,
        issuer,
        subject,
        valid_from
    from directory_federated_credentials
),

versions as (
    select
        *,
        row_number() over (
            partition by tenant_id, federated_credential_id order by valid_from, issuer, subject
        ) as number,
        lead(valid_from) over (
            partition by tenant_id, federated_credential_id order by valid_from, issuer, subject
        ) as replaced_at
    from seen
)

select
    tenant_id, -- Entra tenant
    federated_credential_id, -- the credential, as sign-ins name it
    issuer, -- issuer of the outside token
    subject, -- its subject: a workflow, a service account, a managed identity
    case when number = 1 then date '0001-01-01' else cast(valid_from as date) end as explains_from, -- first event day that it explains; the first known state explains all before it
    coalesce(cast(replaced_at as date), date '9999-12-31') as explains_to -- first event day that it does not explain any more
from versions
-- Of several states of one day the last one explains it: the first of all only what was before.
where number = 1 or replaced_at is null or cast(replaced_at as date) > cast(valid_from as date)
