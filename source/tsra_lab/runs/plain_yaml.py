# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Reading a configuration that came with a run: plain values alone, and not more of them than a configuration has."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import yaml

MAX_BYTES = 2**18
"""Largest file. That of a task of ours has 16 kB, and a file of this size is read in about a second."""

MAX_VALUES = 20_000
"""Most values in a file, each counted as often as it is referred to: a small file can refer to billions."""

MAX_DEPTH = 40
"""Deepest nesting."""

MAX_DIGITS = 100
"""Longest number: minutes and seconds without end, which are numbers too, would take long to add up."""

TUPLE, SLICE = "tag:yaml.org,2002:python/tuple", "tag:yaml.org,2002:python/object/apply:builtins.slice"
"""What Isaac Lab writes beside plain values."""

TAGS = {f"tag:yaml.org,2002:{kind}" for kind in ("null", "bool", "int", "float", "str", "seq", "map")} | {TUPLE, SLICE}
"""Kinds of values that are read."""


class Opaque:
    """Stands for a Python object in a file, which is not made."""

    def __repr__(self) -> str:
        """Words for a message."""
        return "an object"


OPAQUE = Opaque()


class _TooMuch(ValueError):
    """A file holds more than a configuration does."""

    def __init__(self) -> None:
        super().__init__("it refers to itself, or holds more values than a configuration has")


class _PlainLoader(yaml.SafeLoader):
    """Reads plain values and tuples, and slices as opaque."""

    def __init__(self, text: str) -> None:
        """Begin to read."""
        super().__init__(text)
        self._count = self._depth = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        """Read on only as long as there is not too much."""
        self._count += 1
        self._depth += 1
        if self._count > MAX_VALUES or self._depth > MAX_DEPTH:
            raise _TooMuch
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node


_PlainLoader.add_constructor(TUPLE, lambda loader, node: tuple(loader.construct_sequence(node, deep=True)))
_PlainLoader.add_constructor(SLICE, lambda loader, node: OPAQUE)


def read_plain_yaml(path: Path) -> dict:
    """Read a configuration, without making any object of it.

    Args:
        path: File to read.

    Returns:
        The configuration.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If the file is no YAML mapping of plain values, refers to itself, or is larger than a configuration.
    """
    if not path.is_file():
        raise FileNotFoundError(f"'{path}' is missing: keep checkpoints in their run directory, which describes them.")
    try:
        with path.open("rb") as file:
            text = file.read(MAX_BYTES + 1)
        if len(text) > MAX_BYTES:
            raise ValueError(f"it has more than {MAX_BYTES} bytes")
        config = _read(text.decode())
    except (OSError, yaml.YAMLError, RecursionError, ValueError) as error:
        problem = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ValueError(f"'{path}' is not a configuration of plain values: {problem}.") from error
    if not isinstance(config, dict):
        raise ValueError(f"'{path}' is not a configuration: it holds a {type(config).__name__}.")
    return config


def _read(text: str) -> Any:
    """Compose the nodes of a file, check them, and only then make values of them."""
    loader = _PlainLoader(text)
    try:
        root = loader.get_single_node()
        if root is None:
            return None
        _check_nodes(root)
        return loader.construct_document(root)
    finally:
        loader.dispose()


def _check_nodes(root: yaml.Node) -> None:
    """Refuse kinds of values that are not read, keys that are there twice, and too many values."""
    waiting, count = [(root, 0)], 0
    while waiting:
        node, depth = waiting.pop()
        count += 1
        if count > MAX_VALUES or depth > MAX_DEPTH:
            raise _TooMuch
        if node.tag not in TAGS:
            raise ValueError(f"it holds a value of the kind '{node.tag}'")
        if isinstance(node, yaml.MappingNode):
            keys = Counter(key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode))
            twice = [key for key, times in keys.items() if times > 1]
            if twice or len(keys) < len(node.value):
                raise ValueError(f"a mapping has the keys {twice} twice" if twice else "a key is no plain value")
            waiting += [(part, depth + 1) for pair in node.value for part in pair]
        elif isinstance(node, yaml.SequenceNode):
            waiting += [(part, depth + 1) for part in node.value]
        elif node.tag.endswith((":int", ":float")) and len(node.value) > MAX_DIGITS:
            raise ValueError(f"a number has more than {MAX_DIGITS} characters")
