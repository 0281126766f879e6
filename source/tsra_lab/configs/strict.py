# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Configurations that refuse unknown options."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import is_dataclass

from isaaclab_tasks.utils import PresetCfg


class StrictCfg:
    """Mix-in for configuration classes that refuses what would have no effect, or another one than was meant.

    Isaac Lab's command line sets ``agent.a.b=value`` as a plain attribute, so a misspelt option would be accepted and
    have no effect, and a value would take the place of a whole configuration. Both are refused where they are set,
    before any simulator starts, under every command line.
    """

    def __setattr__(self, name: str, value: object) -> None:
        """Set a field.

        Args:
            name: Name of the field.
            value: Its value.

        Raises:
            AttributeError: If there is no such field.
            TypeError: If the field holds a configuration and the value is none.
        """
        fields = type(self).__dataclass_fields__  # ty: ignore[missing-attribute]  # of what it is mixed into
        if name not in fields:
            close = difflib.get_close_matches(name, fields, n=1)
            hint = f" Did you mean '{close[0]}'?" if close else ""
            raise AttributeError(
                f"{type(self).__name__} has no option '{name}'.{hint} Its options: {', '.join(sorted(fields))}."
            )
        present = vars(self).get(name)
        needed = is_dataclass(present) and not isinstance(present, PresetCfg)  # whose alternatives go by name
        optional = value is None and not isinstance(present, StrictCfg)
        if needed and not optional and not is_dataclass(value) and not isinstance(value, Mapping):
            raise TypeError(
                f"'{name}' of {type(self).__name__} is a {type(present).__name__}, not {value!r}. Set its options:"
                f" {', '.join(f'{name}.{option}' for option in type(present).__dataclass_fields__)}."
            )
        super().__setattr__(name, value)
