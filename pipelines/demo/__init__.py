"""The synthetic tenant of `whoseagent demo`: who exists, what happens, and the logs in every shape they come in."""

from pipelines.demo.exercise.write import write_exercise
from pipelines.demo.export import write_export
from pipelines.demo.summary import Summary
from pipelines.demo.tenant.write import write_inventory, write_tenant

__all__ = ["Summary", "write_exercise", "write_export", "write_inventory", "write_tenant"]
