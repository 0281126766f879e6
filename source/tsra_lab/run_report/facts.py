# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""What a run is, in rows of a table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tsra_lab.agents import METHODS

from .json_parts import plain_text
from .record import Record


def facts_of(record: Record) -> list[tuple[str, str]]:
    """Tell what a run is.

    Args:
        record: What is known of the run.

    Returns:
        Names and values.
    """
    agent, env = record.agent, record.env
    states = [f"{item['repository']} at {item['commit']}{', changed' * item['changed']}" for item in record.git]
    facts = [
        ("task", record.task),
        ("method", _method(record)),
        ("algorithm", _value(agent, "algorithm", "class_name")),
        ("begun", record.created),
        ("seed", _value(agent, "seed")),
        ("environments", _value(env, "scene", "num_envs")),
        ("iterations", _iterations(record)),
        ("environment steps of an iteration", "" if record.steps is None else f"{record.steps:,.0f}"),
        ("best checkpoint", "" if record.best_iteration is None else f"iteration {record.best_iteration}"),
        ("onboard images rendered", "" if record.iteration is None else f"{record.rendered_frames:,}"),
        ("observations", _observations(agent)),
        ("control period", _control_period(env)),
        ("length of an episode", _with_unit(_value(env, "episode_length_s"), "s")),
        ("device", _value(agent, "device")),
        ("code", "; ".join(states)),
        ("command line", record.command_line),
        ("packages", ", ".join(f"{name} {version}" for name, version in record.versions.items())),
    ]
    return [(name, plain_text(value) if value else "not recorded") for name, value in facts]


def _method(record: Record) -> str:
    """What the table of methods calls the agent, and its key."""
    found = [method for method in METHODS.values() if method.agent_key == record.agent_key]
    if not found:
        return record.agent_key
    source = f" (arXiv:{found[0].source})" * bool(found[0].source)
    return f"{found[0].label}{source}: {found[0].description}"


def _iterations(record: Record) -> str:
    planned = _value(record.agent, "max_iterations")
    done = "no checkpoint" if record.iteration is None else str(record.iteration)
    return f"{done} of {planned}" if planned else done


def _observations(agent: Mapping[str, Any]) -> str:
    sets = agent.get("obs_groups")
    if not isinstance(sets, Mapping):
        return ""
    return "; ".join(f"{name}: {', '.join(map(str, groups))}" for name, groups in sets.items() if groups)


def _control_period(env: Mapping[str, Any]) -> str:
    decimation, period = env.get("decimation"), env.get("sim")
    period = period.get("dt") if isinstance(period, Mapping) else None
    known = isinstance(decimation, int) and isinstance(period, (int, float))
    return f"{decimation * period:g} s" if known else ""


def _with_unit(value: str, unit: str) -> str:
    return f"{value} {unit}" if value else ""


def _value(config: Any, *path: str) -> str:
    """A plain value of a configuration; empty where it is none."""
    for name in path:
        config = config.get(name) if isinstance(config, Mapping) else None
    return str(config) if isinstance(config, (str, int, float)) else ""
