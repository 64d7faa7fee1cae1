/*
description: >
  Every state in which a directory object was seen: users, service principals, applications, federated credentials,
  permission grants, app role assignments and drives. An observation is as old as the landing of its file, since a
  Graph page does not say when it was asked for; observations with equal content that follow each other are one state.
  Two copies landed in one file are one observation, the fuller one. An object that an export leaves out is not gone:
  its last state stands, last_seen_at says how old it is.
kind: table
grain: [tenant_id, object_type, object_id, valid_from]
not_null: [tenant_id, object_type, object_id, valid_from, last_seen_at, landed_file]
*/
with observations as (
    select
        records.tenant_id,
        records.object_type,
        records.object_id,
        records.content_hash,
        records.landed_file,
        manifest.landed_at as seen_at,
        row_number() over (
            partition by records.tenant_id, records.object_type, records.object_id, manifest.landed_at
            order by records.empty_columns asc, records.content_hash asc, records.landed_file asc
        ) as copy_rank,
        records.odata_type,
        records.app_id,
        records.object_name,
        records.upn,
        records.sign_in_upn,
        records.mail,
        records.user_type,
        records.is_enabled,
        records.created_at,
        records.deleted_at,
        records.agent_identity_id,
        records.service_principal_type,
        records.app_owner_tenant_id,
        records.blueprint_app_id,
        records.azure_resource,
        records.credentials,
        records.federated_credentials,
        records.issuer,
        records.subject,
        records.audiences,
        records.owners,
        records.sponsors,
        records.app_roles,
        records.client_id,
        records.consent_type,
        records.principal_id,
        records.principal_type,
        records.principal_name,
        records.resource_id,
        records.resource_name,
        records.scopes,
        records.app_role_id,
        records.drive_type,
        records.owner_user_id,
        records.owner_group_id
    from directory_object_records as records
    inner join manifest
        on records.landed_file = manifest.landed_file
),

compared as (
    select
        *,
        lag(content_hash) over (partition by tenant_id, object_type, object_id order by seen_at) as previous_hash
    from observations
    where copy_rank = 1
),

numbered as (
    select
        *,
        sum(case when content_hash = previous_hash then 0 else 1 end) over (
            partition by tenant_id, object_type, object_id
            order by seen_at
            rows between unbounded preceding and current row
        ) as version
    from compared
),

spanned as (
    select
        *,
        row_number() over (
            partition by tenant_id, object_type, object_id, version order by seen_at
        ) as observation,
        max(seen_at) over (partition by tenant_id, object_type, object_id, version) as last_seen_at
    from numbered
),

versions as (
    select
        *,
        lead(seen_at) over (partition by tenant_id, object_type, object_id order by version) as replaced_at
    from spanned
    where observation = 1
)

select
    tenant_id, -- Entra tenant whose directory this is; `unknown` when the import did not name it
    object_type, -- user, service_principal, application, federated_credential, permission_grant, app_role_assignment, drive
    object_id, -- the object's own id, not always a GUID; a hash of its content where it has none
    odata_type, -- Graph resource type in lower case, such as microsoft.graph.agentuser; null where the page did not say it
    app_id, -- application that the object is, or is an instance of; of an agent identity its own id, as Graph has it
    object_name, -- display name, or the name of a federated credential or drive
    upn, -- user: UPN in lower case, a label; guests have `#ext#` in it
    sign_in_upn, -- user: UPN as sign-ins write it, a guest's is the home address (T30)
    mail, -- user: mail address
    user_type, -- user: member or guest
    is_enabled, -- user, service principal: whether it can sign in
    created_at, -- UTC time of creation, where the kind has one
    deleted_at, -- UTC time of deletion, for objects out of the recycle bin
    agent_identity_id, -- agent user: the agent identity that it belongs to (T7)
    service_principal_type, -- service principal: Application, ManagedIdentity, ServiceIdentity, …
    app_owner_tenant_id, -- service principal: tenant that registered the application
    blueprint_app_id, -- agent identity: app id of its blueprint
    azure_resource, -- managed identity: the Azure resource that it belongs to
    credentials, -- application, service principal: secrets and certificates, by key id; never their values
    federated_credentials, -- application: federated credentials, where the export expanded them
    issuer, -- federated credential: who vouches for the workload
    subject, -- federated credential: the workload, as the issuer names it
    audiences, -- federated credential: audiences of the token
    owners, -- owners, where the export expanded them
    sponsors, -- sponsors, the humans accountable for an agent, where the export expanded them
    app_roles, -- service principal: the application permissions that it offers
    client_id, -- permission grant: service principal that may act
    consent_type, -- permission grant: AllPrincipals or Principal
    principal_id, -- permission grant: the one user whom it may act for; app role assignment: who has the role
    principal_type, -- app role assignment: User, Group or ServicePrincipal
    principal_name, -- app role assignment: name of who has the role
    resource_id, -- permission grant, app role assignment: service principal of the resource
    resource_name, -- app role assignment: name of the resource
    scopes, -- permission grant: delegated permissions
    app_role_id, -- app role assignment: id of the application permission
    drive_type, -- drive: personal, business or documentLibrary
    owner_user_id, -- drive: user that it belongs to
    owner_group_id, -- drive: group that it belongs to
    content_hash, -- equal states of objects have the equal hash
    seen_at as valid_from, -- UTC time at which this state was first seen
    replaced_at as valid_to, -- UTC time at which the next state was first seen; null while this one stands
    last_seen_at, -- UTC time at which this state was last seen
    case when version > 1 then cast(seen_at as date) else date '0001-01-01' end as explains_from, -- first event day that this state explains: the state at the end of a day explains the day; 0001-01-01 for the first state known, which explains all days before, too
    coalesce(cast(replaced_at as date), date '9999-12-31') as explains_to, -- event day from which on the next state explains; 9999-12-31 while this one stands; equal to explains_from where the state was replaced on the same day and explains none
    landed_file -- landed file that holds the object in this state, the first of them
from versions
