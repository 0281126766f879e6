# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""What a run directory may make happen: nothing but what the installed packages are known for.

A run directory travels: it is sent, downloaded and opened by others. Its configuration names classes, which rsl_rl
would resolve to whatever they name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import torch.nn as nn
from rsl_rl.algorithms import PPO, Distillation
from rsl_rl.utils import resolve_callable

PACKAGES = ("rsl_rl", "tsra_lab")
"""Packages whose classes are known. Those that Isaac Lab imports for their tasks anyway are trusted too."""

KINDS = (nn.Module, PPO, Distillation)
"""What a class that a configuration names must be: a model, a distribution or an algorithm."""

RUNNERS = ("OnPolicyRunner", "DistillationRunner")
"""Runners that configurations name; ours stands for both, so the name is never resolved."""


def check_names(config: Mapping[str, Any], source: Path, trusted: Sequence[str] = ()) -> None:
    """Refuse a configuration that names anything but known kinds of classes of known packages.

    Args:
        config: Configuration of an agent.
        source: File that it was read from, for the message.
        trusted: Further packages that the user trusts.

    Raises:
        ValueError: If it names something else; nothing of that was imported.
    """
    installed = [re.split(r"[.:]", entry.value)[0] for entry in entry_points(group="isaaclab.tasks")]
    packages = {*PACKAGES, *installed, *trusted}
    for where, name in _names(config):
        if where == "class_name" and name in RUNNERS:
            continue
        # a name without a module is looked up within rsl_rl
        package = re.split(r"[.:]", name)[0] if isinstance(name, str) and re.search(r"[.:]", name) else "rsl_rl"
        if not isinstance(name, str) or package not in packages:
            raise ValueError(
                f"'{source}' names {where}: {name!r}, which is of no known package ({', '.join(sorted(packages))})."
                f" If you trust this run, say so: --trust {package}."
            )
        try:
            found = resolve_callable(name)
        except Exception as error:  # a module may do anything where it lacks something
            raise ValueError(f"'{source}' names {where}: '{name}', which does not exist.") from error
        if not (isinstance(found, type) and issubclass(found, KINDS)) and package not in trusted:
            raise ValueError(f"'{source}' names {where}: '{name}', which is no model, distribution or algorithm.")


def _names(config: Any, where: str = "") -> Iterator[tuple[str, Any]]:
    """Everything in a configuration that rsl_rl would resolve, with where it stands."""
    if isinstance(config, Mapping):
        for key, value in config.items():
            place = f"{where}.{key}" if where else str(key)
            if key == "class_name" or str(key).endswith("_func"):
                if value is not None:
                    yield place, value
            else:
                yield from _names(value, place)
    elif isinstance(config, (list, tuple)):
        for index, value in enumerate(config):
            yield from _names(value, f"{where}[{index}]")
