"""The truth about every request: what happened, and what the exported logs can honestly say of it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pipelines.demo.clock import iso
from pipelines.demo.events import (
    INTERACTIVE,
    MANAGED_IDENTITY,
    MICROSOFT,
    Activity,
    DirectoryAudit,
    GraphRequest,
    SignIn,
)
from pipelines.demo.tenant.calls import USER_CLASSES
from pipelines.demo.tenant.cast import Cast
from pipelines.demo.tenant.drives import drive_of
from pipelines.demo.tenant.incidents import Incident

_SHAPES = {
    "clientSecret": "app_secret",
    "certificate": "app_certificate",
    "clientAssertion": "app_certificate",
    "federatedIdentityCredential": "federated_credential",
}


@dataclass(frozen=True)
class Truth:
    """What the generator knows of one tenant; no log says it, and nothing of the pipeline may read it."""

    cast: Cast
    lost: Mapping[str, str]  # sign-in id → why no log has it

    def request(self, request: GraphRequest) -> dict[str, Any]:
        """Give the line of one request."""
        token = request.token
        chain = chain_of(token)
        actor = actor_class(token)
        human = token.user if actor.startswith("human") else None
        return {
            "request_id": request.id,
            "tenant_id": self.cast.tenant_id,
            "at": iso(request.at),
            "story": token.story,
            "actor_class": actor,
            "knowable_actor_class": self.knowable_actor_class(token),
            "user_id": human.id if human else None,
            "user_upn": human.upn if human else None,
            "agent_app_id": None if actor == "human_direct" else token.app.app_id,
            "blueprint_app_id": token.app.parent_app_id or None,
            "front_end_app_id": chain[0].app.app_id if len(chain) > 1 else None,
            "chain": [link.app.app_id for link in chain],
            "is_chain_in_logs": all(link.id not in self.lost for link in chain),
            "root_sign_in_id": root_of(token),
            "sign_in_id": token.id,
            "sign_in_log": token.log,
            "unresolved_reason": self.lost.get(token.id),
            "token_match": self._match(request),
            "identity_shape": identity_shape(token),
            **_credential(token),
            **self._effects(request),
        }

    def knowable_actor_class(self, token: SignIn) -> str:
        """Give what the exported rows let anybody say: without the token's own row or its parent's, often less."""
        actor = actor_class(token)
        if token.id in self.lost:
            return "unknown" if actor.startswith("human") else actor
        return "human_direct" if actor == "human_via_agent" and not self._shows_exchange(token) else actor

    def _shows_exchange(self, token: SignIn) -> bool:
        """The row says so itself, or the row of the token it came from is there."""
        if token.protocol == "onBehalfOf" or token.agent.agent_type != "notAgentic":
            return True
        if token.refreshed_from:
            return token.refreshed_from.id not in self.lost and self._shows_exchange(token.refreshed_from)
        return token.parent is not None and token.parent.id not in self.lost

    def _match(self, request: GraphRequest) -> str:
        if request.token.id in self.lost:
            return "none"
        return "token_id" if request.has_token_id else "issued_at"

    def _effects(self, request: GraphRequest) -> dict[str, Any]:
        token, is_write = request.token, request.effect not in ("read", "batch_envelope")
        is_app_only_write = is_write and token.user is None and self._is_of_tenant(token)
        return {
            "method": request.method,
            "status_code": request.status,
            "data_class": request.data_class,
            "effect": request.effect,
            "is_write": is_write,
            "target_user_id": request.target_user_id or None,
            "drive_owner_id": self._drive_owners.get(_drive_in(request.uri)),
            "is_self": token.app.app_id == self.cast.collector.app_id,
            "is_app_only_user_write": is_app_only_write and request.data_class in USER_CLASSES,
            "is_possible_app_only_user_write": is_app_only_write and request.data_class == "drive_unresolved",
        }

    @cached_property
    def _drive_owners(self) -> dict[str, str]:
        """Drive id → the person whose drive it is, which no log says."""
        return {drive_of(person.id, self.cast): person.id for person in self.cast.people}

    def _is_of_tenant(self, token: SignIn) -> bool:
        return actor_class(token) != "first_party" and token.app.app_id != self.cast.collector.app_id

    def change(self, audit: DirectoryAudit) -> dict[str, Any]:
        """Give the line of one directory audit: the request that made it, where one did, and the app the log omits."""
        request = audit.request
        return {
            "audit_id": audit.id,
            "tenant_id": self.cast.tenant_id,
            "at": iso(audit.at),
            "request_id": request.id if request else None,
            "app_id": request.token.app.app_id if request else None,
            "actor_class": actor_class(request.token) if request else None,
        }

    def incident(self, incident: Incident) -> dict[str, Any]:
        """Give the question, the requests it is about, the answer in words and what the ids must be."""
        first = self.request(incident.requests[0])
        names = {app.app_id: app.name for app in chain_apps(incident.requests[0].token)}
        return {
            "name": incident.name,
            "question": incident.question,
            "tenant_id": self.cast.tenant_id,
            "request_ids": [request.id for request in incident.requests],
            "answer": incident.answer,
            "expected": {name: first[name] for name in _EXPECTED}
            | {"agent_name": names.get(first["agent_app_id"]), "front_end_name": names.get(first["front_end_app_id"])},
        }


_EXPECTED = (
    "actor_class", "knowable_actor_class", "user_id", "user_upn", "agent_app_id", "blueprint_app_id",
    "front_end_app_id", "chain", "root_sign_in_id", "identity_shape", "credential_key_id", "federated_credential_id",
    "federated_issuer", "federated_subject", "managed_identity_resource", "unresolved_reason", "effect",
    "is_app_only_user_write",
)  # fmt: skip


def actor_class(token: SignIn) -> str:
    """Give who really acts with a token."""
    if token.agent.subject_type == "agentIDuser":
        return "agent_user"
    if token.user is None:
        if token.log == MICROSOFT:
            return "first_party"
        return "autonomous_agent" if token.app.parent_app_id else "app_only"
    return "human_via_agent" if token.parent or token.refreshed_from else "human_direct"


def identity_shape(token: SignIn) -> str:
    """Give the credential-and-attribution shape of a token."""
    actor = actor_class(token)
    if actor == "human_direct":
        return "delegated_public" if token.credential == "none" else "delegated_web_app"
    if actor in ("human_via_agent", "agent_user"):
        return "on_behalf_of" if actor == "human_via_agent" else actor
    if token.log == MANAGED_IDENTITY:
        return "managed_identity"
    return "app_only" if token.log == MICROSOFT else _SHAPES.get(token.credential, "app_only")


def chain_of(token: SignIn) -> list[SignIn]:
    """Give the tokens from the front end's to this one; a renewed token has the chain of the one it renews."""
    if token.refreshed_from:
        return [*chain_of(token.refreshed_from)[:-1], token]
    return [*chain_of(token.parent), token] if token.parent else [token]


