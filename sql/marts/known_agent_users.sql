/*
description: >
  User objects that are agents' own accounts and so never humans (T7, T9): those that any sign-in or the inventory
  shows as such, also a sign-in that is kept no longer. What is once an agent's account stays one, so this holds for
  every day.
kind: table
grain: [tenant_id, user_id]
not_null: [tenant_id, user_id]
*/
with known as (
    select
        tenant_id,
        object_id as user_id
    from signed_in_objects
    where object_type = 'agent_user'
    union
    select
        tenant_id,
        object_id as user_id
    from remembered_objects
    where object_type = 'agent_user'
    union
    select
        tenant_id,
        user_id
    from directory_users
    where is_agent_user
)

select
    tenant_id, -- Entra tenant
    user_id -- user object of an agent
from known
