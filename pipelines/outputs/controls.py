"""Controls that the data can bear on, out of controls.yaml: a mapping to be confirmed by the reader."""

from functools import lru_cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

MAPPING = "The mapping to controls is a proposal, to be confirmed by the reader. It is no statement of compliance."

_FILE = Path(__file__).parent / "controls.yaml"


class Control(BaseModel):
    """A control, and how the data answers it. An unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(pattern=r"^(SOC 2|ISO/IEC 27001|NIST 800-53|EU AI Act) \S.*$")
    """As the headers of finding rules name it, such as `SOC 2 CC6.1`."""
    title: str
    asks: str
    """What it asks, in our own words."""
    panels: tuple[str, ...] = Field(min_length=1)
    """Panels that answer it. A row of theirs with `is_exception` is an exception."""
    exception: str
    """What counts as an exception."""

    @property
    def framework(self) -> str:
        """The framework that it is of: `SOC 2`, `ISO/IEC 27001`, `NIST 800-53` or `EU AI Act`."""
        return next(name for name in FRAMEWORKS if self.id.startswith(name))


FRAMEWORKS = {
    "SOC 2": "SOC 2, Trust Services Criteria",
    "ISO/IEC 27001": "ISO/IEC 27001:2022, Annex A",
    "NIST 800-53": "NIST SP 800-53, revision 5",
    "EU AI Act": "Regulation (EU) 2024/1689 (AI Act)",
}
"""Framework → its full name."""


@lru_cache(maxsize=1)
def controls() -> tuple[Control, ...]:
    """All controls, in the order of their file. Raises pydantic.ValidationError for a wrong one."""
    return TypeAdapter(tuple[Control, ...]).validate_python(yaml.load(_FILE.read_bytes(), yaml.CSafeLoader))
