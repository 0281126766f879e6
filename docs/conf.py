# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The documentation as a site: ``make docs`` builds it with Sphinx. Every page is Markdown that GitHub shows as well."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE / "_ext"))

project = "TSRA Lab"
author = "The TSRA Lab Developers"
copyright = "2026, The TSRA Lab Developers"  # noqa: A001, Sphinx's name
release = tomllib.loads((HERE.parent / "pyproject.toml").read_text())["project"]["version"]

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "drawn_graphs", "github_pages"]
exclude_patterns = ["_build", "examples", "robot"]
nitpicky = True
# Types of foreign libraries have no page here, and nothing is fetched to find theirs. Of our own, a name that is not
# exported by its package is private.
nitpick_ignore_regex = [("py:.*", r".*")]

myst_heading_anchors = 4
myst_fence_as_directive = ["mermaid"]
myst_enable_extensions = ["colon_fence"]

autodoc_typehints = "description"
autodoc_typehints_description_target = "documented"
autodoc_member_order = "bysource"
autodoc_default_options = {"members": True, "show-inheritance": True}
napoleon_numpy_docstring = False

html_theme = "sphinx_book_theme"
html_title = "TSRA Lab"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_show_sourcelink = False
html_copy_source = False
html_theme_options = {
    "use_download_button": False,
    "use_fullscreen_button": False,
    "show_toc_level": 2,
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}
