# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""What GitHub does with the pages and Sphinx does not: links to folders and to pages outside of ``docs``, no titles."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx

ELSEWHERE = {"../CONTRIBUTING.md": "contributing.md"}
"""Page of the site by the link that GitHub follows."""


def adapt_source(app: Sphinx, page: str, source: list[str]) -> None:
    """Lead links to pages outside of ``docs`` to their copies, and give generated tables a title.

    Args:
        app: The building application.
        page: Name of the page.
        source: Its text, the only element; changed in place.
    """
    for link, target in ELSEWHERE.items():
        source[0] = source[0].replace(f"]({link}", f"]({target}")
    if page.endswith("/table"):
        title = page.removeprefix("benchmarks/").removesuffix("/table").replace("_", " ").replace("/", ", ")
        source[0] = f"# Tables: {title}\n\n{source[0]}"


def unlink_folders(app: Sphinx, doctree: nodes.document) -> None:
    """Leave of a link to a folder its text: the site has pages and files, and no listing of a folder.

    Args:
        app: The building application.
        doctree: The page that was read; changed in place.
    """
    here = Path(app.env.doc2path(app.env.docname)).parent
    for link in list(doctree.findall(addnodes.pending_xref)):
        if (here / link["reftarget"]).is_dir():
            link.replace_self(link.children)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx.

    Args:
        app: The building application.

    Returns:
        What Sphinx must know of this extension.
    """
    app.connect("source-read", adapt_source)
    app.connect("doctree-read", unlink_folders)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
