"""Incidents in which no human is on the token, and their look-alikes."""

from pipelines.demo.exercise.cast import AGENT_SCOPES
from pipelines.demo.exercise.habits import ask, call_often
from pipelines.demo.exercise.newcomers import add_agent, add_service
from pipelines.demo.exercise.planting import Exercise, LookAlike, Plant, Planted, Planting
from pipelines.demo.tenant.incidents import DELETE_MAIL, STORY
from pipelines.demo.tenant.workloads import sign_in_as_app


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


APP_ONLY: tuple[Planting, ...] = (deleted_mail,)
