"""Many readers of the dashboard at once, without browsers: what a browser says to the server, and what comes back."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from typing import Any

import orjson
from streamlit.proto.Alert_pb2 import Alert
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Delta_pb2 import Delta
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

from pipelines.sources.importing import import_files
from pipelines.warehouse.warehouse import Warehouse

_PATIENCE_SECONDS = 60


@dataclass
class Seen:
    """What came of a page."""

    headings: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    """What says that something failed; empty on a whole page."""
    last_day: str = ""
    """What the filter in the sidebar says when nobody has changed it: the last published day."""

    def take(self, message: ForwardMsg) -> bool:
        """Notes what the message brings; whether it was the last one of the page."""
        kind = message.WhichOneof("type")
        if kind == "delta":
            self._take_delta(message.delta)
        elif kind in ("page_not_found", "session_event"):
            self.wrong.append(str(kind))
        elif kind == "script_finished" and message.script_finished != ForwardMsg.FINISHED_SUCCESSFULLY:
            self.wrong.append(f"script finished: {message.script_finished}")
        return kind == "script_finished"

    def _take_delta(self, delta: Delta) -> None:
        element = delta.new_element
        kind = element.WhichOneof("type")
        if kind == "heading":
            self.headings.append(element.heading.body)
        elif kind == "exception" or (kind == "alert" and element.alert.format == Alert.ERROR):
            self.wrong.append(str(element)[:500])
        elif kind == "date_input" and element.date_input.label == "To":
            self.last_day = (element.date_input.value or element.date_input.default)[0]


@dataclass
class Reader:
    """Somebody with the dashboard open in one tab."""

    socket: ClientConnection

    async def open(self, page: str) -> Seen:
        """A page, whole. Raises TimeoutError where it does not come."""
        asked = BackMsg()
        asked.rerun_script.page_name = page
        await self.socket.send(asked.SerializeToString())
        seen = Seen()
        async with asyncio.timeout(_PATIENCE_SECONDS):
            while not seen.take(ForwardMsg.FromString(_bytes(await self.socket.recv()))):
                pass
        return seen


def _bytes(frame: str | bytes) -> bytes:
    return frame if isinstance(frame, bytes) else frame.encode()


def stream_of(address: str) -> str:
    """Where the server of that address talks with browsers."""
    return f"{address.replace('http', 'ws', 1)}/_stcore/stream"


async def look_at(address: str, pages: Sequence[str]) -> dict[str, Seen]:
    """Each page as one reader sees it."""
    async with connect(stream_of(address), max_size=None) as socket:
        reader = Reader(socket)
        return {page: await reader.open(page) for page in pages}


async def click_until(done: asyncio.Event, address: str, pages: Sequence[str]) -> list[tuple[str, Seen]]:
    """What one reader sees who goes from page to page until then, and then opens one more."""
    clicked = []
    async with connect(stream_of(address), max_size=None, open_timeout=_PATIENCE_SECONDS) as socket:
        reader = Reader(socket)
        for page in cycle(pages):
            if done.is_set():
                break
            clicked.append((page, await reader.open(page)))
        return [*clicked, (pages[0], await reader.open(pages[0]))]


def publish_days(data: Path, tenant_id: str, days: Sequence[str]) -> None:
    """A run for each day, after a Graph request of that day has landed."""
    for day in days:
        properties: dict[str, Any] = {"requestId": day, "timeGenerated": f"{day}T08:00:00Z", "tenantId": tenant_id}
        record = {"category": "MicrosoftGraphActivityLogs", "time": f"{day}T08:00:00Z", "properties": properties}
        file = data.parent / f"{day}.json"
        file.write_bytes(orjson.dumps(record))
        list(import_files(data, [file], tenant_id=tenant_id))
        Warehouse(data).run()
