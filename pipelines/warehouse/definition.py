"""What a model's rows follow from besides the rows that it reads: its query, and the macros and rules it goes by."""

from functools import cache
from hashlib import sha256
from pathlib import Path

from pipelines import catalog
from pipelines.warehouse.macros import shared_macros
from pipelines.warehouse.models import OPERATION_CLASSES, Model

_NO_RULES = frozenset({"permission_map.py", "sdk_templates.py"})
"""Modules that only look at the classification: no request is classified otherwise when they change."""


def definition(model: Model) -> str:
    """The query with all that it goes by: another text means that the model's rows may be others."""
    macros = shared_macros()
    texts = {macros[name] for name in model.functions if name in macros}
    rules = [operation_rules()] if OPERATION_CLASSES in model.depends_on else []
    return "\0".join([model.sql, *sorted(texts), *rules])


@cache
def operation_rules() -> str:
    """Hash of the rules that classify Graph operations, as this process has them."""
    folder = Path(catalog.__file__).parent / "graph"
    files = sorted(path for path in folder.glob("*.py") if path.name not in _NO_RULES)
    return sha256(b"\0".join(path.read_bytes() for path in files)).hexdigest()
