"""Incidents of tokens and sign-ins, and their look-alikes."""

from pipelines.demo.exercise.planting import Planting

TOKENS: tuple[Planting, ...] = ()
