"""From landed evidence to published tables: SQL model files, read, ordered, run, written and published."""
