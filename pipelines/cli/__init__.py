"""The command `whoseagent`."""

from pipelines.cli.start import main

__all__ = ["main"]
