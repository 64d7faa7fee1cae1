"""The synthetic tenant of `whoseagent demo`: who exists, what happens, and the logs in every shape they come in."""

from pipelines.demo.export import write_export
from pipelines.demo.summary import Summary

__all__ = ["Summary", "write_export"]
