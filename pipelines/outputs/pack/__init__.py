"""Evidence packs: a report with its tables, its queries and the original records behind it, checkable elsewhere."""
