"""Raw fields of the directory objects of Microsoft Graph (v1.0 and beta), one union for all kinds of objects.

An inventory is small beside a day of activity, so nested collections are read as JSON text, which takes whatever comes.
"""

from collections.abc import Mapping

from pipelines.catalog.fields import Fields, Shape, known, names

_READ = names(
    "@odata.type id appId displayName createdDateTime deletedDateTime accountEnabled owners sponsors",
    # user, agentUser
    "userPrincipalName mail userType identityParentId",
    # servicePrincipal, agentIdentity, agentIdentityBlueprintPrincipal
    "servicePrincipalType appOwnerOrganizationId alternativeNames appRoles agentIdentityBlueprintId",
    # application, agentIdentityBlueprint
    "passwordCredentials keyCredentials federatedIdentityCredentials",
    # federatedIdentityCredential
    "name issuer subject audiences",
    # oAuth2PermissionGrant, appRoleAssignment
    "clientId consentType principalId resourceId scope",
    "appRoleId principalType principalDisplayName resourceDisplayName creationTimestamp",
    # drive
    "driveType owner",
)

_USER = known(
    "aboutMe activities adhocCalls ageGroup agreementAcceptances appConsentRequestsForApproval",
    "appRoleAssignedResources appRoleAssignments approvals assignedLicenses assignedPlans authentication",
    "authorizationInfo birthday",
    "businessPhones calendar calendarGroups calendarView calendars chats city cloudClipboard",
    "cloudPCs cloudRealtimeCommunicationInfo companyName consentProvidedForMinor contactFolders contacts country",
    "createdByAppId createdObjects creationType customSecurityAttributes department deviceEnrollmentConfigurations",
    "deviceEnrollmentLimit deviceKeys deviceManagementTroubleshootingEvents devices directReports drive drives",
    "employeeExperience employeeHireDate employeeId employeeLeaveDateTime employeeOrgData employeeType events",
    "extensions externalUserConvertedOn externalUserState externalUserStateChangeDateTime faxNumber followedSites",
    "givenName hireDate identities imAddresses inferenceClassification infoCatalogs informationProtection insights",
    "interests invitedBy isLicenseReconciliationNeeded isManagementRestricted isResourceAccount jobTitle joinedGroups",
    "joinedTeams lastPasswordChangeDateTime legalAgeGroupClassification licenseAssignmentStates licenseDetails",
    "mailFolders mailNickname mailboxSettings managedAppRegistrations managedDevices manager memberOf messages",
    "mobileAppIntentAndStates mobileAppTroubleshootingEvents mobilePhone mySite notifications oauth2PermissionGrants",
    "officeLocation onPremisesDistinguishedName onPremisesDomainName onPremisesExtensionAttributes",
    "onPremisesImmutableId onPremisesLastSyncDateTime onPremisesObjectIdentifier onPremisesProvisioningErrors",
    "onPremisesSamAccountName onPremisesSecurityIdentifier onPremisesSipInfo onPremisesSyncBehavior",
    "onPremisesSyncEnabled onPremisesUserPrincipalName onenote onlineMeetings otherMails outlook ownedDevices",
    "ownedObjects passwordPolicies passwordProfile pastProjects pendingAccessReviewInstances people permissionGrants",
    "photo photos planner postalCode preferredDataLocation preferredLanguage preferredName presence print profile",
    "provisionedPlans proxyAddresses refreshTokensValidFromDateTime registeredDevices responsibilities schools",
    "dataSecurityAndGovernance scopedRoleMemberOf security securityIdentifier serviceProvisioningErrors settings",
    "showInAddressList signInActivity signInSessionsValidFromDateTime skills solutions sponsorOf state streetAddress",
    "surname teamwork todo",
    "transitiveMemberOf transitiveReports usageLocation usageRights windowsInformationProtectionDeviceRegistrations",
)

_SERVICE_PRINCIPAL = known(
    "addIns appDescription appDisplayName appManagementPolicies appRoleAssignedTo appRoleAssignmentRequired",
    "applicationTemplateId claimsMappingPolicies claimsPolicy delegatedPermissionClassifications description",
    "disabledByMicrosoftStatus endpoints errorUrl homeRealmDiscoveryPolicies homepage info",
    "inheritedAppRoleAssignments inheritedOauth2PermissionGrants instanceMode isAuthorizationServiceEnabled",
    "isDisabled lastModifiedDateTime licenseDetails loginUrl logoutUrl notes notificationEmailAddresses",
    "oauth2PermissionScopes passwordSingleSignOnSettings permissionGrantPreApprovalPolicies",
    "preferredSingleSignOnMode preferredTokenSigningKeyEndDateTime preferredTokenSigningKeyThumbprint",
    "publishedPermissionScopes",
    "publisherName remoteDesktopSecurityConfiguration replyUrls resourceSpecificApplicationPermissions samlMetadataUrl",
    "samlSingleSignOnSettings servicePrincipalLockConfiguration servicePrincipalNames signInAudience synchronization",
    "tags tokenEncryptionKeyId tokenIssuancePolicies tokenLifetimePolicies transitiveMemberOf verifiedPublisher",
)

_APPLICATION = known(
    "api authenticationBehaviors certification connectorGroup createdOnBehalfOf defaultRedirectUri",
    "extensionProperties groupMembershipClaims identifierUris inheritablePermissions isAuthorizationServiceEnabled",
    "isDeviceOnlyAuthSupported isFallbackPublicClient isSingleInstance logo managerApplications",
    "nativeAuthenticationApisEnabled oauth2RequirePostResponse onPremisesPublishing optionalClaims",
    "orgRestrictions parentalControlSettings publicClient publisherDomain requestSignatureVerification",
    "requiredResourceAccess serviceManagementReference spa uniqueName verificationStatus web windows",
)

_OTHERS = known(
    "claimsMatchingExpression trustedIssuer",  # federatedIdentityCredential
    "expiryTime startTime",  # oAuth2PermissionGrant
    "bundles cloudStorageSettings createdBy createdByUser eTag following items lastModifiedBy lastModifiedByUser list",
    "parentReference quota root sharePointIds special system webUrl",  # drive
)

_COLLECTIONS = names("owners sponsors federatedIdentityCredentials appRoles appRoleAssignments oauth2PermissionGrants")
_NOTES = known(
    "@odata.context @odata.id @odata.etag @odata.editLink @odata.count",
    *(f"{name}@odata.{note}" for name in _COLLECTIONS for note in ("context", "count", "nextLink")),
)

_GRAPH = Fields(_READ, known=_USER | _SERVICE_PRINCIPAL | _APPLICATION | _OTHERS | _NOTES)

BY_SHAPE: Mapping[Shape, Fields] = {"graph": _GRAPH}
