"""Drives: every employee has one, every group has one, and an id does not say whose it is."""

from random import Random

from pipelines.demo.identifiers import opaque
from pipelines.demo.people import User
from pipelines.demo.world import World


def drive_of(owner_id: str, world: World) -> str:
    """Give the drive id of a user or group, the same every time."""
    return opaque(Random(f"{world.tenant_id}/{owner_id}"), "b!", 64)


def some_drive(rng: Random, world: World, person: User, group_id: str) -> str:
    """Give the drive of this person, or now and then of this group; a guest has none."""
    owns = person.user_type != "guest" and rng.random() < 0.8
    return drive_of(person.id if owns else group_id, world)
