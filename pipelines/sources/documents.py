"""JSON documents of any size and layout → their elements, sliced out of the input bytes and never re-serialised."""

import re
from collections.abc import Iterable, Iterator

from pipelines.sources import items
from pipelines.sources.items import (
    BYTE_ORDER_MARK,
    STRING,
    WHITE_SPACE,
    BadLine,
    Item,
    bad_line,
    is_json,
    judge,
    too_long,
)

# From anywhere outside a string to just after the next bracket: 1 opens, 2 closes; 3 is a quote that has no partner
# in the buffer, or the end of the buffer.
_TO_BRACKET = re.compile(rb'(?:[^"{}\[\]]*+' + STRING + rb')*+[^"{}\[\]]*+(?:([{\[])|([}\]])|("|\Z))')
_BRACKET = re.compile(rb"[{}\[\]]")
_REST_OF_STRING = re.compile(rb'(?:[^"\\\n]++|\\[^\n])*+(?:("|\\?\n)|(\\?)\Z)')
_GAP = re.compile(rb"(?:[\s,]|" + BYTE_ORDER_MARK + rb")*+")

_MEMBER = STRING + rb'\s*+:\s*+(?:[^\s"{}\[\],:]++|' + STRING + rb")\s*+"
# The start of a Graph page or an Event Hub body: nothing but scalars before its list of objects.
_PAGE = re.compile(rb"\{\s*+(?:" + _MEMBER + rb',\s*+)*+"(?:value|records)"\s*+:\s*+\[\s*+(?=\{)')
_PAGE_END = re.compile(rb"\s*+(?:,\s*+" + _MEMBER + rb")*+\}")

_NONE = -1


