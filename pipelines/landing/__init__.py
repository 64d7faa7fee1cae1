"""Immutable evidence: the exact original records, compressed, named by their content, entered in a hash chain."""
