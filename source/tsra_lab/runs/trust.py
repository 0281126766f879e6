# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""What a run directory may make happen: nothing but what the installed packages are known for.

A run directory travels: it is sent, downloaded and opened by others. Its configuration names classes, which rsl_rl
would resolve to whatever they name.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import torch.nn as nn
import yaml
from rsl_rl.algorithms import PPO, Distillation
from rsl_rl.utils import resolve_callable

PACKAGES = ("rsl_rl", "tsra_lab")
"""Packages whose classes are known. Those that Isaac Lab imports for their tasks anyway are trusted too."""

KINDS = (nn.Module, PPO, Distillation)
"""What a class that a configuration names must be: a model, a distribution or an algorithm."""

RUNNERS = ("OnPolicyRunner", "DistillationRunner")
"""Runners that configurations name; ours stands for both, so the name is never resolved."""


class Opaque:
    """Stands for a Python object in a file, which is not made."""

    def __repr__(self) -> str:
        """Words for a message."""
        return "an object"


OPAQUE = Opaque()


class _PlainLoader(yaml.SafeLoader):
    """Reads plain values and tuples, and slices, which Isaac Lab's configurations have, as opaque."""


_PlainLoader.add_constructor(
    "tag:yaml.org,2002:python/tuple", lambda loader, node: tuple(loader.construct_sequence(node, deep=True))
)
_PlainLoader.add_constructor("tag:yaml.org,2002:python/object/apply:builtins.slice", lambda loader, node: OPAQUE)


def read_plain_yaml(path: Path) -> dict:
    """Read a configuration that came with a run, without making any object of it.

    Args:
        path: File to read.

    Returns:
        The configuration.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If the file is no YAML mapping of plain values.
    """
    if not path.is_file():
        raise FileNotFoundError(f"'{path}' is missing: keep checkpoints in their run directory, which describes them.")
    try:
        config = yaml.load(path.read_text(), _PlainLoader)  # a safe loader
        json.dumps(config, skipkeys=True, default=str)  # refuses what refers to itself
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        problem = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ValueError(f"'{path}' is not a configuration of plain values: {problem}.") from error
    if not isinstance(config, dict):
        raise ValueError(f"'{path}' is not a configuration: it holds a {type(config).__name__}.")
    return config


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
        except (ImportError, AttributeError, ValueError) as error:
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
