/*
description: >
  Every state of every service principal of the inventory: applications in the tenant, managed identities, agent
  identities and the principals of their blueprints. It gives a service principal its app id (T11).
kind: table
grain: [tenant_id, service_principal_id, valid_from]
not_null: [tenant_id, service_principal_id, valid_from, is_first_party, is_agent_identity, is_blueprint_principal]
*/
select
    tenant_id, -- Entra tenant
    object_id as service_principal_id, -- service principal object
    app_id, -- its application; of an agent identity its own id
    object_name as name, -- display name
    service_principal_type, -- Application, ManagedIdentity, ServiceIdentity, …
    app_owner_tenant_id, -- tenant that registered the application
    coalesce(
        app_owner_tenant_id in ('f8cdef31-a31e-4b4a-93e4-5f571e91255a', '72f988bf-86f1-41af-91ab-2d7cd011db47'), false
    ) as is_first_party, -- true: one of Microsoft's own tenants registered it
    coalesce(odata_type = 'microsoft.graph.agentidentity', false)
    or coalesce(service_principal_type = 'ServiceIdentity', false)
    or blueprint_app_id is not null as is_agent_identity, -- true: an agent identity
    coalesce(odata_type = 'microsoft.graph.agentidentityblueprintprincipal', false) as is_blueprint_principal, -- true: the principal of a blueprint of agent identities
    blueprint_app_id, -- agent identity: app id of its blueprint
    azure_resource, -- managed identity: the Azure resource that it belongs to
    is_enabled, -- whether it can sign in; null where the export did not ask
    created_at, -- UTC time of creation
    valid_from, -- UTC time at which this state was first seen
    valid_to, -- UTC time at which another state was first seen; null while this one stands
    explains_from, -- first event day that this state explains; the first state known explains all days before, too
    explains_to, -- event day from which on another state explains; 9999-12-31 while this one stands
    landed_file -- landed file that holds the object in this state
from directory_versions
where object_type = 'service_principal'
