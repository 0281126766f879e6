# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Configurations that refuse unknown options."""

from __future__ import annotations

import difflib


class StrictCfg:
    """Mix-in for configuration classes: setting a field that does not exist is an error.

    Isaac Lab's command line sets ``agent.a.b=value`` as a plain attribute, so a misspelt option would be accepted and
    have no effect. This refuses it where it is set, before any simulator starts, under every command line.
    """

    def __setattr__(self, name: str, value: object) -> None:
        """Set a field.

        Args:
            name: Name of the field.
            value: Its value.

        Raises:
            AttributeError: If there is no such field.
        """
        fields = type(self).__dataclass_fields__
        if name not in fields:
            close = difflib.get_close_matches(name, fields, n=1)
            hint = f" Did you mean '{close[0]}'?" if close else ""
            raise AttributeError(
                f"{type(self).__name__} has no option '{name}'.{hint} Its options: {', '.join(sorted(fields))}."
            )
        super().__setattr__(name, value)
