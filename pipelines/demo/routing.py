"""Which sources have an event: what was archived, queried, exported by hand or polled from Graph."""

from random import Random

from pipelines.demo.events import GRAPH_ACTIVITY, MICROSOFT, Event

_EVERYWHERE = {"diagnostic": 50, "graph": 30, "log_analytics": 12, "csv": 8}
_NOT_IN_GRAPH = {"diagnostic": 75, "log_analytics": 15, "csv": 10}  # logs that Graph has no route to
_OVERLAP_SHARE = 0.06


def sources_of(event: Event, rng: Random, last_midnight: int, days: int) -> list[str]:
    """Give the shapes in which the export has the event: one, or two where sources overlap.

    The archive of sign-ins and audits stops before the last day, as a setting switched off would do.
    """
    is_in_graph = event.log not in (GRAPH_ACTIVITY, MICROSOFT)
    odds = dict(_EVERYWHERE if is_in_graph else _NOT_IN_GRAPH)
    if is_in_graph and days > 1 and event.at >= last_midnight:
        del odds["diagnostic"]
    first = rng.choices(list(odds), list(odds.values()))[0]
    if rng.random() >= _OVERLAP_SHARE:
        return [first]
    return [first, rng.choice([shape for shape in odds if shape != first])]
