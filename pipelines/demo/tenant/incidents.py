"""The named incidents of the last day that people and their agents are behind."""

from collections.abc import Callable
from dataclasses import dataclass

from pipelines.demo.clock import MINUTE
from pipelines.demo.events import GraphRequest, SignIn
from pipelines.demo.people import App, User
from pipelines.demo.tenant.agentic import exchange_as_identity, sign_in_as_user
from pipelines.demo.tenant.calls import CONTENT, Call
from pipelines.demo.tenant.direct import sign_in
from pipelines.demo.tenant.scene import NO_TOKEN, Scene, exchange, silently

STORY = "incident"
DELETE_MAIL = Call("DELETE", "v1.0/users/{user}/messages/{mail}", 204, CONTENT, "delete")
SEND_MINE = Call("POST", "v1.0/me/sendMail", 202, CONTENT, "send")


@dataclass(frozen=True)
class Incident:
    """A question that somebody asks, the requests it is about, and the answer."""

    name: str
    question: str
    answer: str
    requests: tuple[GraphRequest, ...]


def deleted_messages(scene: Scene) -> Incident:
    """A person's agent, asked in Teams, deletes in somebody else's mailbox."""
    alex, megan = scene.world.characters["Alex"], scene.world.characters["Megan"]
    agent, teams = scene.world.agents[2], scene.world.front_ends[0]
    asked = _ask(scene, alex, scene.clock(10, 40), teams, agent)
    token = exchange(scene, asked, agent, scene.world.graph, scene.clock(10, 40, 9))
    requests = _calls(scene, token, scene.clock(10, 42, 5), DELETE_MAIL, 3, target=megan)
    return Incident(
        "deleted-messages",
        "Who deleted Megan's messages at 10:42?",
        f"Alex Wilber's agent {agent.name} did, on behalf of Alex, who asked it in {teams.name}.",
        requests,
    )


def invoice_sent(scene: Scene) -> Incident:
    """The same with an Entra agent identity."""
    isaiah, world = scene.world.characters["Isaiah"], scene.world
    identity, front_end = world.agent_identities[2], world.front_ends[2]
    asked = _ask(scene, isaiah, scene.clock(11, 2), front_end, world.blueprints[0])
    token = exchange_as_identity(scene, asked, identity, scene.clock(11, 2, 12))
    return Incident(
        "invoice-sent",
        "Did Isaiah send the invoice at 11:05 himself?",
        f"No: his agent {identity.name}, an agent identity of {world.blueprints[0].name}, did on his behalf; "
        f"he asked it in {front_end.name}.",
        _calls(scene, token, scene.clock(11, 5), SEND_MINE, 1),
    )


def read_through_hops(scene: Scene) -> Incident:
    """Front end → API 1 → API 2 → Graph."""
    world = scene.world
    asked = _ask(scene, world.characters["Diego"], scene.clock(15, 19), world.front_ends[2], world.gateway)
    inner = exchange(scene, asked, world.gateway, world.search_agent, scene.clock(15, 19, 2))
    token = exchange(scene, inner, world.search_agent, world.graph, scene.clock(15, 19, 4))
    download = Call("GET", "v1.0/users/{user}/drive/items/{item}/content", 302, CONTENT, "read")
    chain = " → ".join(app.name for app in (world.front_ends[2], world.gateway, world.search_agent))
    return Incident(
        "file-read-through-hops",
        "How did Diego's question reach Patti's file at 15:20?",
        f"Through {chain}: Diego Siciliani's agent {world.search_agent.name} read it on his behalf.",
        _calls(scene, token, scene.clock(15, 20), download, 1, target=world.characters["Patti"]),
    )


def shared_plan(scene: Scene) -> Incident:
    """Two front ends fit, and nothing tells them apart."""
    lee, agent = scene.world.characters["Lee"], scene.world.digest_agent
    fitting = scene.world.front_ends[:2]
    root = sign_in(scene, lee, scene.clock(8, 3), story=STORY)
    both = [
        silently(scene, root, scene.clock(13, 24 + 3 * number), front_end, agent, story=STORY, session_id="")
        for number, front_end in enumerate(fitting)
    ]
    token = exchange(scene, both[0], agent, scene.world.graph, scene.clock(13, 29), correlation_id=root.id)
    share = Call("POST", "v1.0/me/drive/items/{item}/createLink", 201, CONTENT, "share")
    return Incident(
        "shared-plan",
        "In which app did Lee ask for the plan to be shared at 13:31?",
        f"It cannot be known: {fitting[0].name} and {fitting[1].name} fit equally well. That Lee Gu's agent "
        f"{agent.name} shared it on Lee's behalf is certain.",
        _calls(scene, token, scene.clock(13, 31), share, 1),
    )


