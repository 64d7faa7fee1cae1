"""What a regular day in the exercise tenant is made of: the same calls, a few minutes earlier or later."""

from typing import Any

from pipelines.demo.clock import MINUTE, iso
from pipelines.demo.events import INTERACTIVE, GraphRequest, SignIn
from pipelines.demo.people import App, User
from pipelines.demo.tenant.calls import CONTENT, OBJECT, SHARED, TENANT, Call
from pipelines.demo.tenant.scene import NO_TOKEN, Scene, exchange, silently

READ_ME = Call("GET", "v1.0/me", 200, OBJECT, "read")
READ_MY_MAIL = Call("GET", "v1.0/me/messages?$select=id,subject,from&$top=25", 200, CONTENT, "read")
READ_MY_CALENDAR = Call("GET", "v1.0/me/calendarView", 200, CONTENT, "read")
SEND_MINE = Call("POST", "v1.0/me/sendMail", 202, CONTENT, "send")
READ_MAIL = Call("GET", "v1.0/users/{user}/messages?$filter=isRead eq false", 200, CONTENT, "read")
READ_FILES = Call("GET", "v1.0/users/{user}/drive/root/children", 200, CONTENT, "read")
READ_GROUP = Call("GET", "v1.0/groups/{group}/members", 200, SHARED, "read")
READ_SIGN_INS = Call("GET", "beta/auditLogs/signIns?$top=500", 200, TENANT, "read")
UPDATE_USER = Call("PATCH", "v1.0/users/{user}", 204, OBJECT, "update", changes="Update user")
REGULAR = "regular"  # the story of what is no incident


def about(scene: Scene, hour: int, minute: int) -> int:
    """Give a moment of the day up to two minutes after this time by the clock."""
    return scene.clock(hour, minute) + scene.rng.randrange(2 * MINUTE)


def call_all(scene: Scene, token: SignIn, *calls: Call, target: User | None = None) -> None:
    """Let the token's holder make each of the calls once, in the minutes after it got the token."""
    for number, call in enumerate(calls, 1):
        scene.call(token, token.at + number * MINUTE, call, target=target, status=call.status)


def call_often(
    scene: Scene, token: SignIn, at: int, call: Call, *people: User, times: int = 1, apart: int = MINUTE // 6,
    status: int = 0, **details: Any,
) -> tuple[GraphRequest, ...]:  # fmt: skip
    """Let the token's holder make the call `times` times about each of these people, and give the requests.

    `status` is the call's own unless given; `details` are fields of the request, such as another `ip_address`.
    """
    targets: list[User | None] = [target for target in people or (None,) for _ in range(times)]
    return tuple(
        scene.call(token, at + number * apart, call, target=target, status=status or call.status, **details)
        for number, target in enumerate(targets)
    )


def root_of(scene: Scene, user: User, at: int) -> SignIn:
    """Give the person's sign-in of that day. Raises ValueError where there is none before `at`."""
    for event in scene.activity.sign_ins:
        is_theirs = event.log == INTERACTIVE and event.user == user and not event.error_code
        if is_theirs and scene.start <= event.at < at:
            return event
    raise ValueError(f"{user.upn} has not signed in on that day before {iso(at)}.")


def work_in_client(scene: Scene, user: User, at: int) -> SignIn:
    """Give the token that a person has in Office, a public client, in the session of the day."""
    client, graph = scene.world.public_clients[-1], scene.world.graph
    return silently(scene, root_of(scene, user, at), at, client, graph, story=REGULAR)


def work_in_web_app(scene: Scene, user: User, app: App, at: int) -> SignIn:
    """Give the token that a web application has redeemed a person's code for."""
    return silently(
        scene, root_of(scene, user, at), at, app, scene.world.graph, story=REGULAR,
        protocol="authorizationCodeWithPkce", incoming_token=NO_TOKEN,
    )  # fmt: skip


def ask(scene: Scene, user: User, agent: App, at: int) -> SignIn:
    """Give the token that an agent has exchanged for the person who asked it in the person's front end."""
    front_end = front_end_of(scene, user)
    asked = silently(scene, root_of(scene, user, at), at, front_end, agent, story=REGULAR)
    return exchange(scene, asked, agent, scene.world.graph, scene.soon(asked.at, 9))


def front_end_of(scene: Scene, user: User) -> App:
    """Give the front end in which this person always talks to agents."""
    return scene.world.front_ends[sign_in_hour(scene, user) % len(scene.world.front_ends)]


def sign_in_hour(scene: Scene, user: User) -> int:
    """Give the hour in which this person signs in; the characters do before noon."""
    return scene.world.people.index(user)
