# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""A newcomer follows quickstart and the pages on tasks, legs, reports and browser, command by command, in a clone."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

pytestmark = [pytest.mark.integration, pytest.mark.smoke, pytest.mark.kitless]

ROOT = Path(__file__).parents[2]
TIMEOUT = 1500.0
"""Bound on all the commands of a page, on a busy machine [s]."""

LONG_TRAINING = re.compile(r"^(?!.*--max_iterations)(.*scripts/(?:train|distill)\.py.*)$", re.MULTILINE)
"""A training that is to learn something, which takes too long here: it is cut short."""

PREAMBLE = """
set -euo pipefail
# a second installation would be 7 GB: the one that runs this test is there already
make() { [ "$*" = install ] || { echo "a newcomer is told to 'make $*'" >&2; exit 3; }; }
"""


LEGS_ON_A_CPU = {
    "--num_envs 4096": "--num_envs 16 env.episode_length_s=1.0",
    "--num_envs 1024": "--num_envs 16 --episodes 16",
    "--device cuda:0": "--device cpu",
    "TASK=TSRA-Velocity-Rough-Go2": "TASK=TSRA-Velocity-Flat-Go2",
    "/tmp/mirror": "legs",
}
"""What the page on legs says of a GPU and the official files, and what is done instead."""


def script(page: Path, instead: Mapping[str, str] | None = None) -> str:
    """The commands and programs of a page, in order, as one shell script.

    Blocks of other languages, such as ``console``, are shown to the reader and not run.

    Args:
        page: The page.
        instead: What takes the place of what the page's commands say.
    """
    parts = [PREAMBLE]
    for token in MarkdownIt("commonmark").parse(page.read_text()):
        language = token.info.strip() if token.type == "fence" else ""
        if language == "bash":
            commands = token.content.replace("\\\n", "")  # each on a line of its own
            for said, done in (instead or {}).items():
                commands = commands.replace(said, done)
            parts.append(LONG_TRAINING.sub(r"\1 --max_iterations 2", commands))
        elif language == "python":
            program = f"import gymnasium as gym\n{token.content}"
            parts.append(f".venv/bin/python - <<'END_OF_BLOCK'\n{program}\nEND_OF_BLOCK\n")
    return "\n".join(parts)


class Newcomer:
    """Somebody with a clone of the repository."""

    def __init__(self, folder: Path) -> None:
        self.clone = folder / "tsra_lab"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(self.clone)], check=True, timeout=300)
        (self.clone / ".venv").symlink_to(sys.prefix)
        site = folder / "site"
        self.environment = os.environ | {
            "OMP_NUM_THREADS": "1",
            # as in an environment that is activated
            "PATH": os.pathsep.join((str(Path(sys.prefix) / "bin"), os.environ["PATH"])),
            # the installation is of another checkout: the clone's own code comes first
            "PYTHONPATH": os.pathsep.join(map(str, (self.clone / "source", self.clone / "tasks", site))),
            # what pip installs goes into a folder of its own, and is built with the setuptools that is there
            "PIP_TARGET": str(site),
            "PIP_NO_BUILD_ISOLATION": "off",
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        }

    def run(self, command: str) -> str:
        """Run a shell script in the clone, expecting that all of it succeeds; returns what it printed."""
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=self.clone,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=TIMEOUT,
        )
        assert done.returncode == 0, f"status {done.returncode}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
        return done.stdout + done.stderr

    def follow(self, page: str, instead: Mapping[str, str] | None = None) -> str:
        """Do all that a page says; returns what was printed, which ``pytest -rP`` shows."""
        printed = self.run(script(self.clone / "docs" / page, instead))
        print(printed)
        return printed


