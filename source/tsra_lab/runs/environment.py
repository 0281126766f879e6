# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The environment that a run was trained in, rebuilt from what the run recorded."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, Literal

from isaaclab.utils.string import ResolvableString, callable_to_string

from tsra_lab.hooks import hooks_of

from .directory import PRESETS_FILE
from .plain_yaml import OPAQUE, read_plain_yaml
from .session import is_preset, resolve_configs

Mode = Literal["training", "evaluation", "play"]
"""Which of the task's modes the environment is in."""

OF_THE_COMMAND = {"seed", "log_dir", "sim.device", "scene.num_envs", "viewer", "sim.visualizer_cfgs", "sim.render"}
"""Options that each command sets for itself, or that change pictures alone."""

OF_THE_SIMULATOR = ("prim_path", "spawn_path")
"""Options that creating an environment fills in."""

REQUIRED = ("sim", "scene", "observations", "actions")
"""Parts that no environment can do without, where its task has them."""

PRESET = re.compile(r"(physics|renderer|presets)=[\w.,-]+")
"""What a preset selector looks like."""

FILES = re.compile(r"(^|(?<!prim)(?<!spawn)(?<!material)_)(path|file|filename|dir|usd|url)s?$")
"""Names of options that name a file. Files are those of the installed task; a run has other paths, or a stranger's."""

CODE = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_][\w.]*|\s*lambda\b.*", re.DOTALL)
"""Text that Isaac Lab would make a function or a class of."""


def recorded_presets(run: Path) -> list[str] | None:
    """Preset selectors that a run was started with.

    Args:
        run: Run directory.

    Returns:
        Selectors, as the command line takes them; None where the run did not record any, as stock runs do not.

    Raises:
        ValueError: If the file is damaged.
    """
    path = run / "params" / PRESETS_FILE
    if not path.is_file():
        return None
    selected = read_plain_yaml(path).get("presets")
    if not isinstance(selected, list) or not all(isinstance(item, str) and PRESET.fullmatch(item) for item in selected):
        raise ValueError(f"'{path}' holds no preset selectors.")
    return selected


def environment_of_run(run: Path, task: str, mode: Mode, overrides: Sequence[str]) -> Any:
    """Rebuild the configuration of a run's environment.

    What the run recorded is the truth: it is applied to the task's configuration of now, then the mode, then what the
    command line asks for. All differences from the task of now are printed.

    Args:
        run: Run directory.
        task: Name of the task.
        mode: Mode of the environment.
        overrides: ``key=value`` overrides and preset selectors of the command line.

    Returns:
        The configuration.

    Raises:
        FileNotFoundError: If the run recorded none.
        ValueError: If it cannot be rebuilt from the task of now, or an override names nothing.
    """
    now = [item for item in overrides if is_preset(item)]
    trained_with = recorded_presets(run)
    if trained_with is None:
        trained_with = now
    presets = now or trained_with
    path = run / "params" / "env.yaml"
    recorded = read_plain_yaml(path)
    trained, _ = resolve_configs(task, None, trained_with)
    cfg, _ = resolve_configs(task, None, presets)
    changes, problems = [], []
    for change in _differences(trained, recorded, ()):
        (problems if change.problem else changes).append(change)
    if problems:
        listed = "; ".join(f"env.{change.path} {change.problem}" for change in problems[:5])
        raise ValueError(
            f"The environment of the run cannot be rebuilt from {task} as it is now: {listed}. Use the version of the"
            f" task that made the run ('{path}' tells its configuration)."
        )
    for change in changes:
        if _set_at(cfg, change.keys, change.value):
            print(f"[INFO] As the run was trained: env.{change.path}={change.value} (the task has {change.before})")
        else:
            print(f"[INFO] Not as the run was trained: env.{change.path}, which the preset chosen now does not have")
    if mode == "play":
        cfg.play_mode()
    elif mode == "evaluation":
        hooks_of(cfg).evaluation_mode()
    _apply_overrides(cfg, task, presets, [item for item in overrides if not is_preset(item)])
    return cfg


@dataclass
class _Change:
    """A value that differs, or why it cannot be taken over."""

    keys: tuple[Any, ...]
    """Names of options and places in lists, from the configuration's root on."""

    before: Any
    value: Any
    problem: str = ""

    @property
    def path(self) -> str:
        """Where it is, as the command line names it."""
        return ".".join(map(str, self.keys))


def _differences(present: Any, recorded: Any, keys: tuple[Any, ...]) -> Iterator[_Change]:
    """Where a configuration differs from what was recorded."""
    members = _members(present)
    for name in recorded.keys() | members.keys():
        place = (*keys, name)
        if ".".join(map(str, place)) in OF_THE_COMMAND or name in OF_THE_SIMULATOR:
            continue
        if name not in members:
            yield _Change(place, None, recorded[name], "is no option of it")
        elif name not in recorded:
            yield _Change(place, members[name], None, "was not recorded")
        else:
            yield from _difference(members[name], recorded[name], place)


