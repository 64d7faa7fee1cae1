"""Raw fields of the five sign-in logs in each shape. Diagnostic `properties` and Graph beta share their names."""

from collections.abc import Mapping

from pipelines.catalog.fields import Fields, Shape, known, names, with_variants

_OBJECTS = {
    "status": Fields(names("errorCode failureReason additionalDetails")),
    "deviceDetail": Fields(names("deviceId displayName operatingSystem browser isCompliant isManaged trustType")),
    "location": Fields(names("city state countryOrRegion"), known=known("geoCoordinates")),
    "agent": Fields(names("agentType agentSubjectType agentSubjectParentId parentAppId")),
    "managedServiceIdentity": Fields(names("associatedResourceId msiType federatedTokenId federatedTokenIssuer")),
}

_READ = names(
    "id createdDateTime uniqueTokenIdentifier correlationId originalRequestId sessionId",
    "userId userPrincipalName userDisplayName userType signInIdentifier",
    "appId appDisplayName servicePrincipalId servicePrincipalName",
    "resourceId resourceDisplayName resourceServicePrincipalId",
    "homeTenantId resourceTenantId appOwnerTenantId resourceOwnerTenantId crossTenantAccessType",
    "clientCredentialType federatedCredentialId servicePrincipalCredentialKeyId servicePrincipalCredentialThumbprint",
    "managedIdentityType sourceAppClientId",
    "authenticationProtocol incomingTokenType originalTransferMethod isInteractive signInEventTypes",
    "authenticationRequirement authenticationDetails authenticationMethodsUsed authenticationProcessingDetails",
    "mfaDetail clientAppUsed userAgent",
    "ipAddress ipAddressFromResourceProvider globalSecureAccessIpAddress isThroughGlobalSecureAccess",
    "autonomousSystemNumber networkLocationDetails",
    "conditionalAccessStatus appliedConditionalAccessPolicies conditionalAccessAudiences isTenantRestricted",
    "riskDetail riskLevelAggregated riskLevelDuringSignIn riskState riskEventTypes_v2 riskEventTypes",
    "tokenIssuerType tokenIssuerName tokenProtectionStatusDetails",
)

_KNOWN = known(
    "alternateSignInName appTokenProtectionStatus appliedEventListeners authenticationAppDeviceDetails",
    "authenticationAppPolicyEvaluationDetails authenticationContextClassReferences",
    "authenticationRequirementPolicies authenticationStrengths authenticatorAppLocation azureResourceId",
    "clientSessionId flaggedForReview homeTenantName identity isRisky privateLinkDetails",
    "processingTimeInMilliseconds result rngcStatus sessionLifetimePolicies signInIdentifierType",
    "signInTokenProtectionStatus ssoExtensionVersion tenantId timeGenerated",
)

_ENVELOPE_KNOWN = known("category operationName operationVersion resultSignature durationMs identity level location")

_DIAGNOSTIC = Fields(
    read=names("time resourceId tenantId resultType resultDescription callerIpAddress correlationId"),
    objects={"properties": Fields(_READ, _OBJECTS, _KNOWN)},
    known=_ENVELOPE_KNOWN,
)

_GRAPH = Fields(_READ, _OBJECTS, _KNOWN)

_SPLIT = names("Agent ConditionalAccessPolicies DeviceDetail LocationDetails Status")

_LOG_ANALYTICS = Fields(
    read=names(
        "TimeGenerated CreatedDateTime Id UniqueTokenIdentifier CorrelationId OriginalRequestId SessionId",
        "AADTenantId HomeTenantId ResourceTenantId AppOwnerTenantId ResourceOwnerTenantId CrossTenantAccessType",
        "ResourceId UserId UserPrincipalName UserDisplayName UserType SignInIdentifier",
        "AppId AppDisplayName ServicePrincipalId ServicePrincipalName",
        "ResourceIdentity ResourceDisplayName ResourceServicePrincipalId",
        "ClientCredentialType FederatedCredentialId ServicePrincipalCredentialKeyId",
        "ServicePrincipalCredentialThumbprint ManagedServiceIdentity SourceAppClientId",
        "AuthenticationProtocol IncomingTokenType OriginalTransferMethod IsInteractive SignInEventTypes",
        "AuthenticationRequirement AuthenticationDetails AuthenticationMethodsUsed AuthenticationProcessingDetails",
        "MfaDetail ClientAppUsed UserAgent IPAddress IPAddressFromResourceProvider GlobalSecureAccessIpAddress",
        "IsThroughGlobalSecureAccess AutonomousSystemNumber NetworkLocationDetails",
        "ConditionalAccessStatus ConditionalAccessPolicies AppliedConditionalAccessPolicies",
        "ConditionalAccessAudiences IsTenantRestricted",
        "RiskDetail RiskLevelAggregated RiskLevelDuringSignIn RiskState RiskEventTypes_V2 RiskEventTypes",
        "TokenIssuerType TokenIssuerName TokenProtectionStatusDetails",
        "ResultType ResultDescription Status DeviceDetail LocationDetails Agent",
    )
    + with_variants(_SPLIT),
    known=known(
        "TenantId SourceSystem OperationName OperationVersion Category ResultSignature DurationMs Resource",
        "ResourceGroup ResourceProvider Identity Level Location AlternateSignInName AppliedEventListeners",
        "AuthenticationAppDeviceDetails AuthenticationAppPolicyEvaluationDetails",
        "AuthenticationContextClassReferences AuthenticationRequirementPolicies AuthenticatorAppLocation",
        "ClientSessionId FlaggedForReview HomeTenantName IsRisky ProcessingTimeInMilliseconds ProcessingTimeInMs",
        "RiskLevel SessionLifetimePolicies SignInIdentifierType Type _BilledSize _IsBillable",
        "MfaDetail_dynamic MfaDetail_string AdditionalDetails InitiatedBy Result Latitude Longitude",
    ),
)

BY_SHAPE: Mapping[Shape, Fields] = {
    "diagnostic": _DIAGNOSTIC,
    "log_analytics": _LOG_ANALYTICS,
    "csv": _LOG_ANALYTICS,
    "graph": _GRAPH,
}