@pytest.fixture(scope="module")
def newcomer(tmp_path_factory: pytest.TempPathFactory) -> Newcomer:
    newcomer = Newcomer(tmp_path_factory.mktemp("newcomer"))
    # the cart-pole's files are on a server that may not be reached
    mirror = newcomer.clone.parent / "mirror"
    newcomer.run(f".venv/bin/python tests/assets/make_cartpole_mirror.py {mirror}")
    newcomer.environment["ISAACSIM_ASSET_ROOT"] = str(mirror)
    where = newcomer.run(
        ".venv/bin/python -c 'import tsra_lab, tsra_tasks; print(tsra_lab.__file__, tsra_tasks.__file__)'"
    )
    assert where.count(str(newcomer.clone)) == 2
    return newcomer


def test_the_quickstart_leads_to_a_policy_that_acts(newcomer: Newcomer) -> None:
    printed = newcomer.follow("quickstart.md")
    assert "Run directory: " in printed
    for file in ("student/policy.onnx", "student/contract.md", "report.html"):
        assert (newcomer.clone / file).is_file(), file
    # the last program: what a robot is commanded
    assert re.search(r"^\[ *-?[\d.e+-]+ +-?[\d.e+-]+\]$", printed, re.MULTILINE), printed[-2000:]


def test_a_task_of_ones_own_is_brought(newcomer: Newcomer) -> None:
    printed = newcomer.follow("bring_your_own_task.md")
    (run,) = (newcomer.clone / "logs" / "rsl_rl").glob("cartpole*/*")
    assert f"Run directory: {run.relative_to(newcomer.clone)}" in printed or str(run) in printed
    assert (run / "model_2.pt").is_file()


def test_from_isaac_labs_velocity_task_to_a_robot(newcomer: Newcomer) -> None:
    """On a stand-in for the Go2."""
    newcomer.run(".venv/bin/python tests/assets/make_legged_mirror.py legs")
    newcomer.environment["ISAACSIM_ASSET_ROOT"] = str(newcomer.clone / "legs")
    page = (newcomer.clone / "docs" / "legs.md").read_text()
    assert all(said in page for said in LEGS_ON_A_CPU)
    newcomer.follow("legs.md", LEGS_ON_A_CPU)
    runs = sorted((newcomer.clone / "logs" / "rsl_rl").glob("velocity*/*"), key=lambda run: run.stat().st_mtime)
    assert len(runs) == page.count("scripts/train.py") + page.count("scripts/distill.py")
    exported = [run / "student" for run in runs if (run / "student" / "policy.onnx").is_file()]
    assert len(exported) == 2  # by export.py, and by distill.py
    assert all((student / file).is_file() for student in exported for file in ("deploy.yaml", "contract.md"))


def test_a_finished_run_is_reported_and_driven_in_the_browser(newcomer: Newcomer) -> None:
    """With one run for TSRA and for the DAgger student, and one of a plain teacher."""
    train = "python scripts/train.py --task TSRA-ColorMaze-Rover --device cpu --num_envs 16 --max_iterations 2"
    printed = newcomer.run(f"{train} && {train} --agent rsl_rl_ppo_cfg_entry_point")
    run, plain = re.findall(r"^Run directory: (.+)$", printed, re.MULTILINE)
    newcomer.run(f"python scripts/export.py --task TSRA-ColorMaze-Rover --checkpoint {run} --skip_measurement")
    runs = {"PLAIN_RUN": plain, "DAGGER_RUN": run, "RUN": run}
    newcomer.follow("report.md", runs)
    assert (newcomer.clone / run / "report.html").is_file()
    short = {"--no_imitability": "--no_imitability --episodes 16 --num_envs 16", " --serve": ""}
    page = (newcomer.clone / "docs" / "browser.md").read_text()
    assert all(said in page for said in [*runs, *short])
    newcomer.follow("browser.md", runs | short)
    assert (newcomer.clone / "page" / "index.html").is_file()


def test_what_a_page_says_wrongly_fails(newcomer: Newcomer, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("```console\nfalse\n```\n\n```bash\ntrue\n```\n")
    newcomer.run(script(page))
    for block in ("```bash\nfalse\ntrue\n```", "```bash\nmake demo\n```", "```python\nimport no_such_module\n```"):
        page.write_text(block)
        with pytest.raises(AssertionError, match="status"):
            newcomer.run(script(page))
