# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Graphs of the pages, drawn while the site is built."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType
from xml.etree import ElementTree

import pytest
from doc_pages import PAGES, blocks

pytestmark = [pytest.mark.unit, pytest.mark.kitless]

FILE = Path(__file__).parents[2] / "docs" / "_ext" / "drawn_graphs.py"


@pytest.fixture(scope="module")
def drawn_graphs() -> ModuleType:
    """The extension, which belongs to no package."""
    spec = importlib.util.spec_from_file_location("drawn_graphs", FILE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_graph_of_the_pages_is_drawn_with_all_its_names(drawn_graphs: ModuleType) -> None:
    graphs = [block for page in PAGES for block in blocks(page, "mermaid")]
    assert graphs
    for graph in graphs:
        arrows = drawn_graphs.read_graph(graph.text)
        drawing = drawn_graphs.draw_graph(arrows)
        root = ElementTree.fromstring(drawing)
        space = {"svg": "http://www.w3.org/2000/svg"}
        told = {".".join(text.itertext()) for text in root.findall("svg:text", space)}
        assert told == {name for arrow in arrows for name in arrow}
        assert len(root.findall("svg:path", space)) == len(arrows)
        assert drawing == drawn_graphs.draw_graph(arrows[::-1]).replace(
            re.search('aria-label="[^"]*"', drawn_graphs.draw_graph(arrows[::-1]))[0],
            re.search('aria-label="[^"]*"', drawing)[0],
        )


def test_an_arrow_ends_below_where_it_begins(drawn_graphs: ModuleType) -> None:
    drawing = drawn_graphs.draw_graph([("a", "b"), ("b", "c"), ("a", "c")])
    ways = re.findall(r'<path d="(M[^"]*)" marker-end', drawing)
    assert len(ways) == 3
    for way in ways:
        numbers = [float(number) for number in re.findall(r"[\d.]+", way)]
        assert numbers[1] < numbers[-1]


@pytest.mark.parametrize(
    "text, message",
    [
        ("graph LR\n  a --> b", "'graph LR' cannot be drawn here: begin with 'graph TD'."),
        ("graph TD\n  a --> b\n  a -->|word| c", "'a -->|word| c' cannot be drawn here: write 'name --> name'."),
        ("graph TD\n  a --> b\n  c --> d", "The graph falls into 2 parts"),
    ],
)
def test_what_cannot_be_drawn_is_told(drawn_graphs: ModuleType, text: str, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        drawn_graphs.draw_graph(drawn_graphs.read_graph(text))
