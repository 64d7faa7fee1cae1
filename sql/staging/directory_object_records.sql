/*
description: >
  Every copy of every directory object that landed, typed: one row per object of a Graph page of users, service
  principals, applications, federated credentials, permission grants, app role assignments or drives. Columns that an
  object of a kind does not have are null, and so are those that the export did not ask for. What was true when is in
  `directory_versions`.
kind: records
table: directory_objects
record_id: object_id
*/
with parsed as (
    select
        *,
        json_list_or_null(owner_list) as owners_json,
        json_list_or_null(sponsor_list) as sponsors_json,
        json_list_or_null(alternative_names) as alternative_names_json,
        json_list_or_null(app_role_list) as app_roles_json,
        json_list_or_null(password_credentials) as secrets_json,
        json_list_or_null(key_credentials) as certificates_json,
        json_list_or_null(federated_identity_credentials) as federated_json,
        json_list_or_null(audience_list) as audiences_json,
        json_object_or_null(owner) as drive_owner
    from source_records
),

typed as (
    select
        *,
        struct_pack(
            odata_type := lower(ltrim(text_or_null(odata_type), '#')),
            app_id := coalesce(
                id_or_null(app_id),
                case when id_or_null(agent_identity_blueprint_id) is not null then record_id_or_null(object_id) end
            ),
            object_name := text_or_null(object_name),
            upn := lower(text_or_null(upn)),
            sign_in_upn := sign_in_upn_or_null(upn),
            mail := text_or_null(mail),
            user_type := lower(text_or_null(user_type)),
            is_enabled := boolean_or_null(account_enabled),
            created_at := coalesce(directory_time_or_null(created_time), directory_time_or_null(assigned_time)),
            deleted_at := directory_time_or_null(deleted_time),
            agent_identity_id := id_or_null(identity_parent_id),
            service_principal_type := text_or_null(service_principal_type),
            app_owner_tenant_id := id_or_null(app_owner_organization_id),
            blueprint_app_id := id_or_null(agent_identity_blueprint_id),
            azure_resource := list_filter(
                from_json(alternative_names_json, '["VARCHAR"]'), lambda name: lower(name) like '/subscriptions/%'
            )[1],
            credentials := case
                when secrets_json is not null or certificates_json is not null
                    then
                        list_sort(
                            list_concat(
                                credentials_in(secrets_json, 'secret'), credentials_in(certificates_json, 'certificate')
                            )
                        )
            end,
            federated_credentials := list_sort(
                list_transform(
                    from_json(
                        federated_json,
                        '[{"id":"VARCHAR","name":"VARCHAR","issuer":"VARCHAR","subject":"VARCHAR",'
                        || '"audiences":["VARCHAR"]}]'
                    ),
                    lambda credential: struct_pack(
                        id := id_or_null(credential.id),
                        name := text_or_null(credential.name),
                        issuer := text_or_null(credential.issuer),
                        subject := text_or_null(credential.subject),
                        audiences := list_sort(credential.audiences)
                    )
                )
            ),
            issuer := text_or_null(issuer),
            subject := text_or_null(subject),
            audiences := list_sort(from_json(audiences_json, '["VARCHAR"]')),
            owners := people_in(owners_json),
            sponsors := people_in(sponsors_json),
            app_roles := list_sort(
                list_transform(
                    from_json(app_roles_json, '[{"id":"VARCHAR","value":"VARCHAR"}]'),
                    lambda role: struct_pack(id := id_or_null(role.id), value := text_or_null(role.value))
                )
            ),
            client_id := id_or_null(client_id),
            consent_type := text_or_null(consent_type),
            principal_id := id_or_null(principal_id),
            principal_type := text_or_null(principal_type),
            principal_name := text_or_null(principal_display_name),
            resource_id := id_or_null(resource_id),
            resource_name := text_or_null(resource_display_name),
            scopes := list_sort(list_distinct(list_filter(string_split(scope, ' '), lambda each: each != ''))),
            app_role_id := id_or_null(app_role_id),
            drive_type := text_or_null(drive_type),
            owner_user_id := id_or_null((drive_owner ->> '$.user.id')),
            owner_group_id := id_or_null((drive_owner ->> '$.group.id'))
        ) as object
    from parsed
),

hashed as (
    select
        *,
        to_json(object)::varchar as object_text
    from typed
)