def root_of(token: SignIn) -> str | None:
    """Give the id of the interactive sign-in at the start of the session; None where there is none in this tenant."""
    root = token.root or (token if token.log == INTERACTIVE else None)
    return root.id if root else None


def chain_apps(token: SignIn) -> list[Any]:
    """Give the applications of `chain_of`."""
    return [link.app for link in chain_of(token)]


def truth_files(truth: Truth, activity: Activity, incidents: Collection[Incident]) -> dict[str, list[dict[str, Any]]]:
    """Give file name → lines of one tenant."""
    return {
        "requests.ndjson": [truth.request(request) for request in activity.requests],
        "changes.ndjson": [truth.change(audit) for audit in activity.audits],
        "incidents.json": [truth.incident(incident) for incident in incidents],
    }


def _credential(token: SignIn) -> dict[str, str | None]:
    app = token.app
    shown = {
        "credential_key_id": app.key_id if token.user is None else "",
        "federated_credential_id": app.federated_credential_id,
        "federated_issuer": app.federated_issuer,
        "federated_subject": app.federated_subject,
        "managed_identity_resource": app.azure_resource_id,
    }
    return {name: value or None for name, value in shown.items()}


def _drive_in(uri: str) -> str:
    """Give the id behind `/drives/`, if there is one."""
    return uri.partition("/drives/")[2].partition("/")[0].partition("?")[0]
