/*
description: >
  Who answers for applications, service principals and agents' user accounts: their owners and sponsors, in every state
  of the object. A name that the export left out is the one that the owner's own user object has now.
kind: table
grain: [tenant_id, object_id, role, owner_id, valid_from]
not_null: [tenant_id, object_id, role, owner_id, valid_from, object_type]
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
        'owner' as role,
        unnest(owners) as person
    from directory_versions
    union all
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
        'sponsor' as role,
        unnest(sponsors) as person
    from directory_versions
),

ranked as (
    select
        *,
        person.id as owner_id,
        row_number() over (
            partition by tenant_id, object_type, object_id, valid_from, role, person.id
            order by person.name nulls last, person.upn nulls last
        ) as person_rank
    from listed
    where person.id is not null
)

select
    ranked.tenant_id, -- Entra tenant
    ranked.object_id, -- object that is owned
    ranked.object_type, -- application, service_principal or user (an agent's account)
    ranked.app_id, -- its application, where it has one
    ranked.role, -- owner or sponsor
    ranked.owner_id, -- user, group or service principal that owns it
    coalesce(ranked.person.name, users.user_name) as owner_name, -- display name
    coalesce(ranked.person.upn, users.user_upn) as owner_upn, -- UPN in lower case, a label
    ranked.valid_from, -- UTC time at which this state was first seen
    ranked.valid_to, -- UTC time at which another state was first seen; null while this one stands
    ranked.explains_from, -- first event day that this state explains; the first state known explains all days before, too
    ranked.explains_to, -- event day from which on another state explains; 9999-12-31 while this one stands
    ranked.landed_file -- landed file that holds the object in this state
from ranked
left join directory_users as users
    on ranked.tenant_id = users.tenant_id and ranked.owner_id = users.user_id and users.valid_to is null
where ranked.person_rank = 1
