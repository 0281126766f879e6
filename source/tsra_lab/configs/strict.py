# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Configurations that refuse unknown options and absurd values."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import MISSING, is_dataclass

from isaaclab_tasks.utils import PresetCfg

from .limits import LIMITS


class UnknownOption(AttributeError):
    """A configuration has no option of this name."""


class WrongKind(TypeError):
    """An option holds a configuration, and was given something else."""


class OutOfRange(ValueError):
    """An option is not of the kind, range or choices that it must be of."""


class StrictCfg:
    """Mix-in for configuration classes that refuses what would have no effect, or another one than was meant.

    Isaac Lab's command line sets ``agent.a.b=value`` as a plain attribute, so a misspelt option would be accepted and
    have no effect, and a value would take the place of a whole configuration. Both, and what
    :data:`~tsra_lab.configs.limits.LIMITS` does not allow, are refused where they are set, before any simulator
    starts, under every command line.
    """

    def __setattr__(self, name: str, value: object) -> None:
        """Set a field.

        Args:
            name: Name of the field.
            value: Its value.

        Raises:
            UnknownOption: If there is no such field.
            WrongKind: If the field holds a configuration and the value is none.
            OutOfRange: If the field's limit does not allow the value.
        """
        fields = type(self).__dataclass_fields__  # ty: ignore[missing-attribute]  # of what it is mixed into
        if name not in fields:
            close = difflib.get_close_matches(name, fields, n=1)
            hint = f" Did you mean '{close[0]}'?" if close else ""
            raise UnknownOption(
                f"{type(self).__name__} has no option '{name}'.{hint} Its options: {', '.join(sorted(fields))}."
            )
        present = vars(self).get(name)
        needed = is_dataclass(present) and not isinstance(present, PresetCfg)  # whose alternatives go by name
        optional = value is None and not isinstance(present, StrictCfg)
        if needed and not optional and not is_dataclass(value) and not isinstance(value, Mapping):
            raise WrongKind(
                f"'{name}' of {type(self).__name__} is a {type(present).__name__}, not {value!r}. Set its options:"
                f" {', '.join(f'{name}.{option}' for option in type(present).__dataclass_fields__)}."
            )
        limit = LIMITS.get(name)
        if limit is not None and not isinstance(value, type(MISSING)) and not limit.allows(value):
            raise OutOfRange(f"'{name}' of {type(self).__name__} must be {limit}, not {value!r}.")
        super().__setattr__(name, value)
