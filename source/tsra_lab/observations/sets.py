# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Observation sets: which groups of the environment the teacher, the student and the critic see."""

from __future__ import annotations

from collections.abc import Iterable

SHARED = "shared"
"""Observation set of what the policy head takes beside the embedding; it may be empty."""


def check_observation_sets(
    obs_groups: dict, required: Iterable[str], available: Iterable[str] | None = None, optional: Iterable[str] = ()
) -> None:
    """Check that every required set is there, holds groups, and holds only groups that exist.

    Args:
        obs_groups: Observation sets and the groups in them.
        required: Sets that must be there; any other is refused.
        available: Groups of the environment; None where they are not known yet.
        optional: Sets that may be missing or empty.

    Raises:
        ValueError: If a set is missing, unknown, empty or not a list of names, or names an unknown group.
    """
    required, optional = tuple(required), tuple(optional)
    example = "obs_groups = {'teacher': ['privileged'], 'student': ['onboard'], ...}"
    for name in required:
        if name not in obs_groups:
            raise ValueError(f"Observation set '{name}' is missing. Name its groups, as in {example}.")
    for name, groups in obs_groups.items():
        if name not in (*required, *optional):
            raise ValueError(f"Observation set '{name}' is unknown. The sets are: {', '.join((*required, *optional))}.")
        if not isinstance(groups, (list, tuple)) or not all(isinstance(group, str) for group in groups):
            raise ValueError(f"Observation set '{name}' must be a list of group names, not {groups!r}.")
        if len(groups) == 0 and name in required:
            raise ValueError(f"Observation set '{name}' is empty. Name its groups, as in {example}.")
        if available is not None:
            unknown = [group for group in groups if group not in set(available)]
            if unknown:
                raise ValueError(
                    f"Observation set '{name}' names unknown groups {unknown}."
                    f" The environment has: {', '.join(sorted(available))}."
                )


class ObservationSets(dict):
    """Observation sets that are checked at every change, so also when the command line sets one."""

    def __init__(self, sets: dict, required: Iterable[str], optional: Iterable[str] = ()) -> None:
        """Check and take the sets.

        Args:
            sets: Observation sets and the groups in them.
            required: Sets that must be there; any other is refused.
            optional: Sets that are empty if they are not there.

        Raises:
            ValueError: As :func:`check_observation_sets`.
        """
        self.required, self.optional = tuple(required), tuple(optional)
        check_observation_sets(sets, self.required, optional=self.optional)
        super().__init__({name: [] for name in self.optional} | dict(sets))

    def __setitem__(self, name: str, groups: list[str]) -> None:
        """Replace the groups of a set.

        Args:
            name: Observation set.
            groups: Its groups.

        Raises:
            ValueError: As :func:`check_observation_sets`.
        """
        check_observation_sets({**self, name: groups}, self.required, optional=self.optional)
        super().__setitem__(name, groups)

    def __deepcopy__(self, memo: dict) -> ObservationSets:
        """Copy the lists too. Configurations copy their defaults."""
        return ObservationSets({name: list(groups) for name, groups in self.items()}, self.required, self.optional)
