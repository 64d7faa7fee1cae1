"""The URL templates of the installed Microsoft Graph SDK: every path and method that its generated code can call."""

import importlib.util
import re
from pathlib import Path
from urllib.parse import unquote

_TEMPLATE = re.compile(r'super\(\).__init__\(request_adapter,\s*("(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\')', re.DOTALL)
_METHOD = re.compile(r"RequestInformation\(Method\.(\w+)")
_PLACEHOLDER = re.compile(r"\{[^}]*\}")


def sdk_templates() -> dict[str, set[str]]:
    """URL template (`{+baseurl}/users/{user%2Did}{?%24select}`) → methods in capitals, without importing the SDK.

    Takes some seconds: it reads ten thousand files. Raises LookupError where the SDK is not installed.
    """
    spec = importlib.util.find_spec("msgraph")
    if not spec or not spec.submodule_search_locations:
        raise LookupError("msgraph-sdk is not installed")
    found: dict[str, set[str]] = {}
    for file in Path(spec.submodule_search_locations[0]).rglob("generated/**/*_request_builder.py"):
        source = file.read_text(encoding="utf-8")
        template = _TEMPLATE.search(source)
        if template:
            found.setdefault(template[1][1:-1], set()).update(_METHOD.findall(source))
    return found


def as_uri(template: str, some_id: str) -> str:
    """The URI that a request for the template would have, with the same id for every placeholder."""
    path = unquote(template.removeprefix("{+baseurl}").split("{?")[0].split("?")[0])
    return "https://graph.microsoft.com/v1.0" + _PLACEHOLDER.sub(lambda _: some_id, path)
