"""Incidents in which no human is on the token, and their look-alikes."""

from pipelines.demo.exercise.cast import AGENT_SCOPES
from pipelines.demo.exercise.habits import READ_FILES, READ_MAIL, SEND_MINE, ask, call_often
from pipelines.demo.exercise.newcomers import add_agent, add_service
from pipelines.demo.exercise.planting import Exercise, LookAlike, Plant, Planted, Planting
from pipelines.demo.tenant.agentic import act, sign_in_as_user
from pipelines.demo.tenant.calls import CONTENT, SEND_AS, Call
from pipelines.demo.tenant.incidents import DELETE_MAIL, STORY
from pipelines.demo.tenant.workloads import sign_in_as_app

READ_COPILOT_HISTORY = Call(
    "GET", "beta/copilot/users/{user}/interactionHistory/getAllEnterpriseInteractions", 200, CONTENT, "read"
)
READ_EVENTS = Call("GET", "v1.0/users/{user}/events", 200, CONTENT, "read")
MOVE_EVENT = Call("PATCH", "v1.0/users/{user}/events/{mail}", 200, CONTENT, "update")


def deleted_mail(exercise: Exercise) -> Planted:
    """An application with a secret deletes a person's mail; a person's agent does the same on behalf of that person."""
    today, (lee, patti) = exercise.today, (exercise.world.characters[name] for name in ("Lee", "Patti"))
    service = add_service(exercise, "Mail Cleaner", "Mail.ReadWrite", reads=lee)
    token = sign_in_as_app(today, service, today.clock(13, 10), STORY)
    call_often(today, token, today.clock(13, 14), DELETE_MAIL, lee, times=3)
    agent = add_agent(exercise, "Tidy Agent", asked_by=patti, scopes=f"{AGENT_SCOPES} Mail.ReadWrite")
    call_often(today, ask(today, patti, agent, today.clock(13, 30)), today.clock(13, 34), DELETE_MAIL, patti, times=3)
    yield Plant(
        "app_only_user_write",
        "an application with a secret deletes a person's mail",
        {"app_id": service.app_id, "target_user_id": lee.id},
    )
    yield LookAlike("app_only_user_write", "a person's agent deletes that person's mail", {"app_id": agent.app_id})


def mail_in_a_users_name(exercise: Exercise) -> Planted:
    """An application sends mail as a person; the collector mails its report, and an agent sends for who asked it."""
    today, diego = exercise.today, exercise.world.characters["Diego"]
    service = add_service(exercise, "Invoice Mailer", "Mail.Read Mail.Send", reads=diego)
    token = sign_in_as_app(today, service, today.clock(14, 10), STORY)
    call_often(today, token, today.clock(14, 12), SEND_AS, diego, times=2)
    collector = exercise.world.collector
    token = sign_in_as_app(today, collector, today.clock(14, 20), "self")
    call_often(today, token, today.clock(14, 21), SEND_AS, exercise.world.members[0])
    agent = exercise.world.agents[0]
    call_often(today, ask(today, diego, agent, today.clock(14, 30)), today.clock(14, 31), SEND_MINE)
    sent_as = {"app_id": service.app_id, "target_user_id": diego.id}
    yield Plant("app_only_mail_send", "an application sends mail as a person", sent_as)
    yield LookAlike("app_only_user_write", "mail has a rule of its own", sent_as)
    for rule in ("app_only_mail_send", "app_only_user_write"):
        yield LookAlike(rule, "the collector mails its report", {"app_id": collector.app_id})
        yield LookAlike(rule, "an agent sends mail for the person who asked it", {"app_id": agent.app_id})


def collected_mailboxes(exercise: Exercise) -> Planted:
    """An application that reads one mailbox a day reads twelve; another one reads eleven, and ten on other days."""
    today, people = exercise.today, exercise.world.members
    service = add_service(exercise, "Mailbox Export", "Mail.Read", reads=people[2])
    token = sign_in_as_app(today, service, today.clock(15, 10), STORY)
    call_often(today, token, today.clock(15, 12), READ_MAIL, *people[:12])
    busy = add_service(exercise, "File Backup", "Files.Read.All", reads=people[3], call=READ_FILES)
    for scene in exercise.scenes:
        token = sign_in_as_app(scene, busy, scene.clock(4, 10), STORY)
        call_often(scene, token, scene.clock(4, 12), READ_FILES, *people[: 11 if scene is today else 10])
    yield Plant("app_only_read_burst", "an application reads twelve mailboxes", {"app_id": service.app_id})
    yield LookAlike("app_only_read_burst", "a backup reads what it always reads", {"app_id": busy.app_id})


