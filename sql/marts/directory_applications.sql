/*
description: >
  Every state of every application that the tenant registered, blueprints of agent identities among them.
kind: table
grain: [tenant_id, object_id, valid_from]
not_null: [tenant_id, object_id, valid_from, is_blueprint]
*/
select
    tenant_id, -- Entra tenant
    object_id, -- application object, not its app id
    app_id, -- app id
    object_name as name, -- display name
    coalesce(odata_type = 'microsoft.graph.agentidentityblueprint', false) as is_blueprint, -- true: a blueprint of agent identities
    created_at, -- UTC time of creation
    valid_from, -- UTC time at which this state was first seen
    valid_to, -- UTC time at which another state was first seen; null while this one stands
    explains_from, -- first event day that this state explains; the first state known explains all days before, too
    explains_to, -- event day from which on another state explains; 9999-12-31 while this one stands
    landed_file -- landed file that holds the object in this state
from directory_versions
where object_type = 'application'
