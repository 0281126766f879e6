# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The documentation as a site, which ``make docs`` builds with Sphinx. GitHub shows its pages as well."""

from __future__ import annotations

import sys
import tomllib
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

from sphinx.application import Sphinx

HERE = Path(__file__).parent
# Sphinx imports extensions by name: those of the pages are of no package
for file in sorted((HERE / "_ext").glob("*.py")):
    spec = spec_from_file_location(file.stem, file)
    sys.modules[file.stem] = module = module_from_spec(spec)
    spec.loader.exec_module(module)

project = "TSRA Lab"
author = "The TSRA Lab Developers"
copyright = "2026, The TSRA Lab Developers"  # noqa: A001, Sphinx's name
release = tomllib.loads((HERE.parent / "pyproject.toml").read_text())["project"]["version"]

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "drawn_graphs", "github_pages", "live_page"]
exclude_patterns = ["_build", "examples", "robot"]
nitpicky = True
# nothing is fetched to find the pages of other libraries' types
nitpick_ignore_regex = [
    ("py:.*", r"(abc|argparse|collections|contextlib|dataclasses|pathlib|time)\..*"),
    ("py:.*", r"(isaaclab\w*|matplotlib|mujoco|numpy|rsl_rl|tensordict|torch)\..*"),
    # a bare name is one of its own module, which may keep it to itself, or of a library
    ("py:.*", r"(?!tsra_)\w+(\.\w+)?"),
    # what packages of ours keep to themselves
    ("py:.*", r"tsra_(bench\.processes|deploy\.contract|sim2sim\.episodes)\.\w+"),
    ("py:.*", r"tsra_lab\.(algorithms\.phases\.consistency|configs\.(limits|runner_cfg))\.\w+"),
    ("py:.*", r"tsra_lab\.export\.(parity|replay)(\.\w+)?"),
    ("py:.*", r"tsra_lab\.runs\.playback\.\w+\.\w+"),
]

myst_heading_anchors = 4
myst_fence_as_directive = ["mermaid"]
myst_enable_extensions = ["colon_fence"]

autodoc_typehints = "description"
autodoc_typehints_description_target = "documented"
autodoc_member_order = "bysource"
autodoc_default_options = {"members": True, "show-inheritance": True}
napoleon_numpy_docstring = False
napoleon_use_rtype = False

html_theme = "sphinx_book_theme"
html_title = "TSRA Lab"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_favicon = "_static/icon.svg"
html_show_sourcelink = False
html_copy_source = False
html_theme_options = {
    "use_download_button": False,
    "use_fullscreen_button": False,
    "navbar_persistent": [],  # the search is in the sidebar
    "show_toc_level": 2,
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}


def setup(app: Sphinx) -> None:
    """Register with Sphinx.

    Args:
        app: The building application.
    """
    # around napoleon, whose priority is 500
    app.connect("autodoc-process-docstring", hide_colon, priority=400)
    app.connect("autodoc-process-docstring", show_colon, priority=600)
    app.connect("autodoc-process-signature", shorten_signature)


HIDDEN = "\ufffc"
"""Stands for a colon while napoleon reads."""


def hide_colon(app: Sphinx, what: str, name: str, obj: object, options: object, lines: list[str]) -> None:
    """Keep napoleon from taking the words before a colon for an attribute's type: ours are annotated."""
    if what in ("attribute", "data", "property") and lines:
        lines[0] = lines[0].replace(":", HIDDEN)


def show_colon(app: Sphinx, what: str, name: str, obj: object, options: object, lines: list[str]) -> None:
    """Put the colons back."""
    lines[:] = [line.replace(HIDDEN, ":") for line in lines]


def shorten_signature(
    app: Sphinx, what: str, name: str, obj: object, options: object, signature: str | None, returned: str | None
) -> tuple[str | None, str | None]:
    """Leave out the arguments of a configuration, which are its options once more."""
    return ("", None) if what == "class" and name.endswith("Cfg") else (signature, returned)
