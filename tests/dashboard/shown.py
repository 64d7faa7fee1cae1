"""What a browser was sent of a page: its elements, each with the queries that stand beside it."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from playwright.sync_api import WebSocket
from streamlit.proto.Block_pb2 import Block
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

Place = tuple[int, ...]
"""Where something stands in the tree of a page: places of what it stands in come first."""

_MAIN = 0


@dataclass
class Shown:
    """A page as the server sent it last."""

    blocks: dict[Place, Block] = field(default_factory=dict)
    elements: dict[Place, Element] = field(default_factory=dict)
    _sent: dict[str, ForwardMsg] = field(default_factory=dict)

    def listen(self, socket: WebSocket) -> None:
        """Takes what comes through the connection of a browser."""
        socket.on("framereceived", lambda frame: self._take(frame if isinstance(frame, bytes) else frame.encode()))

    def of_page(self) -> Iterator[tuple[Place, Element]]:
        """The elements of the page itself, from top to bottom; those of the sidebar are not among them."""
        return ((place, self.elements[place]) for place in sorted(self.elements) if place[0] == _MAIN)

    def beside(self, place: Place) -> list[str]:
        """The queries in the nearest frame around the place; none where it stands in no frame that has one."""
        for length in range(len(place) - 1, 1, -1):
            around = place[:length]
            if around in self.blocks and _is_frame(self.blocks[around]) and (found := self._queries_in(around)):
                return found
        return []

    def key(self, place: Place) -> str:
        """The key of what the element stands in; empty where it has none."""
        block = self.blocks.get(place[:-1])
        return block.id if block else ""

    def _queries_in(self, around: Place) -> list[str]:
        return [query for place, query in self.queries.items() if place[: len(around)] == around]

    @property
    def queries(self) -> dict[Place, str]:
        """Every query of the page."""
        return {
            place: element.code.code_text
            for place, element in self.of_page()
            if element.WhichOneof("type") == "code" and element.code.language == "sql"
        }

    def _take(self, frame: bytes) -> None:
        message = ForwardMsg.FromString(frame)
        place = tuple(message.metadata.delta_path)
        if message.WhichOneof("type") == "ref_hash":
            message = self._sent[message.ref_hash]
        elif message.hash:
            self._sent[message.hash] = message
        if message.WhichOneof("type") == "new_session" and not message.metadata.run.fragment_ids:
            self.blocks.clear()
            self.elements.clear()
        elif message.WhichOneof("type") == "delta":
            self._put(place, message)

    def _put(self, place: Place, message: ForwardMsg) -> None:
        kind = message.delta.WhichOneof("type")
        if kind == "add_block":
            self.blocks[place] = message.delta.add_block
        elif kind == "new_element":
            self.elements[place] = message.delta.new_element


def _is_frame(block: Block) -> bool:
    return block.flex_container.border or "numbers_" in block.id
