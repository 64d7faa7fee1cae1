"""What a Graph request does to whose data: the URI normaliser and the classification of operations."""

from pipelines.catalog.graph.operations import Operation, classify, classify_all, outcome
from pipelines.catalog.graph.targets import GraphPath, normalise, owner_label

__all__ = ["GraphPath", "Operation", "classify", "classify_all", "normalise", "outcome", "owner_label"]
