"""Pages of Microsoft Graph, taken apart as the bytes that came."""

from typing import Any

import orjson

from pipelines.sources.documents import DocumentScanner
from pipelines.sources.graph_faults import GraphError
from pipelines.sources.items import Item, Record


def whole(body: bytes) -> tuple[bytes, dict[str, Any]]:
    """The body and what it says. Raises JSONDecodeError unless it is an object."""
    page = orjson.loads(body)
    if not isinstance(page, dict):
        raise orjson.JSONDecodeError("no object", "", 0)
    return body, page


def cut_up(body: bytes) -> tuple[list[Item], dict[str, Any]]:
    """The elements of a page, cut out of its bytes, and the page, perhaps without them: each is parsed once.

    Raises JSONDecodeError for a body that is cut off, GraphError where the elements cannot be told apart.
    """
    scanner = DocumentScanner()
    items = [*scanner.feed(body), *scanner.end()]
    if items and all(isinstance(item, Record) for item in items):
        first, last = body.find(items[0].line), body.rfind(items[-1].line)
        if 0 < first <= last:
            _, page = whole(body[:first] + body[last + len(items[-1].line) :])
            if page.get("value") == []:
                return items, page
    _, page = whole(body)
    if not page.get("value"):
        return [], page
    if not isinstance(page["value"], list) or len(items) != len(page["value"]):
        raise GraphError("a page whose elements cannot be told apart")
    return items, page
