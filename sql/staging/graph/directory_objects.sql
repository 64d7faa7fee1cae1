/*
description: Directory objects of Microsoft Graph of every kind, under the names of `directory_object_records`.
kind: source
*/
select
    landed_file,
    "@odata.type" as odata_type,
    id as object_id,
    appId as app_id,
    coalesce(displayName, name) as object_name, -- federated credentials and drives have a name instead
    createdDateTime as created_time,
    creationTimestamp as assigned_time, -- app role assignments of beta
    deletedDateTime as deleted_time,
    accountEnabled as account_enabled,
    owners as owner_list,
    sponsors as sponsor_list,
    userPrincipalName as upn,
    mail,
    userType as user_type,
    identityParentId as identity_parent_id,
    servicePrincipalType as service_principal_type,
    appOwnerOrganizationId as app_owner_organization_id,
    alternativeNames as alternative_names,
    appRoles as app_role_list,
    agentIdentityBlueprintId as agent_identity_blueprint_id,
    passwordCredentials as password_credentials,
    keyCredentials as key_credentials,
    federatedIdentityCredentials as federated_identity_credentials,
    issuer,
    subject,
    audiences as audience_list,
    clientId as client_id,
    consentType as consent_type,
    principalId as principal_id,
    principalType as principal_type,
    principalDisplayName as principal_display_name,
    resourceId as resource_id,
    resourceDisplayName as resource_display_name,
    scope,
    appRoleId as app_role_id,
    driveType as drive_type,
    owner,
    case when has_no_record_id(id) then content_id(content) end as content_id
from raw_records