class DocumentScanner:
    """Finds the records in JSON documents: array elements, page elements, and objects that stand alone.

    Memory is bounded by the largest record, not by the document. `cut` tells, after `end`, whether the last document
    was unfinished.
    """

    def __init__(self) -> None:
        self.cut = False
        self._buffer = b""
        self._at = 0  # where the value begins that the scanner is in, or where it looks for the next
        self._doing = ""  # what the scanner is in: "value", "text" between values, "page end", or "" for none
        self._scanned = 0  # up to here the brackets are counted in `_depth`
        self._depth = 0
        self._lists = ""  # the open lists, outermost first: "a" an array, "p" the list of a page
        self._is_long = False  # some of the value is already given out, for its length
        self._in_string = False  # of a long value; others wait until their strings are complete

    def feed(self, data: bytes) -> Iterator[Item]:
        """Yield what is complete now that these bytes have followed."""
        self._buffer = self._buffer[self._at :] + data
        self._scanned -= self._at
        self._at = 0
        while self._doing or self._begin():
            end = self._find_end()
            if end != _NONE:
                yield from self._finish(end)
            elif not self._is_page():
                break
        if self._doing and (self._is_long or len(self._buffer) - self._at > items.MAX_RECORD_BYTES):
            yield from self._give_out_long()

    def end(self, unfinished: str = "truncated") -> Iterator[Item]:
        """Yield what is left, as a BadLine with this reason if it is unfinished."""
        yield from self.feed(b"\n")  # settles strings that never closed
        rest = self._buffer[self._at :].rstrip(WHITE_SPACE + b",")
        self.cut = bool(self._lists) or self._doing in ("value", "page end")
        if self._is_long:
            yield from too_long(rest, ends=True)
        elif self._doing == "text" and not self._lists:
            yield _judge_text(rest)
        elif rest:
            yield bad_line(rest, unfinished)

    def _begin(self) -> bool:
        """Go to the next value; False if there is none yet."""
        while True:
            gap = _GAP.match(self._buffer, self._at)
            self._at = gap.end() if gap else self._at
            if BYTE_ORDER_MARK.startswith(self._buffer[self._at : self._at + 3]):
                return False  # the buffer ends, perhaps within such a mark
            first = self._buffer[self._at : self._at + 1]
            if first == b"[" and not self._lists:
                self._at += 1
                self._lists = "a"
            elif first == b"]" and self._lists:
                self._at += 1
                is_page, self._lists = self._lists[-1] == "p", self._lists[:-1]
                if is_page:
                    return self._enter("page end", depth=1)
            elif first in (b"{", b"["):
                if self._lists or not self._is_page():
                    return self._enter("value")
            else:
                # A text may begin with a closing bracket that belongs to nothing.
                return self._enter("text", skip=1)

    def _enter(self, doing: str, *, depth: int = 0, skip: int = 0) -> bool:
        self._doing = doing
        self._depth = depth
        self._scanned = self._at + (skip if self._buffer[self._at : self._at + 1] in (b"}", b"]") else 0)
        return True

    def _is_page(self) -> bool:
        """Go into the list of the page that begins here, if one does."""
        if self._lists not in ("", "a") or self._doing not in ("", "value") or self._is_long:
            return False
        page = _PAGE.match(self._buffer, self._at)
        if page is None:
            return False
        self._lists += "p"
        self._at = page.end()
        self._doing = ""
        return True

    def _find_end(self) -> int:
        """Give the index after the value, or _NONE if it goes on beyond the buffer."""
        if self._in_string and not self._leave_string():
            return _NONE
        while True:
            end = self._count_brackets()
            if end != _NONE:
                return end
            newline = self._buffer.find(b"\n", self._scanned)
            if newline < 0:
                return _NONE
            end = self._cross_broken_line(newline)
            if end != _NONE:
                return end

    def _count_brackets(self) -> int:
        depth = self._depth
        is_text = self._doing == "text"
        for match in _TO_BRACKET.finditer(self._buffer, self._scanned):
            kind = match.lastindex
            if kind == 3:
                self._scanned = match.start(3)
                break
            if is_text:
                return match.end() - 1
            depth += 1 if kind == 1 else -1
            if depth <= 0:
                return match.end()
        self._depth = depth
        return _NONE

    def _cross_broken_line(self, newline: int) -> int:
        """Count the brackets after a quote that does not close on its line, as if the quote were not there.

        That way a damaged string costs its own element, and not the rest of the document.
        """
        for match in _BRACKET.finditer(self._buffer, self._scanned, newline):
            if self._doing == "text":
                return match.start()
            self._depth += 1 if match[0] in b"{[" else -1
            if self._depth <= 0:
                return match.end()
        self._scanned = newline
        return _NONE

    def _finish(self, end: int) -> Iterable[Item]:
        text = self._buffer[self._at : end]
        found: Iterable[Item] = ()
        if self._is_long:
            found = too_long(text, ends=True)
        elif self._doing == "value":
            item = judge(text)
            if isinstance(item, BadLine) or "value" in item.fields or "records" in item.fields:
                if self._is_page():
                    return ()
                found = () if "p" not in self._lists and _is_empty_page(item) else (item,)
            else:
                found = (item,)
        elif self._doing == "text":
            found = (_judge_text(text),)
        elif not _PAGE_END.fullmatch(text):
            found = (bad_line(text, "not_an_object"),)
        if len(text) > items.MAX_RECORD_BYTES:
            found = too_long(text, ends=True)
        self._at = end
        self._doing = ""
        self._is_long = False
        return found

    def _give_out_long(self) -> Iterator[Item]:
        self._is_long = True
        if self._scanned < len(self._buffer) and not self._in_string:
            self._scanned += 1
            self._leave_string()
        start, self._at = self._at, self._scanned
        yield from too_long(self._buffer[start : self._at], ends=False)

    def _leave_string(self) -> bool:
        """Go to the end of the string the scan is in; False if it goes on (then up to a last, lone backslash)."""
        rest = _REST_OF_STRING.match(self._buffer, self._scanned)
        self._in_string = rest is not None and rest[1] is None
        if rest is not None:
            self._scanned = rest.start(2) if self._in_string else rest.end()
        return not self._in_string


def _judge_text(text: bytes) -> BadLine:
    """Give what stands between elements as a BadLine: JSON that is no object, or no JSON at all."""
    text = text.rstrip(WHITE_SPACE + b",")
    return bad_line(text, "not_an_object" if is_json(b"[" + text + b"]") else "invalid_json")


def _is_empty_page(item: Item) -> bool:
    """Tell whether this is a page without elements: nothing in it but an empty list and @odata notes."""
    if isinstance(item, BadLine):
        return False
    empty = [name for name in ("value", "records") if item.fields.get(name) == []]
    return bool(empty) and all(name in empty or name.startswith("@") for name in item.fields)