def _difference(present: Any, recorded: Any, keys: tuple[Any, ...]) -> Iterator[_Change]:
    """Whether, and how, one value differs."""
    if isinstance(recorded, Mapping) and _is_configuration(present):
        yield from _differences(present, recorded, keys)
    elif isinstance(recorded, (list, tuple)) and isinstance(present, (list, tuple)) and _holds_mappings(recorded):
        if len(recorded) != len(present):
            yield _Change(keys, present, recorded, f"had {len(recorded)} parts, not {len(present)}")
            return
        for index, (one, other) in enumerate(zip(present, recorded, strict=True)):
            yield from _difference(one, other, (*keys, index))
    elif not _same(present, recorded):
        if recorded is not None and FILES.search(str(keys[-1])):
            if _file_names(present) != _file_names(recorded):
                yield _Change(keys, present, recorded, f"was the file {recorded!r}, and is {present!r}")
        elif recorded is OPAQUE or callable(present) or isinstance(present, ResolvableString) or _is_code(recorded):
            yield _Change(keys, present, recorded, f"was {recorded!r}, and is {_plain(present)!r}")
        elif _is_of_another_kind(present, recorded, keys):
            yield _Change(keys, present, recorded, "was a configuration of another kind")
        else:
            value = tuple(recorded) if isinstance(present, tuple) and isinstance(recorded, list) else recorded
            value = type(present)(value) if isinstance(present, Enum) and value is not None else value
            yield _Change(keys, _plain(present), value)


def _is_of_another_kind(present: Any, recorded: Any, keys: tuple[Any, ...]) -> bool:
    """Whether a recorded value cannot stand where the task has its own."""
    if recorded is None:
        return len(keys) == 1 and keys[0] in REQUIRED
    if isinstance(present, Enum):
        return recorded not in [item.value for item in type(present)]
    text_for_number = isinstance(present, (int, float)) and isinstance(recorded, str)
    mappings = isinstance(recorded, (list, tuple)) and _holds_mappings(recorded)
    return isinstance(recorded, Mapping) or mappings or text_for_number or _is_configuration(present)


def _is_code(recorded: Any) -> bool:
    """Whether there is text that Isaac Lab would make a function or a class of."""
    if isinstance(recorded, (list, tuple)):
        return any(map(_is_code, recorded))
    return isinstance(recorded, str) and CODE.fullmatch(recorded) is not None


def _file_names(paths: Any) -> list[str]:
    """Names of files without their folders, which differ from machine to machine."""
    values = paths if isinstance(paths, (list, tuple)) else [paths]
    return [re.split(r"[/\\]", str(value))[-1] for value in values]


def _set_at(cfg: Any, keys: tuple[Any, ...], value: Any) -> bool:
    """Set a value deep within a configuration; whether there is such a place."""
    for key in keys[:-1]:
        members = cfg if isinstance(cfg, (list, tuple)) else _members(cfg)
        if not isinstance(members, (list, tuple)) and key not in members:
            return False
        cfg = members[key]
    if not isinstance(cfg, (list, tuple)) and keys[-1] not in _members(cfg):
        return False
    _set(cfg, keys[-1], value)
    return True


def _apply_overrides(cfg: Any, task: str, presets: list[str], overrides: list[str]) -> None:
    """Apply overrides of the command line to a configuration: whatever they change in the task's own."""
    if not overrides:
        return
    changed, _ = resolve_configs(task, None, [*presets, *overrides])
    for item in overrides:
        names = item.partition("=")[0].lstrip("+").split(".")[1:]
        source, holder = changed, cfg
        for name in names[:-1]:
            source, holder = _members(source)[name], _members(holder)[name]
        value = _members(source)[names[-1]]
        before = _plain(_members(holder)[names[-1]])
        print(f"[INFO] Changed now: env.{'.'.join(names)}={_plain(value)} (the run had {before})")
        _set(holder, names[-1], value)


def _members(configuration: Any) -> Mapping[Any, Any]:
    """Options of a configuration, as Isaac Lab writes them."""
    members = configuration if isinstance(configuration, Mapping) else vars(configuration)
    return {name: value for name, value in members.items() if not str(name).startswith("__")}


def _is_configuration(value: Any) -> bool:
    """Whether a value has options of its own."""
    plain = isinstance(value, (str, Enum)) or callable(value)
    return isinstance(value, Mapping) or (hasattr(value, "__dict__") and not plain)


def _holds_mappings(values: Sequence[Any]) -> bool:
    return any(isinstance(value, Mapping) for value in values)


def _plain(value: Any) -> Any:
    """A value as Isaac Lab writes it."""
    if isinstance(value, ResolvableString):
        return str(value)
    if isinstance(value, Enum):
        return value.value
    if callable(value):
        return callable_to_string(value)
    return value


def _same(present: Any, recorded: Any) -> bool:
    """Whether a value is what was recorded of it."""
    present = _plain(present)
    if isinstance(present, slice):
        return recorded is OPAQUE
    if isinstance(present, (list, tuple)) and isinstance(recorded, (list, tuple)):
        return len(present) == len(recorded) and all(map(_same, present, recorded))
    if isinstance(present, float) and isinstance(recorded, (int, float)) and math.isnan(present):
        return math.isnan(recorded)
    return (
        type(present) is type(recorded)
        and present == recorded
        or (isinstance(present, (int, float)) and isinstance(recorded, (int, float)) and present == recorded)
    )


def _set(holder: Any, name: Any, value: Any) -> None:
    if isinstance(holder, (dict, list)):
        holder[name] = value
    else:
        setattr(holder, name, value)