def forwarded_contract(scene: Scene) -> Incident:
    """A person, at the keyboard."""
    client = scene.world.public_clients[-1]
    token = _ask(scene, scene.world.characters["Grady"], scene.clock(14, 6), client, scene.world.graph)
    forward = Call("POST", "v1.0/me/messages/{mail}/forward", 202, CONTENT, "send")
    return Incident(
        "forwarded-contract",
        "Which agent forwarded the contract from Grady's mailbox at 14:10?",
        f"None: Grady Archie did it himself in {client.name}, a public client.",
        _calls(scene, token, scene.clock(14, 10), forward, 1),
    )


def moved_meeting(scene: Scene) -> Incident:
    """A web application that holds a secret, and is no agent."""
    client, patti = scene.world.web_apps[0], scene.world.characters["Patti"]
    root = sign_in(scene, patti, scene.clock(8, 40), story=STORY)
    token = silently(
        scene, root, scene.clock(9, 12), client, scene.world.graph, story=STORY, protocol="authorizationCodeWithPkce",
        incoming_token=NO_TOKEN,
    )  # fmt: skip
    move = Call("PATCH", "v1.0/me/events/{mail}", 200, CONTENT, "update")
    return Incident(
        "moved-meeting",
        "Did an agent move Patti's meeting at 09:15?",
        f"No: Patti Fernandez did it herself in the web application {client.name}, which redeemed a code.",
        _calls(scene, token, scene.clock(9, 15), move, 1),
    )


def mail_of_agent_user(scene: Scene) -> Incident:
    """A user object that is not a human."""
    user, identity = scene.world.agent_users[0], scene.world.agent_identities[0]
    token = sign_in_as_user(scene, user, identity, scene.clock(17, 4), STORY)
    return Incident(
        "mail-of-agent-user",
        f"Who is behind the mail that {user.upn} sent at 17:06?",
        f"No human: the agent identity {identity.name} acted as its own user account {user.upn}.",
        _calls(scene, token, scene.clock(17, 6), SEND_MINE, 1),
    )


def deleted_events(scene: Scene) -> Incident:
    """The sign-in row has not arrived when the export is made."""
    lynne, client = scene.world.characters["Lynne"], scene.world.web_apps[2]
    root = sign_in(scene, lynne, scene.clock(16, 30), story=STORY)
    token = silently(scene, root, scene.clock(22, 47), client, scene.world.graph, story=f"{STORY}_late")
    delete = Call("DELETE", "v1.0/me/events/{mail}", 204, CONTENT, "delete")
    return Incident(
        "deleted-events",
        "Did Lynne delete her events at 22:50, or did an agent of hers?",
        f"It cannot be known yet: the request names Lynne Robbins and {client.name}, but the sign-in has not arrived.",
        _calls(scene, token, scene.clock(22, 50), delete, 2),
    )


def _ask(scene: Scene, user: User, at: int, client: App, resource: App) -> SignIn:
    """Give the token that `client` gets in the person's session of that day."""
    root = sign_in(scene, user, at - 95 * MINUTE, story=STORY)
    return silently(scene, root, at, client, resource, story=STORY)


def _calls(
    scene: Scene, token: SignIn, at: int, call: Call, count: int, *, target: User | None = None
) -> tuple[GraphRequest, ...]:
    moments = [at + number * MINUTE // 6 for number in range(count)]
    return tuple(scene.call(token, moment, call, target=target, status=call.status) for moment in moments)


OF_PEOPLE: tuple[Callable[[Scene], Incident], ...] = (
    deleted_messages, invoice_sent, read_through_hops, shared_plan, forwarded_contract, moved_meeting,
    mail_of_agent_user, deleted_events,
)  # fmt: skip