select
    coalesce($source_tenant_id, 'unknown') as tenant_id, -- Entra tenant whose directory this is: no object names it, its source does; `unknown` when the source does not
    case $log
        when 'Users' then 'user'
        when 'ServicePrincipals' then 'service_principal'
        when 'Applications' then 'application'
        when 'FederatedIdentityCredentials' then 'federated_credential'
        when 'OAuth2PermissionGrants' then 'permission_grant'
        when 'AppRoleAssignments' then 'app_role_assignment'
        when 'Drives' then 'drive'
    end as object_type, -- user, service_principal, application, federated_credential, permission_grant, app_role_assignment, drive
    coalesce(record_id_or_null(object_id), content_id) as object_id, -- the object's own id, not always a GUID; a hash of its content where it has none
    object.odata_type as odata_type, -- Graph resource type in lower case, such as microsoft.graph.agentuser; null where the page did not say it
    object.app_id as app_id, -- application that the object is, or is an instance of; of an agent identity its own id, as Graph has it
    object.object_name as object_name, -- display name, or the name of a federated credential or drive
    object.upn as upn, -- user: UPN in lower case, a label; guests have `#ext#` in it
    object.sign_in_upn as sign_in_upn, -- user: UPN as sign-ins write it, a guest's is the home address (T30)
    object.mail as mail, -- user: mail address
    object.user_type as user_type, -- user: member or guest
    object.is_enabled as is_enabled, -- user, service principal: whether it can sign in
    object.created_at as created_at, -- UTC time of creation, where the kind has one
    object.deleted_at as deleted_at, -- UTC time of deletion, for objects out of the recycle bin
    object.agent_identity_id as agent_identity_id, -- agent user: the agent identity that it belongs to (T7)
    object.service_principal_type as service_principal_type, -- service principal: Application, ManagedIdentity, ServiceIdentity, …
    object.app_owner_tenant_id as app_owner_tenant_id, -- service principal: tenant that registered the application
    object.blueprint_app_id as blueprint_app_id, -- agent identity: app id of its blueprint
    object.azure_resource as azure_resource, -- managed identity: the Azure resource that it belongs to
    object.credentials as credentials, -- application, service principal: secrets and certificates, by key id; never their values
    object.federated_credentials as federated_credentials, -- application: federated credentials, where the export expanded them
    object.issuer as issuer, -- federated credential: who vouches for the workload
    object.subject as subject, -- federated credential: the workload, as the issuer names it
    object.audiences as audiences, -- federated credential: audiences of the token
    object.owners as owners, -- owners, where the export expanded them
    object.sponsors as sponsors, -- sponsors, the humans accountable for an agent, where the export expanded them
    object.app_roles as app_roles, -- service principal: the application permissions that it offers
    object.client_id as client_id, -- permission grant: service principal that may act
    object.consent_type as consent_type, -- permission grant: AllPrincipals or Principal
    object.principal_id as principal_id, -- permission grant: the one user whom it may act for; app role assignment: who has the role
    object.principal_type as principal_type, -- app role assignment: User, Group or ServicePrincipal
    object.principal_name as principal_name, -- app role assignment: name of who has the role
    object.resource_id as resource_id, -- permission grant, app role assignment: service principal of the resource
    object.resource_name as resource_name, -- app role assignment: name of the resource
    object.scopes as scopes, -- permission grant: delegated permissions
    object.app_role_id as app_role_id, -- app role assignment: id of the application permission
    object.drive_type as drive_type, -- drive: personal, business or documentLibrary
    object.owner_user_id as owner_user_id, -- drive: user that it belongs to
    object.owner_group_id as owner_group_id, -- drive: group that it belongs to
    sha256(object_text) as content_hash, -- of all the columns from odata_type to owner_group_id: equal states have the equal hash
    (length(object_text) - length(replace(object_text, ':null', ''))) // 5 as empty_columns, -- columns, or parts of them, without a value
    nullif(concat_ws(
        ' ',
        case when account_enabled != '' and object.is_enabled is null then 'is_enabled' end,
        case when coalesce(created_time, assigned_time) != '' and object.created_at is null then 'created_at' end,
        case when deleted_time != '' and object.deleted_at is null then 'deleted_at' end,
        case when alternative_names not in ('', 'null') and alternative_names_json is null then 'azure_resource' end,
        case
            when
                (password_credentials not in ('', 'null') and secrets_json is null)
                or (key_credentials not in ('', 'null') and certificates_json is null)
                or has_odd_time(secrets_json)
                or has_odd_time(certificates_json)
                then 'credentials'
        end,
        case
            when federated_identity_credentials not in ('', 'null') and federated_json is null
                then 'federated_credentials'
        end,
        case when audience_list not in ('', 'null') and audiences_json is null then 'audiences' end,
        case when owner_list not in ('', 'null') and owners_json is null then 'owners' end,
        case when sponsor_list not in ('', 'null') and sponsors_json is null then 'sponsors' end,
        case when app_role_list not in ('', 'null') and app_roles_json is null then 'app_roles' end,
        case when owner not in ('', 'null') and drive_owner is null then 'owner_user_id' end
    ), '') as cast_failures, -- columns whose raw value did not cast and is null here, space-separated
    $log as log, -- collection the object was listed in
    $shape as shape, -- shape it came in
    landed_file -- landed file, below landing/, that holds the original object
from hashed
