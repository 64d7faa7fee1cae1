"""What `workspace.yaml` loads: the assets, checks, schedule and sensor of defs/."""

from pipelines.defs.assemble import build_definitions
from pipelines.settings import load_settings

defs = build_definitions(load_settings())
