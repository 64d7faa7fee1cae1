/*
description: >
  What the directory says of each app of a tenant, by the days that it explains: its name, whose it is, and the
  blueprint of an agent identity. Where an app's service principal was made anew, the later one follows on the earlier.
kind: table
grain: [tenant_id, app_id, explains_from]
not_null: [tenant_id, app_id, explains_from, explains_to]
*/
with versions as (
    select
        *,
        row_number() over (
            partition by tenant_id, app_id order by valid_from, service_principal_id
        ) as number,
        lead(valid_from) over (
            partition by tenant_id, app_id order by valid_from, service_principal_id
        ) as replaced_at
    from directory_service_principals
    where app_id is not null
)

select
    tenant_id, -- Entra tenant
    app_id, -- the app
    name, -- its display name
    is_first_party, -- whether a tenant of Microsoft owns it
    blueprint_app_id, -- blueprint of an agent identity
    case when number = 1 then date '0001-01-01' else cast(valid_from as date) end as explains_from, -- first event day that it explains; the first known state explains all before it
    coalesce(cast(replaced_at as date), date '9999-12-31') as explains_to -- first event day that it does not explain any more
from versions
-- Of several states of one day the last one explains it: the first of all only what was before.
where number = 1 or replaced_at is null or cast(replaced_at as date) > cast(valid_from as date)
