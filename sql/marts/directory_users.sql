/*
description: >
  Every state of every user object of the inventory. An agent's user account is a user object that is no human (T7).
kind: table
grain: [tenant_id, user_id, valid_from]
not_null: [tenant_id, user_id, valid_from, is_agent_user]
*/
select
    tenant_id, -- Entra tenant
    object_id as user_id, -- user object
    upn as user_upn, -- UPN in lower case, a label; guests have `#ext#` in it
    sign_in_upn, -- UPN as sign-ins write it: a guest's is the home address (T30); a label as well
    object_name as user_name, -- display name
    mail, -- mail address
    user_type, -- member or guest
    is_enabled, -- whether it can sign in; null where the export did not ask
    coalesce(odata_type = 'microsoft.graph.agentuser', false)
    or agent_identity_id is not null as is_agent_user, -- true: the account of an agent, never a human (T7, T9)
    agent_identity_id, -- agent identity that an agent's user account belongs to
    created_at, -- UTC time of creation
    valid_from, -- UTC time at which this state was first seen
    valid_to, -- UTC time at which another state was first seen; null while this one stands
    explains_from, -- first event day that this state explains; the first state known explains all days before, too
    explains_to, -- event day from which on another state explains; 9999-12-31 while this one stands
    landed_file -- landed file that holds the object in this state
from directory_versions
where object_type = 'user'
