"""The answer about one request in words: which human, which agent, how sure. A guess is never put as certain."""

from typing import NamedTuple

from pipelines.dashboard.text import words
from pipelines.outputs.chain_words import GRADES, why_unresolved
from pipelines.outputs.chains import Row

_NO_HUMAN = {
    "agent_user": "The user on the token is an account of the agent's own.",
    "autonomous_agent": "There is no human on the token: the agent acted on its own.",
    "app_only": "There is no human on the token: the app acted on its own.",
    "first_party": "It is one of Microsoft's own apps, and no human is named.",
}
_FRONT_ENDS = {
    "ambiguous": ("Several fit", "None of them is chosen: see the chain."),
    "unresolved": ("Not in the logs", "No token of another client fits."),
}


class Part(NamedTuple):
    """A part of the answer."""

    asked: str
    said: str
    why: str


def answer_to(request: Row) -> list[Part]:
    """The parts of the answer; the request's row as the viewer may see it."""
    return [_human(request), _agent(request), _front_end(request), _certainty(request)]


def _human(request: Row) -> Part:
    actor, user_id = request["actor_class"], request["user_id"]
    if actor in ("human_direct", "human_via_agent") and user_id:
        doubt = "Perhaps an agent of theirs did it." if _is_perhaps_an_agents(request) else ""
        return Part("Human", request["user_upn"] or user_id, f"User {user_id}. {doubt}".rstrip())
    if actor in _NO_HUMAN:
        return Part("Human", "Nobody", _NO_HUMAN[actor])
    named = f"The request names the user object {request['user_upn'] or user_id}." if user_id else ""
    doubt = "That may be a person, an agent that acts for them, or an agent's own account." if named else ""
    return Part("Human", "Nobody can be known", f"{named} {doubt}".strip() or "No log names one.")


def _agent(request: Row) -> Part:
    if request["agent_app_id"]:
        return Part("Agent", request["agent_name"] or request["agent_app_id"], f"App {request['agent_app_id']}.")
    through = f"The request came through {request['app_name'] or request['app_id']}."
    if request["actor_class"] == "human_direct" and not _is_perhaps_an_agents(request):
        return Part("Agent", "None", through)
    said = "None" if request["actor_class"] == "first_party" else "Not known"
    return Part("Agent", said, through)


def _is_perhaps_an_agents(request: Row) -> bool:
    return bool(request["audit_clarity"] == "unknown")


def _front_end(request: Row) -> Part:
    if request["front_end_app_id"]:
        said = request["front_end_name"] or request["front_end_app_id"]
        return Part("Front end", said, f"App {request['front_end_app_id']}; chain {request['chain_grade']}.")
    if request["chain_grade"] in _FRONT_ENDS:
        return Part("Front end", *_FRONT_ENDS[request["chain_grade"]])
    if request["actor_class"] == "unknown" or _is_perhaps_an_agents(request):
        return Part("Front end", "Not known", "Without a sign-in or a hop, the logs do not show one.")
    return Part("Front end", "None", "No other app stands before this one.")


def _certainty(request: Row) -> Part:
    grade, reason = request["attribution_grade"], why_unresolved(request)
    why = ": ".join(filter(None, (GRADES.get(grade, ""), reason)))
    return Part("How sure", words(grade).capitalize(), f"{why[:1].upper()}{why[1:]}.")
