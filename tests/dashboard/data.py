"""A small published tenant whose apps and people have the worst of names. Tests only read it."""

import re
from pathlib import Path

import orjson

from pipelines.cases.follow import follow
from pipelines.demo import write_tenant
from pipelines.sources.importing import import_files
from pipelines.warehouse.warehouse import Warehouse

HOSTILE = (
    "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>",
    "[click](https://evil.example.com) ![picture](https://evil.example.com/pixel.png)",
    "$\\href{https://evil.example.com}{formula}$ :red[red] :material/delete: :skull:",
    "**bold** `code` https://evil.example.com www.evil.example.com kim@evil.example.com",
    "\x1b[31mred\x1b]0;owned\x07 \u202etxt.exe\u2066",
    "# heading | table | > quote ~~gone~~ &lt;b&gt; \\ \u0000",
    "long" * 25_000,
)
"""Names that steer a browser, Markdown, a formula, a terminal or the direction of text, or go on for ever."""

_NAME = re.compile(rb'("[aA]ppDisplayName": ?)"((?:[^"\\]|\\.)+)"')


def hostile_tenant(folder: Path) -> Path:
    """The data folder, made in `folder`: two days, with findings that are open."""
    summary = write_tenant(folder / "export", days=2, scale=0.05)
    for path in (folder / "export").rglob("*.json"):
        path.write_bytes(_NAME.sub(_renamed, path.read_bytes()))
    for name, tenant_id in summary.tenants.items():
        list(import_files(folder / "data", [folder / "export" / name], tenant_id=tenant_id))
    warehouse = Warehouse(folder / "data")
    warehouse.run()
    with warehouse.only_run():
        follow(warehouse.data_folder)
    return warehouse.data_folder


def _renamed(found: re.Match[bytes]) -> bytes:
    """The same worst name for the same name."""
    name = HOSTILE[sum(found[2]) % len(HOSTILE)].replace("\u0000", "")
    return found[1] + orjson.dumps(name[:5_000])
