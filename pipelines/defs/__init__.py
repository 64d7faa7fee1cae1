"""The Dagster side: assets made from the SQL models, their checks, schedule, sensor, and `whoseagent run`."""

import os

# Dagster reads this when it is imported, and whoever runs it here never asked to report to anybody.
os.environ.setdefault("DAGSTER_DISABLE_TELEMETRY", "1")
