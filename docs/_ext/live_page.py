# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Builds the page in which one drives policies, of the exported files in ``docs/live``, into the site.

Where its script cannot be built, such as without a network before its packages were fetched once, the site has a
sentence in its place.
"""

from __future__ import annotations

import sys
from html import escape
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from tsra_browser import BuildError, build_page
from tsra_results import read_initial_states

FOLDER = "live"
"""Where the files are in ``docs``, and the page in the site."""

POLICIES = {
    "Student of a plain teacher": "plain_student.onnx",
    "TSRA's student, distilled": "tsra_student.onnx",
    "Plain teacher, which sees the lava": "plain_teacher.onnx",
}
"""Exported files by the name that the page has for them; the first two are shown first."""

STATES = "initial_states.npz"
EPISODES = 100
"""Initial states, and how many of them are used."""


class LivePage(SphinxDirective):
    """The place of the page among the others; its address is what GitHub shows."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Embed the page.

        Returns:
            A link and a frame.
        """
        address = escape(self.arguments[0])
        frame = f'<iframe class="live-page" src="{address}" title="Policies to be driven"></iframe>'
        return [nodes.raw("", f'<p><a href="{address}">In a window of its own</a></p>{frame}', format="html")]


def build(app: Sphinx, error: Exception | None) -> None:
    """Build the page once the others are.

    Args:
        app: The building application.
        error: What went wrong with the others.
    """
    if error is not None or app.builder.format != "html":
        return
    files, page = Path(app.srcdir) / FOLDER, Path(app.outdir) / FOLDER
    policies = [(name, str(files / file)) for name, file in POLICIES.items()]
    try:
        build_page(page, policies, [read_initial_states(files / STATES)], EPISODES)
    except BuildError as failure:
        print(f"[WARNING] The site has no page to drive policies in: {failure}", file=sys.stderr)
        page.mkdir(parents=True, exist_ok=True)
        text = f"This site was built without the page to drive policies in: {failure}"
        (page / "index.html").write_text(f'<!doctype html><html lang="en"><title>No page</title><p>{escape(text)}</p>')


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx.

    Args:
        app: The building application.

    Returns:
        What Sphinx must know of this extension.
    """
    app.add_directive("live-page", LivePage)
    app.connect("build-finished", build)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
