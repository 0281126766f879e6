# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The tables of settings leave no field of the installed Isaac Lab out, and name entries that contracts have."""

from __future__ import annotations

import dataclasses
import importlib
import re
from pathlib import Path

import pytest
from tiny_student import VECTORS, describe_student

import isaaclab.actuators
from isaaclab.envs.mdp.actions import actions_cfg
from isaaclab.managers import ActionTermCfg

from tsra_lab.export.isaac_lab.actions import KNOWN

pytestmark = [pytest.mark.unit, pytest.mark.kitless]

PAGE = (Path(__file__).parents[2] / "docs" / "contract_settings.md").read_text()

FATES = ("contract: ", "refused", "training only: ")
"""What becomes of a setting."""


def read_tables(page: str) -> dict[str, dict[str, str]]:
    """What becomes of each setting, by the configuration's class."""
    tables: dict[str, dict[str, str]] = {}
    for section in re.split(r"^##", page, flags=re.MULTILINE):
        name = re.match(r"# `([\w.]+)`$", section.partition("\n")[0])
        if name is not None:
            rows = re.findall(r"^\| `(\w+)` \| (.+) \|$", section, re.MULTILINE)
            assert len({setting for setting, _ in rows}) == len(rows), f"{name[1]} has a row twice"
            tables[name[1]] = dict(rows)
    return tables


TABLES = read_tables(PAGE)


def resolve(path: str) -> type:
    """A class by its dotted path, which may go through classes."""
    parts = path.split(".")
    start = next(i for i in range(len(parts), 0, -1) if parts[i - 1][0].islower())
    found = importlib.import_module(".".join(parts[:start]))
    for name in parts[start:]:
        found = getattr(found, name)
    return found


def own_fields(cls: type) -> set[str]:
    """Fields of a configuration that those it derives from do not have."""
    inherited = {
        field.name for base in cls.__mro__[1:] if dataclasses.is_dataclass(base) for field in dataclasses.fields(base)
    }
    return {field.name for field in dataclasses.fields(cls)} - inherited


@pytest.mark.parametrize("path", TABLES)
def test_every_field_has_a_row(path: str) -> None:
    fields, rows = own_fields(resolve(path)), set(TABLES[path])
    assert sorted(fields - rows) == [], f"new in {path}: say what becomes of it"
    assert sorted(rows - fields) == [], f"gone from {path}"


def test_a_new_field_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    path = "isaaclab.managers.ObservationTermCfg"
    monkeypatch.delitem(TABLES[path], "delay_max_lag")
    with pytest.raises(AssertionError, match=r"delay_max_lag"):
        test_every_field_has_a_row(path)


@pytest.mark.parametrize("path", TABLES)
def test_every_row_tells_what_becomes_of_a_setting(path: str) -> None:
    assert [setting for setting, fate in TABLES[path].items() if not fate.startswith(FATES)] == []


def test_entries_that_the_tables_name_exist() -> None:
    contract = describe_student(VECTORS)
    examples = contract | {
        "term": contract["inputs"][0]["terms"][0],
        "action": contract["actions"][0],
        "commands": contract["commands"][0],
    }
    named = set(re.findall(r"`((?:term|action|joints|timing|commands)\.\w+)`", PAGE))
    assert len(named) > 20
    assert [entry for entry in named if entry.partition(".")[2] not in examples[entry.partition(".")[0]]] == []


def test_every_class_of_actions_is_described_or_refused() -> None:
    found = {
        value
        for value in vars(actions_cfg).values()
        if isinstance(value, type) and issubclass(value, ActionTermCfg) and value is not ActionTermCfg
    }
    section = PAGE.partition("## Actions")[2].partition("### ")[0]
    described, _, refused = section.partition("Each other")
    assert set(re.findall(r"`(\w+Cfg)`", described)) == {cls.__name__ for cls in KNOWN}
    assert set(re.findall(r"`(\w+Cfg)`", section)) == {cls.__name__ for cls in found}
    assert not set(re.findall(r"`(\w+Cfg)`", refused)) & {cls.__name__ for cls in KNOWN}


def test_every_actuator_is_in_the_tables() -> None:
    names = [name for name in dir(isaaclab.actuators) if name.endswith("Cfg")]
    section = PAGE.partition("## The robot")[2]
    assert len(names) > 5 and [name for name in names if f"{name}`" not in section] == []
