"""Where the stories play: one day of the tenant, with what a story needs to let things happen."""

from dataclasses import dataclass
from random import Random
from typing import Any

from pipelines.demo.clock import HOUR, MINUTE, SECOND
from pipelines.demo.events import Activity, GraphRequest, SignIn
from pipelines.demo.identifiers import guid
from pipelines.demo.operations import BATCH, Operation, fill, operations_for
from pipelines.demo.people import App
from pipelines.demo.world import World


@dataclass(frozen=True)
class Stage:
    """One day: the world, the generator, the day's bounds in ticks, and the record of what happened."""

    rng: Random
    world: World
    start: int
    end: int  # nothing happens at or after this
    activity: Activity

    def time(self, first_hour: float, last_hour: float) -> int:
        """Give a random moment of the day between two hours, inside the bounds."""
        at = self.start + int(self.rng.uniform(first_hour, last_hour) * HOUR)
        return self.inside(at)

    def soon(self, at: int, seconds: float = 3) -> int:
        """Give a moment up to `seconds` after `at`, inside the bounds."""
        return self.inside(at + 1 + int(self.rng.random() * seconds * SECOND))

    def inside(self, at: int) -> int:
        """Give `at`, moved into the day where it lies outside."""
        if self.start <= at < self.end:
            return at
        return self.end - 1 - self.rng.randrange(20 * MINUTE)

    def sign_in(self, log: str, at: int, app: App, resource: App, story: str, **details: Any) -> SignIn:
        """Let `app` get a token for `resource` and give the sign-in."""
        details.setdefault("correlation_id", guid(self.rng))
        details.setdefault("credential", app.credential)
        event = SignIn(log=log, id=self._request_id(), at=at, app=app, resource=resource, story=story, **details)
        self.activity.sign_ins.append(event)
        return event

    def use(self, token: SignIn, count: int) -> None:
        """Let the token's holder call Graph about `count` times during the token's life."""
        choices = operations_for(token)
        weights = [operation.weight for operation in choices]
        for operation in self.rng.choices(choices, weights, k=count):
            at = self._within_life(token)
            if operation is BATCH:
                self._batch(token, at, choices, weights)
            else:
                self._request(token, at, operation, operation_id="")

    def _within_life(self, token: SignIn) -> int:
        life = min(token.lifetime - 5 * MINUTE, self.end - token.at)
        return token.at + self.rng.randrange(1, max(life, 2))

    def _batch(self, token: SignIn, at: int, choices: list[Operation], weights: list[int]) -> None:
        """The envelope and each inner request are logged, with one operation id (T26)."""
        operation_id = guid(self.rng)
        self._request(token, at, BATCH, operation_id)
        for operation in self.rng.choices(choices, weights, k=3):
            if operation is not BATCH:
                self._request(token, at + self.rng.randrange(1, SECOND), operation, operation_id)

    def _request(self, token: SignIn, at: int, operation: Operation, operation_id: str) -> None:
        request_id = guid(self.rng)
        client_request_id = guid(self.rng) if operation.changes or self.rng.random() < 0.6 else ""
        uri, target_id = fill(operation, self.rng, self.world, token)
        failed = self.rng.random() < 0.03
        event = GraphRequest(
            id=request_id,
            at=min(at, self.end - 1),
            token=token,
            method=operation.method,
            version=operation.version,
            uri=uri,
            status=self.rng.choice((403, 404, 429, 503)) if failed else operation.status,
            operation_id=operation_id or request_id,
            client_request_id=client_request_id or operation_id or request_id,
            response_bytes=self.rng.randrange(0, 60_000),
            duration=self.rng.randrange(90_000, 3_000_000),
            changes="" if failed else operation.changes,
            target_id=target_id,
        )
        self.activity.requests.append(event)

    def _request_id(self) -> str:
        """Most request ids of Entra end in a zero byte, so that token ids end in AA; not all do (T3)."""
        plain = guid(self.rng)
        return plain if self.rng.random() < 0.05 else f"{plain[:-2]}00"
