"""What each column of a table or panel can hold of people, by its name: the same thing has the same name everywhere.

What is not in here is hidden, so that a new column shows nobody before somebody has thought about it.
"""

from collections.abc import Mapping
from enum import StrEnum


class Holds(StrEnum):
    """What a text in a column is about."""

    NOBODY = "nobody"
    PERSON = "person"
    """An id, UPN, address or name of a user, or the name of a colleague."""
    ADDRESS = "address"
    DEVICE = "device"
    TEXT = "text"
    """Text in which people may be named."""
    ANYTHING = "anything"
    """Text that may say anything about somebody."""


_PERSON = """
actor assignee chat_users derived_owner initiated_by_user_id initiated_by_user_name initiated_by_user_upn lifted_by
made_by mail owner owner_name owner_upn owner_user_id owners placed_by principal_name registered_by registered_owner
released_by removed_by sign_in_identifier sign_in_upn sponsors target_user target_user_id target_user_upn upn user_id
user_name user_upn targets.name targets.upn signed_by
"""

_ADDRESS = """
global_secure_access_ip_address initiated_by_ip_address ip_address resource_provider_ip_address root_ip_address
"""

_DEVICE = "device_id device_name root_device device"

_TEXT = """
addressed_uri agent_name agent_subject_parent_id app_name app_names azure_resource closed_reason credential
credentials done drive_id evidence federated_credentials federated_issuer federated_subject federated_token_issuer
first_sign_in_id front_end_name grant_id hold hold_id initiated_by_app_name initiator_blueprint_id issuer joins
looks_like managed_identity_resource name object_id object_name operation owner_group_id owner_id path path_template
principal_id reason reasons record_id request_app_name resource_name result_reason rough_template scope
service_principal_name source_name statement subject summary target_chat target_drive target_group target_key
target_site targets ticket title to_do token_issuer_name unknown_fields uri user_agent value
"""

_ANYTHING = """
additional_details authentication_details caller_id changed city comment conditional_access_policies last_comment
lifted_reason line mfa_detail network_location_details processing_details released_reason removed_reason
reopened_reason result_details token_protection
"""  # caller_id: a hash without a key, which a guessed user could be tried on

_NOBODY = """
activity actor_class actor_classes age agent_app_id agent_identity_id agent_parent_app_id agent_subject_type
agent_type api_version app_id app_owner_tenant_id app_role_id app_roles attribution_grade audiences audit_category
audit_clarity audit_id authentication_methods authentication_protocol authentication_requirement blueprint_app_id
cast_failures category certainty chain chain_grade child_token_id client_app_used client_credential_type client_id
client_request_id conditional_access_audiences conditional_access_status consent_type content_hash control controls
correlation_id country credential_id credential_key_id credential_kind credential_thumbprint cross_tenant_access_type
data_class description device_browser device_operating_system device_trust_type drive_type effect effects event_id
event_time_source false_positives federated_credential_id federated_token_id field finding_id first_landed_file
first_log front_end_app_id grade granted home_tenant_id identity_provider identity_shape incoming_token_type
inherited_from_token_id initiated_by_app_id initiated_by_service_principal_id initiator_agent_type key_id kind
landed_file link_grade linked_by log logged_by_service managed_identity_type method object_type odata_type
operation_id operation_type original_request_id original_transfer_method outcome parent_token_id
performed_by_agent_type performed_by_app_id performed_by_blueprint_id permission permission_kind permissions
permissions_granted permissions_used principal_type records_file region registry request_app_id request_id
request_landed_file request_token_id required_logs resource_id resource_owner_tenant_id resource_service_principal_id
resource_tenant_id result risk_detail risk_event_types risk_level_aggregated risk_level_during_sign_in risk_state role
roles root_sign_in_id rule_id scopes service_principal_id service_principal_type session_id severity sha256 shape
shapes sign_in_category sign_in_event_types sign_in_id sign_in_landed_file source source_app_client_id source_type
state status suppression_id table_name techniques tenant_id token_id token_issuer_type token_match token_subject_type
unresolved_reason user_type what_to_do why wids targets.type targets.modified_properties said_status parent_category
parent_landed_file parent_session_id parent_sign_in_id framework completeness since_then answer_sha256
"""

COLUMNS: Mapping[str, Holds] = {
    name: holds
    for holds, names in (
        (Holds.PERSON, _PERSON),
        (Holds.ADDRESS, _ADDRESS),
        (Holds.DEVICE, _DEVICE),
        (Holds.TEXT, _TEXT),
        (Holds.ANYTHING, _ANYTHING),
        (Holds.NOBODY, _NOBODY),
    )
    for name in names.split()
}
"""Column, or field of a struct as `column.field`, and what it holds. A field without its own is as its column."""


def holds(column: str, field: str | None = None) -> Holds:
    """What the column, or a field of the structs in it, can hold of people; of an unknown one: anything."""
    of_column = COLUMNS.get(column, Holds.ANYTHING)
    return of_column if field is None else COLUMNS.get(f"{column}.{field}", of_column)
