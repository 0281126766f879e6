# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""From training to a report with the scripts, at a tiny budget: that it finds what the others leave behind."""

from __future__ import annotations

import base64
import json
import sys
from pathlib import Path

import pytest
from browser import browser_page, undecoded, watched
from conftest import SCRIPTS, Shell, run_directory
from PIL import Image
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tiny_run import write_all

from tsra_lab.run_report import make_page, read_run

pytestmark = [pytest.mark.integration, pytest.mark.smoke, pytest.mark.kitless]

SMALL = ("--num_envs", "16", "--seed", "3")


def test_a_run_is_reported(shell: Shell) -> None:
    budget = ("--max_iterations", "2", "agent.evaluation_interval=1", "agent.algorithm.encoders.warmup_steps=20")
    run = run_directory(shell.run("train.py", *SMALL, *budget))
    checkpoint = ("--checkpoint", str(run))
    shell.run("export.py", *checkpoint, "--skip_measurement")
    shell.run("evaluate.py", *SMALL, *checkpoint, "--episodes", "32", "--json", str(run / "evaluation.json"))
    output = shell.call([sys.executable, str(SCRIPTS / "report.py"), *checkpoint])
    assert output.splitlines()[-1] == f"Report: {run / 'report.html'}"
    shown = (run / "report.html").read_text()
    assert len(shown) < 10_000_000 and run.name in shown

    # numbers of each file that the others left
    measured = json.loads((run / "evaluation.json").read_text())
    sensitivity = measured["imitability"]["action_sensitivity"]["mean"]
    assert f"<strong>{sensitivity:.3f}</strong>" in shown
    assert (
        "--max_iterations 2 agent.evaluation_interval=1"
        in json.loads((run / "run.json").read_text())["metadata"]["command"]
    )
    # the picture of the last evaluation, in the run and for TensorBoard
    picture = (run / "figures" / "alignment_2.png").read_bytes()
    assert base64.b64encode(picture).decode() in shown
    assert len(EventAccumulator(str(run), {"images": 0}).Reload().Images("Alignment")) == 2
    assert "in 32 episodes" in shown and "2 of 2" in shown
    for words in ("Retrieval accuracy", "Action distance", "odometry", "drive_x", "Imitation gap", "alignment loss"):
        assert words in shown, words
    not_shown = [line for line in output.splitlines() if "Not shown" in line]
    assert not_shown == [
        "[INFO] Not shown: No diagnosis of what the teacher acts on.",
        "[INFO] Not shown: No film.",
    ]


def test_a_browser_shows_it(tmp_path: Path) -> None:
    run = write_all(tmp_path / "run")
    frames = [Image.new("RGB", (64, 48), color) for color in ("red", "blue")]
    frames[0].save(run / "figures" / "alignment_40.png")
    frames[0].save(run / "videos" / "play" / "film.gif", save_all=True, append_images=frames[1:])
    made = make_page(read_run(run))
    path = tmp_path / "report.html"
    path.write_bytes(made.content)
    with browser_page() as page:
        told, asked = watched(page)
        page.goto(path.as_uri())
        # it is allowed no script of its own, but this test's
        assert undecoded(page) == [] and page.locator("img").count() == 2
        for finding in made.verdict.findings:
            assert page.get_by_text(finding.text, exact=True).is_visible(), finding.text
        curves = page.locator("#learning svg")
        assert curves.count() >= 3 and all(curve.bounding_box()["height"] > 100 for curve in curves.all())
        assert told == []
        assert asked[0] == path.as_uri() and [url for url in asked[1:] if not url.startswith("data:")] == []
