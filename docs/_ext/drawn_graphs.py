# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Draws the ``mermaid`` blocks of the pages as SVG while the site is built, so that no page needs a script to show one.

Read are graphs from top to bottom with arrows between plain names, such as that of the architecture; anything else is a
warning, and so an error of the build. Layers and places are those of Sugiyama's method.
"""

from __future__ import annotations

import re
from html import escape
from typing import Any

from docutils import nodes
from fast_sugiyama import from_edges
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

ARROW = re.compile(r"([\w.]+) --> ([\w.]+)")
COLUMN, LAYER = 114.0, 84.0
"""From one box to the next, and from one layer to the next [px]."""
WIDTH, HEIGHT = 104.0, 40.0
"""Size of a box [px]."""
BEND = 0.3
"""Width of an arrow's way past a layer, where that of a box is 1."""


def read_graph(text: str) -> list[tuple[str, str]]:
    """The arrows of a graph.

    Args:
        text: A graph in Mermaid's language.

    Returns:
        Start and end of each arrow.

    Raises:
        ValueError: If a line is none that can be drawn.
    """
    first, *lines = (line.strip() for line in text.strip().splitlines())
    if first != "graph TD":
        raise ValueError(f"'{first}' cannot be drawn here: begin with 'graph TD'.")
    matches = {line: ARROW.fullmatch(line) for line in lines}
    for line, match in matches.items():
        if match is None:
            raise ValueError(f"'{line}' cannot be drawn here: write 'name --> name'.")
    return [(match[1], match[2]) for match in matches.values() if match]


def draw_graph(arrows: list[tuple[str, str]]) -> str:
    """Draw a graph from top to bottom, in the colour of the text around it.

    Args:
        arrows: Start and end of each arrow, without a circle; all of them hang together.

    Returns:
        An SVG element.

    Raises:
        ValueError: If the graph falls into parts.
    """
    names = sorted({name for arrow in arrows for name in arrow})
    # by number, in order: the layout depends on the order of vertices, and that of a set of names is never the same
    edges = sorted((names.index(start), names.index(end)) for start, end in arrows)
    layouts = from_edges(edges, vertex_spacing=1.0, dummy_vertices=True, dummy_size=BEND)
    if len(layouts) != 1:
        raise ValueError(f"The graph falls into {len(layouts)} parts: draw each in a block of its own.")
    ((placed, columns, layers, segments),) = layouts
    # the layout's height grows upwards, and its layers are 1 apart
    place = {vertex: ((x + 0.5) * COLUMN, (layers - y) * LAYER + HEIGHT / 2.0 + 2.0) for vertex, (x, y) in placed}
    bends = {start: end for start, end in segments if start >= len(names)}
    lines = []
    for start, end in segments:
        if start < len(names):
            way = [start, end]
            while way[-1] >= len(names):
                way.append(bends[way[-1]])
            lines.append(f'<path d="{_curve([place[vertex] for vertex in way])}" marker-end="url(#arrow)"/>')
    boxes = [_box(name, *place[number]) for number, name in enumerate(names)]
    width, height = (columns + 1.0) * COLUMN, layers * LAYER + HEIGHT + 4.0
    told = "; ".join(f"{start} to {end}" for start, end in arrows)
    return (
        f'<svg class="drawn-graph" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" '
        f'role="img" aria-label="{escape(told)}" style="max-width: {width:.0f}px">'
        '<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
        '<path class="head" d="M0 0 8 4 0 8z"/></marker></defs>'
        f"{''.join(lines)}{''.join(boxes)}</svg>"
    )


def _curve(points: list[tuple[float, float]]) -> str:
    """Path data of an arrow from the bottom of a box to the top of another; between them it passes layers upright."""
    x, y = points[0]
    data = f"M{x:.1f} {y + HEIGHT / 2.0:.1f}"
    for left, (x, y) in zip(points, points[1:], strict=False):
        start, end = left[1] + HEIGHT / 2.0, y - HEIGHT / 2.0
        middle = (start + end) / 2.0
        data += f"C{left[0]:.1f} {middle:.1f} {x:.1f} {middle:.1f} {x:.1f} {end:.1f}"
        if (x, y) != points[-1]:
            data += f"V{y + HEIGHT / 2.0:.1f}"
    return data


def _box(name: str, x: float, y: float) -> str:
    """A box with a name, a part of a package below the package."""
    package, _, part = name.partition(".")
    rows = [package, part] if part else [package]
    first = y + 4.0 - 7.5 * (len(rows) - 1)
    texts = [f'<tspan x="{x:.1f}" y="{first + 15.0 * row:.1f}">{escape(text)}</tspan>' for row, text in enumerate(rows)]
    corner = f'x="{x - WIDTH / 2.0:.1f}" y="{y - HEIGHT / 2.0:.1f}" width="{WIDTH:.0f}" height="{HEIGHT:.0f}" rx="4"'
    return f"<rect {corner}/><text>{''.join(texts)}</text>"


class Mermaid(SphinxDirective):
    """A block that GitHub draws with Mermaid."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """Draw the block.

        Returns:
            The drawing.
        """
        try:
            drawing = draw_graph(read_graph("\n".join(self.content)))
        except ValueError as error:
            return [self.state.document.reporter.warning(str(error), line=self.lineno)]
        return [nodes.raw("", f'<div class="drawn-graph-frame">{drawing}</div>', format="html")]


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx.

    Args:
        app: The building application.

    Returns:
        What Sphinx must know of this extension.
    """
    app.add_directive("mermaid", Mermaid)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
