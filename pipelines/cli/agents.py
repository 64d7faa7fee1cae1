"""`whoseagent agents`: the registry of apps."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from pipelines.cases.events import AppRegistered, AppUnregistered, What
from pipelines.cases.log import read_cases, utc_now
from pipelines.cases.state import Cases
from pipelines.cases.triage import Review
from pipelines.cli.failure import NEGATIVE, Failure
from pipelines.cli.show import say, write
from pipelines.cli.tables import write_table
from pipelines.cli.triaging import report, write_events
from pipelines.outputs.values import json_bytes
from pipelines.settings import Settings

_COLUMNS = ("app_id", "name", "owner", "is_agent", "is_sanctioned", "from", "holds", "expires_at", "reason")


@dataclass(frozen=True)
class App:
    """What is to be said of an app."""

    app_id: str
    name: str | None
    is_agent: bool
    is_sanctioned: bool | None


def show_list(settings: Settings, *, as_json: bool) -> None:
    """Prints both registries, that of the settings and that of triage, and which of them holds of each app."""
    rows = [*_of_settings(settings), *_registered(settings, utc_now())]
    if as_json:
        write(json_bytes(rows).decode())
    elif rows:
        write_table(_COLUMNS, [[row.get(name, "") for name in _COLUMNS] for row in rows])
    else:
        write("no app is registered: `whoseagent agents register APP_ID …`")


def register(settings: Settings, app: App, review: Review, by: str | None, *, as_json: bool) -> None:
    """Registers an app, or says of one what it is from now on. Raises Failure."""

    def decide(_: Cases, __: datetime) -> Iterable[What]:
        return [
            AppRegistered(
                app_id=app.app_id, name=app.name, owner=review.owner, is_agent=app.is_agent,
                is_sanctioned=app.is_sanctioned, reason=review.reason, ticket=review.ticket,
                expires_at=review.expires_at,
            )
        ]  # fmt: skip

    entries = write_events(settings.data, by, decide)
    report(entries, f"{app.app_id} registered until {review.expires_at:%Y-%m-%d %H:%M} UTC", as_json=as_json)
    if app.app_id in _in_settings(settings):
        say(f"the settings register {app.app_id} too, and what they say holds; take it out there to go by this")
    else:
        say("the next `whoseagent run` goes by it")


def unregister(settings: Settings, app_id: str, reason: str, by: str | None, *, as_json: bool) -> None:
    """Takes an app out of the registry. Raises Failure where it is not in it."""

    def decide(cases: Cases, _: datetime) -> Iterable[What]:
        if app_id not in cases.apps:
            where = "; it stands in the settings" if app_id in _in_settings(settings) else ""
            raise Failure(f"{app_id} is not registered{where}; `whoseagent agents list` shows what is", NEGATIVE)
        return [AppUnregistered(app_id=app_id, reason=reason)]

    report(write_events(settings.data, by, decide), f"{app_id} is no longer registered", as_json=as_json)
    say("the next `whoseagent run` goes by it")


def _in_settings(settings: Settings) -> set[str]:
    return {str(agent.app_id) for agent in settings.agents}


def _of_settings(settings: Settings) -> Iterator[Mapping[str, object]]:
    for agent in settings.agents:
        said = {"name": agent.name, "owner": agent.owner, "is_agent": True, "is_sanctioned": agent.sanctioned}
        yield {"app_id": str(agent.app_id), **said, "from": "settings", "holds": "yes"}


def _registered(settings: Settings, now: datetime) -> Iterator[Mapping[str, object]]:
    cases = read_cases(settings.data)
    for app_id, registration in sorted(cases.apps.items()):
        if app_id in _in_settings(settings):
            holds = "no: the settings say otherwise"
        else:
            holds = "yes" if app_id in cases.registered(now) else "no: expired"
        said = registration.what.model_dump(exclude={"kind"})
        yield {**said, "from": "registry", "holds": holds, "registered_by": registration.made_by}
