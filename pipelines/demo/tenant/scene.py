"""One day of the tenant, with what a story needs to let people and applications sign in and call Graph."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any
from uuid import UUID

from pipelines.demo.clock import HOUR, MINUTE, SECOND
from pipelines.demo.events import NON_INTERACTIVE, GraphRequest, SignIn
from pipelines.demo.identifiers import guid
from pipelines.demo.operations import Operation
from pipelines.demo.people import App, User
from pipelines.demo.stage import Stage
from pipelines.demo.tenant.calls import BATCH, DELEGATED, MEMBERSHIP_CHECK, Call, place
from pipelines.demo.tenant.cast import Cast

NO_TOKEN, RENEWAL, PRIMARY = "none", "refreshToken", "primaryRefreshToken"  # what was shown to get a token
_REFUSALS = ((403, 15), (404, 6), (429, 8), (503, 3))  # status → how often in a thousand
_ANSWERED = 1000 - sum(often for _, often in _REFUSALS)


@dataclass(frozen=True)
class Scene(Stage):
    """A day; what happens at or after `horizon` is not in the export."""

    world: Cast
    horizon: int
    volume: float = 1.0  # how busy applications are, against a tenant of full size

    def soon(self, at: int, seconds: float = 3) -> int:
        """Give a moment up to `seconds` after `at`, on the next day if need be."""
        return at + 1 + int(self.rng.random() * seconds * SECOND)

    def clock(self, hour: int, minute: int = 0, second: int = 0) -> int:
        """Give a moment of the day by the clock."""
        return self.start + (hour * 60 + minute) * MINUTE + second * SECOND

    def app_time(self, hour: int | None = None) -> int:
        """Give a moment at which schedules start: well inside an hour, any hour unless given."""
        hour = self.rng.randrange(24) if hour is None else hour
        return self.start + hour * HOUR + self.rng.randrange(10 * MINUTE, 50 * MINUTE)

    def chance(self, share: float) -> bool:
        """Give true in `share` of all cases."""
        return self.rng.random() < share

    def some(self, few: int, many: int) -> int:
        """Give how much an application does: between `few` and `many`, by the tenant's size."""
        return max(1, round(self.rng.randint(few, many) * self.volume))

    def use(self, token: SignIn, count: int, calls: Sequence[Call | Operation] = DELEGATED) -> None:
        """Let the token's holder make about `count` calls during the token's life."""
        kinds = [call for call in calls if isinstance(call, Call)]
        weights = [call.weight for call in kinds]
        for call in self.rng.choices(kinds, weights, k=count):
            at = self._within_life(token)
            operation_id = guid(self.rng) if call is BATCH else ""
            self._call_and_more(token, at, call, operation_id)
            if call is BATCH:
                for inner in self.rng.choices(kinds, weights, k=3):
                    if inner is not BATCH:
                        self.call(token, at + self.rng.randrange(1, SECOND), inner, operation_id=operation_id)

    def call(
        self, token: SignIn, at: int, call: Call, *, target: User | None = None, status: int = 0, **details: Any
    ) -> GraphRequest:
        """Let the token's holder make one call now and give the request."""
        request_id = guid(self.rng)
        where = place(call, self.rng, self.world, token.user, target)
        status = status or self._status(call)
        operation_id = details.pop("operation_id", "") or request_id
        client_request_id = guid(self.rng) if self.chance(0.7) else operation_id  # T12: none sent, the same value
        request = GraphRequest(
            id=request_id, at=at, token=token, method=call.method, version=call.path.partition("/")[0], uri=where.uri,
            status=status, operation_id=operation_id, client_request_id=client_request_id,
            response_bytes=self.rng.randrange(60_000), duration=self.rng.randrange(90_000, 3_000_000),
            changes=call.changes if status == call.status else "", target_id=where.target_id,
            target_user_id=where.target_user_id, data_class=call.data_class, effect=call.effect,
        )  # fmt: skip
        request = replace(request, **details)
        self.activity.requests.append(request)
        return request

    def _call_and_more(self, token: SignIn, at: int, call: Call, operation_id: str) -> None:
        """What follows a call now and then: a retry, a replay, a read that shares the client request id (T12)."""
        request = self.call(token, at, call, operation_id=operation_id)
        if request.status == 429 and call is not BATCH:
            self._repeat(request, status=call.status, changes=call.changes)
        elif self.chance(0.004) and not request.changes:
            self._repeat(request, is_replay=True)
        if request.changes and self.chance(0.4):
            shared = request.client_request_id
            self.call(token, self.soon(at, 1), MEMBERSHIP_CHECK, status=200, client_request_id=shared)

    def _repeat(self, request: GraphRequest, **changed: Any) -> None:
        again = replace(request, id=guid(self.rng), at=self.soon(request.at, 4), **changed)
        self.activity.requests.append(again)

    def _within_life(self, token: SignIn) -> int:
        life = min(token.lifetime - 5 * MINUTE, self.horizon - token.at)
        return token.at + self.rng.randrange(1, max(life, 2))

    def _status(self, call: Call) -> int:
        roll = self.rng.randrange(1000)
        if call is BATCH or roll < _ANSWERED:
            return call.status
        return self.rng.choices([code for code, _ in _REFUSALS], [often for _, often in _REFUSALS])[0]


def session_of(user: User, day: int, number: int = 1) -> str:
    """Give the id of a person's `number`-th session of a day: equal user ids have equal sessions in every tenant."""
    return str(UUID(int=Random(f"{user.id}/{day}/{number}").getrandbits(128), version=4))


def silently(scene: Scene, root: SignIn, at: int, client: App, resource: App, *, story: str, **details: Any) -> SignIn:
    """Let a client get a token for `resource` in the session of `root` without asking the person."""
    user = root.user
    tied_to_device = user is not None and user.device.id and client.credential == "none"
    details.setdefault("incoming_token", PRIMARY if tied_to_device else RENEWAL)
    details.setdefault("session_id", root.session_id)
    if scene.chance(0.15):
        details.setdefault("shown_credential", "")
    return scene.sign_in(NON_INTERACTIVE, at, client, resource, story, user=user, root=root, **details)


def exchange(scene: Scene, asked: SignIn, client: App, resource: App, at: int, **details: Any) -> SignIn:
    """Let `client` exchange the token it was given; few rows say so, and few share the correlation (T5, T6)."""
    details.setdefault("protocol", "onBehalfOf" if scene.chance(0.4) else "none")
    details.setdefault("session_id", asked.session_id)
    if scene.chance(0.25):
        details.setdefault("correlation_id", asked.correlation_id)
    if scene.chance(0.2):
        details.setdefault("shown_credential", "")
    return scene.sign_in(
        NON_INTERACTIVE, at, client, resource, asked.story, user=asked.user, root=asked.root, parent=asked, **details
    )


def refresh(scene: Scene, token: SignIn, at: int, **details: Any) -> SignIn:
    """Let the token's client renew it; nobody asks a front end for that."""
    return scene.sign_in(
        NON_INTERACTIVE, at, token.app, token.resource, token.story, user=token.user, root=token.root,
        session_id=token.session_id, agent=token.agent, lifetime=token.lifetime, incoming_token=RENEWAL,
        protocol="refreshTokenGrant" if scene.chance(0.5) else "none",
        refreshed_from=token if token.parent or token.refreshed_from else None, **details,
    )  # fmt: skip