def collected_prompts(exercise: Exercise) -> Planted:
    """An application reads a person's Copilot history; an agent does so for the person whose history it is."""
    today, (lee, megan) = exercise.today, (exercise.world.characters[name] for name in ("Lee", "Megan"))
    service = add_service(exercise, "Adoption Insights", "AiEnterpriseInteraction.Read.All Mail.Read", reads=lee)
    token = sign_in_as_app(today, service, today.clock(16, 10), STORY)
    call_often(today, token, today.clock(16, 12), READ_COPILOT_HISTORY, lee)
    agent = add_agent(exercise, "Prompt Coach", asked_by=megan, scopes=f"{AGENT_SCOPES} AiEnterpriseInteraction.Read")
    token = ask(today, megan, agent, today.clock(16, 30))
    call_often(today, token, today.clock(16, 32), READ_COPILOT_HISTORY, megan)
    yield Plant(
        "app_only_copilot_history",
        "an application reads a person's Copilot history",
        {"app_id": service.app_id, "target_user_id": lee.id},
    )
    yield LookAlike("app_only_copilot_history", "a person's agent reads that person's own", {"app_id": agent.app_id})


def bypassed_consent(exercise: Exercise) -> Planted:
    """An agent that reads mail for a person reads mail on its own; another one reads calendars on its own instead."""
    today, (alex, lee) = exercise.today, (exercise.world.characters[name] for name in ("Alex", "Lee"))
    drifting = add_agent(exercise, "Inbox Summary", asked_by=alex)
    other = add_agent(exercise, "Room Planner", asked_by=alex)
    for agent, role, call in ((drifting, "Mail.Read", READ_MAIL), (other, "Calendars.Read", READ_EVENTS)):
        exercise.directory.grant(agent, role)
        token = sign_in_as_app(today, agent.changed(roles=role, scopes=""), today.clock(17, 10), STORY)
        call_often(today, token, today.clock(17, 12), call, lee, times=2)
    yield Plant(
        "shape_drift",
        "an agent reads mail on its own as it does for a person",
        {"app_id": drifting.app_id, "target_user_id": lee.id},
    )
    yield LookAlike("shape_drift", "on its own an agent reads other data than for a person", {"app_id": other.app_id})


def unasked_agent(exercise: Exercise) -> Planted:
    """An agent identity that people ask reads a mailbox on its own; another one can do nothing else."""
    today, (*_, asked, alone) = exercise.today, exercise.world.agent_identities[:4]
    exercise.directory.grant(asked, "Mail.Read")
    token = act(today, asked.changed(roles="Mail.Read", scopes=""), today.clock(18, 10), STORY)
    call_often(today, token, today.clock(18, 12), READ_MAIL, exercise.world.characters["Patti"])
    yield Plant(
        "agent_identity_app_only", "an agent identity that people ask acts on its own", {"app_id": asked.app_id}
    )
    yield LookAlike("agent_identity_app_only", "an agent identity that nobody can ask", {"app_id": alone.app_id})


def meddling_account(exercise: Exercise) -> Planted:
    """An agent's account changes a person's calendar; another one keeps to its own mailbox, and names it by id."""
    today, world, isaiah = exercise.today, exercise.world, exercise.world.characters["Isaiah"]
    (account, own), (identity, quiet) = world.agent_users[:2], world.agent_identities[:2]
    token = sign_in_as_user(today, account, identity, today.clock(19, 10), STORY)
    call_often(today, token, today.clock(19, 12), MOVE_EVENT, isaiah, times=2)
    token = sign_in_as_user(today, own, quiet, today.clock(19, 20), STORY)
    call_often(today, token, today.clock(19, 22), SEND_MINE)
    call_often(today, token, today.clock(19, 23), DELETE_MAIL, own)
    meddled = {"app_id": identity.app_id, "target_user_id": isaiah.id}
    yield Plant("agent_user_on_others_data", "an agent's account changes a person's calendar", meddled)
    yield LookAlike("app_only_user_write", "an agent's account has a rule of its own", meddled)
    for rule in ("agent_user_on_others_data", "app_only_user_write"):
        yield LookAlike(rule, "an agent's account keeps to its own mailbox", {"app_id": quiet.app_id})


def nobodys_application(exercise: Exercise) -> Planted:
    """An application without an owner reads mail every day; a managed identity and a sponsored agent do so, too."""
    service = add_service(exercise, "Forgotten Importer", "Mail.Read", reads=exercise.world.members[4])
    exercise.directory.application(service)["owners"] = []
    resource, sponsored = exercise.world.managed_identities[0], exercise.world.agent_identities[3]
    yield Plant("agent_without_owner", "an application without an owner reads mail", {"app_id": service.app_id})
    yield LookAlike("agent_without_owner", "a resource in Azure", {"app_id": resource.app_id})
    yield LookAlike("agent_without_owner", "an agent identity with a sponsor", {"app_id": sponsored.app_id})


def idle_permission(exercise: Exercise) -> Planted:
    """An application that reads mail may send it, too, and never does; another one reads files, as it may."""
    service = add_service(exercise, "Mail Statistics", "Mail.Read Mail.Send", reads=exercise.world.members[5])
    reader = exercise.world.duties["files"][0]
    yield Plant("permission_never_used", "an application never sends the mail that it may", {"app_id": service.app_id})
    yield LookAlike("permission_never_used", "an application uses what it has", {"app_id": reader.app_id})


APP_ONLY: tuple[Planting, ...] = (
    deleted_mail,
    mail_in_a_users_name,
    collected_mailboxes,
    collected_prompts,
    bypassed_consent,
    unasked_agent,
    meddling_account,
    nobodys_application,
    idle_permission,
)
