"""`whoseagent alert …`, and the alerts at the end of `whoseagent run`."""

from dataclasses import asdict
from typing import Any

from pipelines.alerts.delivery import Delivered, due, send_test
from pipelines.alerts.due import alerts_of, send_due
from pipelines.alerts.ledger import DeliveryBusyError, Ledger
from pipelines.alerts.routes import AnyRoute
from pipelines.alerts.sending import DeliveryError
from pipelines.cases.entry import CaseError
from pipelines.cli.failure import NEGATIVE, WRONG_USE, Failure
from pipelines.cli.show import count, plain, say, write
from pipelines.cli.tables import progress, write_json, write_table
from pipelines.settings import Settings

_NO_ROUTES = "no route is configured: add [[routes]] to whoseagent.toml, as the README shows under Alerts"


def send_and_report(settings: Settings, *, as_json: bool) -> int:
    """Sends what is due and prints what became of it; the exit code."""
    _check_routes(settings)
    try:
        delivered = _send(settings)
    except (DeliveryBusyError, DeliveryError) as error:
        raise Failure(plain(str(error)), NEGATIVE) from error
    if as_json:
        write_json({"routes": [as_object(done) for done in delivered]})
    else:
        for done in delivered:
            sent = f"{count(done.sent, 'alert')} in {count(done.messages, 'message')}"
            write(f"{plain(done.route)} ({done.kind}): {sent if done.sent else 'nothing'} sent{_waiting(done)}")
    say_failures(delivered)
    return NEGATIVE if any(done.failures for done in delivered) else 0


def send_after_run(settings: Settings) -> list[Delivered]:
    """Sends what is due; what became of it. What goes wrong is said, and no failure of the run."""
    if not settings.routes:
        return []
    try:
        return _send(settings)
    except (DeliveryBusyError, DeliveryError, CaseError, OSError) as error:
        say(f"warning: no alerts were sent: {plain(str(error))}")
        return []


def test_and_report(settings: Settings, name: str) -> int:
    """Sends an alert that says that it is none; the exit code."""
    route = _route(settings, name)
    try:
        remark = send_test(route)
    except DeliveryError as error:
        raise Failure(f"{plain(route.name)}: {plain(str(error))}", NEGATIVE) from error
    write(f"{plain(route.name)} ({route.kind}): the receiver took the test alert")
    if remark:
        say(f"warning: {plain(route.name)}: {plain(remark)}")
    return NEGATIVE if remark else 0


def show_status(settings: Settings, *, as_json: bool) -> int:
    """Prints for each route what was delivered last, what waits and what failed last; the exit code."""
    _check_routes(settings)
    states = _states(settings)
    if as_json:
        write_json({"routes": states})
    else:
        columns = ("route", "kind", "last_delivery", "waiting", "last_failure")
        write_table(columns, [[state[column] for column in columns] for state in states], right=["waiting"])
    return 0


def as_object(done: Delivered) -> dict[str, Any]:
    """What became of a route, for JSON."""
    return {**asdict(done), "waiting": done.waiting}


def print_sent(delivered: list[Delivered]) -> None:
    """Prints what a run has sent, where it sent something."""
    sent = [f"{count(done.sent, 'alert')} to {plain(done.route)}" for done in delivered if done.sent]
    if sent:
        write(f"sent: {', '.join(sent)}")


def say_failures(delivered: list[Delivered]) -> None:
    """Says what failed, and what a receiver did not do although it took the message."""
    for done in delivered:
        for message in dict.fromkeys([*done.failures, *done.remarks]):
            say(f"warning: alerts to {plain(done.route)}: {plain(message)}")


def _send(settings: Settings) -> list[Delivered]:
    with progress() as display:
        display.add_task("sending alerts", total=None)
        return send_due(settings.data, settings.routes)


def _states(settings: Settings) -> list[dict[str, Any]]:
    alerts, histories = alerts_of(settings.data), Ledger(settings.data).read()
    states = []
    for route in settings.routes:
        history = histories.get(route.name)
        failure = f"{history.failed_at} {history.failure}" if history and history.failure else None
        states.append(
            {
                "route": route.name,
                "kind": route.kind,
                "last_delivery": history.sent_at if history else None,
                "waiting": len(due(route, alerts, history)),
                "last_failure": failure,
            }
        )
    return states


def _waiting(done: Delivered) -> str:
    return f", {done.waiting:,} waiting for the next time" if done.waiting else ""


def _route(settings: Settings, name: str) -> AnyRoute:
    _check_routes(settings)
    for route in settings.routes:
        if route.name.casefold() == name.casefold():
            return route
    names = ", ".join(route.name for route in settings.routes)
    raise Failure(f"there is no route {plain(name)}; the routes are {plain(names)}", WRONG_USE)


def _check_routes(settings: Settings) -> None:
    if not settings.routes:
        raise Failure(_NO_ROUTES, WRONG_USE)
