"""Incidents of rights, credentials and the directory, and their look-alikes."""

from pipelines.demo.exercise.planting import Planting

DIRECTORY: tuple[Planting, ...] = ()
