"""Zstandard, from the standard library where Python has it (3.14 on), else from its backport of the same interface."""

import sys

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

__all__ = ["zstd"]
