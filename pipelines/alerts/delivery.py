"""Brings every route what it wants and does not have yet. What fails is said, and tried again the next time."""

import uuid
from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from pipelines.alerts.alert import Alert, gravity, redacted
from pipelines.alerts.kinds import KINDS
from pipelines.alerts.ledger import History, Ledger
from pipelines.alerts.message import Message
from pipelines.alerts.routes import AnyRoute, ForPeople, Route
from pipelines.alerts.sending import PATIENCE, DeliveryError, Patience, insist
from pipelines.warehouse.rules import SEVERITIES

_ROUTES_AT_ONCE = 8


@dataclass
class Delivered:
    """What became of a route."""

    route: str
    kind: str
    due: int
    """Alerts that it wanted and did not have."""
    sent: int = 0
    """Alerts that its receiver has accepted now."""
    messages: int = 0
    failures: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    """What a receiver did not do although it took the message."""

    @property
    def waiting(self) -> int:
        """Alerts that it still does not have."""
        return self.due - self.sent


def deliver(
    data_folder: Path, routes: Sequence[AnyRoute], alerts: Sequence[Alert], patience: Patience = PATIENCE
) -> list[Delivered]:
    """Sends what is due by all routes at the same time; what became of each.

    Raises DeliveryBusyError while another process does, and DeliveryError when the ledger cannot be written: then
    nothing is sent.
    """
    ledger = Ledger(data_folder)
    with ledger.opened() as histories, ThreadPoolExecutor(_ROUTES_AT_ONCE) as pool:
        waiting = [(route, due(route, alerts, histories.get(route.name))) for route in routes]
        started = [(route, due_, pool.submit(_deliver, route, due_, ledger, patience)) for route, due_ in waiting]
        return [_outcome(route, due_, future, ledger) for route, due_, future in started]


def due(route: Route, alerts: Iterable[Alert], history: History | None) -> list[Alert]:
    """The alerts that the route wants and does not have, gravest first."""
    known = history.sent if history else set()
    return sorted((alert for alert in alerts if _wants(route, alert) and alert.event_id not in known), key=gravity)


def send_test(route: AnyRoute, patience: Patience = PATIENCE) -> str | None:
    """Sends an alert that says that it is none, once; what the receiver did not do. Raises DeliveryError."""
    return KINDS[route.kind].send(route, Message((alert_of_a_test(),)), patience)


def alert_of_a_test() -> Alert:
    """An alert that says that it is none."""
    now = datetime.now(UTC)
    return Alert(
        event_id=f"test-{uuid.uuid4().hex}",
        reason="test",
        finding_id="0000000000000000",
        rule_id="test",
        title="whoseagent can reach this route",
        severity="info",
        tenant_id="00000000-0000-0000-0000-000000000000",
        day=f"{now:%Y-%m-%d}",
        summary="This was sent by `whoseagent alert test`. Nothing happened, and nothing has to be done.",
        first_seen=now,
        last_seen=now,
    )


def messages_of(route: AnyRoute, alerts: Sequence[Alert]) -> list[Message]:
    """The alerts as messages; for people, one digest where they are more than the route's limit."""
    told = [redacted(alert) for alert in alerts] if route.redact else alerts
    if isinstance(route, ForPeople) and len(told) > route.limit:
        return [Message(tuple(told), is_digest=True)]
    size = KINDS[route.kind].at_once
    return [Message(tuple(told[start : start + size])) for start in range(0, len(told), size)]


def _wants(route: Route, alert: Alert) -> bool:
    is_grave = gravity(alert) <= SEVERITIES.index(route.min_severity)
    return is_grave and (not route.rules or alert.rule_id in route.rules)


def _deliver(route: AnyRoute, alerts: Sequence[Alert], ledger: Ledger, patience: Patience) -> Delivered:
    kind, done = KINDS[route.kind], Delivered(route.name, route.kind, len(alerts))
    begun = patience.clock()
    for number, message in enumerate(messages_of(route, alerts)):
        if number:
            patience.sleep(kind.pause_seconds)
        left = patience.route_seconds - (patience.clock() - begun)
        try:
            if left <= 0:
                raise DeliveryError(f"it is slow: after {patience.route_seconds:.0f} seconds the rest waits")
            remark = insist(partial(kind.send, route, message, patience), patience, left)
        except DeliveryError as error:
            done.failures.append(str(error))
            if error.of_message:
                continue
            break
        ledger.add_sent(route.name, message.key, [alert.event_id for alert in message.alerts])
        done.sent += len(message.alerts)
        done.messages += 1
        done.remarks += [remark] if remark else []
    return done


def _outcome(route: AnyRoute, alerts: Sequence[Alert], future: Future[Delivered], ledger: Ledger) -> Delivered:
    """What became of a route, whatever went wrong on the way; its last failure is in the ledger."""
    error = future.exception()
    if error is None:
        done = future.result()
    elif isinstance(error, DeliveryError):
        done = Delivered(route.name, route.kind, len(alerts), failures=[str(error)])
    else:  # the text of an error that nobody expects may hold a secret
        done = Delivered(route.name, route.kind, len(alerts), failures=[f"unexpected {type(error).__name__}"])
    if done.failures:
        ledger.add_failure(route.name, done.failures[-1])
    return done
