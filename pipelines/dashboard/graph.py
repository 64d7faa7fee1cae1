"""Diagrams of boxes and arrows from left to right. The browser draws them with what Streamlit itself serves."""

import textwrap
from dataclasses import dataclass, field

import streamlit as st

from pipelines.dashboard.look import BLUE, GREY, PLUM, RED
from pipelines.dashboard.text import plain

_DARK, _LIGHT = "#10161d", "#ffffff"
_NEEDS_LIGHT_TEXT = {BLUE, PLUM, RED}
_LINE_CHARACTERS, _MOST_LINES = 26, 3
_LONGEST_SAID = 2_000
# Boxes are filled, and so as readable in the dark as in the light; lines are of a grey that shows on both.
_HEAD = f"""digraph {{
    rankdir=LR; bgcolor="transparent"; nodesep=0.25; ranksep=0.15; pad=0.05
    node [shape=box, style="rounded,filled", fontname="sans-serif", fontsize=13, margin="0.12,0.08", color="{GREY}"]
    edge [color="{GREY}", penwidth=1.6, arrowsize=0.7]"""


@dataclass
class Graph:
    """A diagram that is being made; all text in it is data."""

    parts: list[str] = field(default_factory=list)
    boxes: int = 0

    def box(self, title: str, *lines: str, colour: str, is_sure: bool = True) -> str:
        """Adds a box; what is not sure has a broken line around it. The name for `arrow`."""
        text = "\\n".join(_escaped(line) for each in (title, *lines) if each for line in _folded(each))
        font = _LIGHT if colour in _NEEDS_LIGHT_TEXT else _DARK
        style = "rounded,filled" if is_sure else "rounded,filled,dashed"
        return self._add(f'label="{text}", fillcolor="{colour}", fontcolor="{font}", style="{style}"')

    def arrow(self, start: str, end: str, said: str, colour: str, *, is_sure: bool = True) -> None:
        """Adds an arrow that says something."""
        font = _LIGHT if colour in _NEEDS_LIGHT_TEXT else _DARK
        middle = self._add(
            f'label="{_escaped(plain(said, _LINE_CHARACTERS))}", fillcolor="{colour}", fontcolor="{font}", '
            f'fontsize=11, margin="0.08,0.03", height=0.2, color="{colour}"'
        )
        style = "solid" if is_sure else "dashed"
        self.parts.append(f'{start} -> {middle} [dir=none, style="{style}"]; {middle} -> {end} [style="{style}"]')

    def dot(self) -> str:
        """The diagram in the language of Graphviz."""
        return "\n    ".join([_HEAD, *self.parts]) + "\n}"

    def draw(self, said: str) -> None:
        """Shows it. `said` is what it says, for those who do not see it."""
        st.graphviz_chart(self.dot(), width="content", alt=plain(said, _LONGEST_SAID))

    def _add(self, attributes: str) -> str:
        self.boxes += 1
        name = f"box{self.boxes}"
        self.parts.append(f"{name} [{attributes}]")
        return name


def _folded(text: str) -> list[str]:
    """The text in short lines, cut where it goes on."""
    return textwrap.wrap(plain(text), _LINE_CHARACTERS, max_lines=_MOST_LINES, placeholder=" …") or [""]


def _escaped(text: str) -> str:
    """The text as part of a label: Graphviz reads backslashes, quotes and entities of HTML in it."""
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("&", "&amp;")
