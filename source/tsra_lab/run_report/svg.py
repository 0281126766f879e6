# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Pictures within the page: SVG whose text can be read and whose ink follows the page's colours."""

from __future__ import annotations

import io
import re

from markupsafe import Markup
from matplotlib.figure import Figure

from tsra_lab.evaluation.style import INK, STYLE

GRID, TEACHER = "#dddddd", "#0072b2"
"""Colours of grid lines and of the teacher, on white; the page has others for the dark."""

SETTINGS = STYLE | {
    "svg.fonttype": "none",  # text stays text
    "text.parse_math": False,  # names of a stranger's are no formulas
    "font.family": "sans-serif",
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "savefig.facecolor": "none",
    "text.color": INK,
    "axes.labelcolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
}
"""Settings of matplotlib."""


def inline_svg(figure: Figure, name: str, description: str) -> Markup:
    """Write a figure as part of a page. Call it under :data:`SETTINGS`.

    Args:
        figure: The figure.
        name: A word that no other figure of the page has.
        description: What is to be seen, for those who do not see.

    Returns:
        The element.
    """
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", metadata={key: None for key in ("Date", "Creator", "Format", "Type")})
    text = buffer.getvalue()
    text = re.sub(r"<metadata>.*?</metadata>", "", text[text.index("<svg") :], flags=re.DOTALL)
    # several pictures share the page, and with it the names of their parts
    text = re.sub(r'\bid="', f'id="{name}-', text)
    text = re.sub(r'((?:xlink:)?href)="#', rf'\1="#{name}-', text).replace("url(#", f"url(#{name}-")
    for color, of_page in ((INK, "currentColor"), (GRID, "var(--grid)"), (TEACHER, "var(--teacher)")):
        text = text.replace(color, of_page)
    # as wide as the page allows
    view = re.search(r'viewBox="[^"]*"', text)
    assert view is not None
    label = Markup.escape(description)
    head = f'<svg {view[0]} role="img" aria-label="{label}" xmlns:xlink="http://www.w3.org/1999/xlink">'
    return Markup(head + text[text.index(">") + 1 :])
