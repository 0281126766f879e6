# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Policies side by side, as somebody sees and drives them in a browser, or records them."""

from __future__ import annotations

import io
import os
import re
import signal
import time
from collections.abc import Callable
from ctypes.util import find_library
from pathlib import Path
from subprocess import Popen
from typing import TYPE_CHECKING

import imageio.v3 as imageio
import numpy as np
import pytest
from browser import browser_page
from conftest import Shell, run_directory
from PIL import Image

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.integration, pytest.mark.smoke, pytest.mark.kitless]


@pytest.fixture(scope="module")
def run(shell: Shell) -> Path:
    """A run of two iterations, whose student is exported."""
    short = ("--num_envs", "64", "--seed", "3", "--max_iterations", "2", "agent.algorithm.encoders.warmup_steps=5")
    run = run_directory(shell.run("train.py", *short))
    shell.run("export.py", "--checkpoint", str(run), "--skip_measurement")
    return run


class Panel:
    """The folder of playback in viser's page."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def steps(self) -> int:
        return int(re.search(r"step (\d+)", self.text())[1])

    def text(self) -> str:
        return self.page.locator("body").inner_text()

    def counts(self) -> list[str]:
        """How the episodes of each part ended."""
        return re.findall(r"^(?:teacher|student|onnx): .*$", self.text(), re.MULTILINE)

    def click(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def choose(self, label: str, option: str) -> None:
        self.page.get_by_label(label, exact=True).click()
        self.page.get_by_role("option", name=option, exact=True).locator("visible=true").click()

    def picture(self) -> np.ndarray:
        """What is drawn of the scene. Shape is (height, width, 3)."""
        shot = self.page.locator("canvas").first.screenshot()
        return np.asarray(Image.open(io.BytesIO(shot)).convert("RGB"), dtype=np.int16)[:, :560]  # left of the panel


def wait_until(condition: Callable[[], bool], timeout: float = 60.0) -> None:
    """Wait for something that is to be seen."""
    end = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.1)


IMAGE = "[...document.images].find(image => image.naturalWidth === 132 && image.naturalHeight === 100)"
"""JavaScript: an image of 32 x 24 pixels, each of them four wide and high, in a frame."""

SHADES = f"""() => {{
    const canvas = new OffscreenCanvas(128, 96).getContext("2d");
    canvas.drawImage({IMAGE}, -2, -2);
    return [...canvas.getImageData(0, 0, 128, 96).data].filter((_, index) => index % 4 === 0);
}}"""
"""JavaScript: how bright its pixels are, from 0 to 255, without the frame."""


def page_address(process: Popen) -> str:
    """Address of the page that a playback serves, once it says so."""
    printed = []
    for line in process.stdout:
        printed.append(line)
        if address := re.search(r"Playback's page: (http://localhost:\d+)", line):
            return address[1]
    pytest.fail("".join(printed)[-4000:])


def test_policies_are_seen_and_driven_in_the_page(shell: Shell, run: Path) -> None:
    pair = ("--policy", "student", "onnx", "--viz", "viser")
    process = shell.start("play.py", "--checkpoint", str(run), *pair)
    errors = []
    try:
        address = page_address(process)
        with browser_page() as page:
            page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
            page.on("pageerror", lambda error: errors.append(str(error)))
            page.goto(address)
            panel = Panel(page)
            page.get_by_role("button", name="Pause", exact=True).wait_for()

            # the student and the file that is exported of it: from the same states they do the same
            wait_until(lambda: " 0 episodes" not in "".join(panel.counts()))
            for _ in range(5):
                first, second = panel.counts()
                assert first.replace("student", "onnx") == second
                time.sleep(0.2)

            panel.click("Pause")
            page.get_by_role("button", name="Resume", exact=True).wait_for()
            time.sleep(1.0)
            before, still = panel.steps(), panel.picture()
            assert len(np.unique(still.reshape(-1, 3), axis=0)) > 100
            panel.click("Step")
            wait_until(lambda: panel.steps() == before + 1)
            time.sleep(0.5)
            moved = np.abs(panel.picture() - still).mean()
            panel.click("Reset")
            wait_until(lambda: panel.steps() == before + 2)
            time.sleep(0.5)
            assert panel.steps() == before + 2
            assert np.abs(panel.picture() - still).mean() > moved

            panel.choose("Policy 2", "teacher")
            wait_until(lambda: panel.counts()[1] == "teacher: 0 episodes")
            assert panel.counts()[0].startswith("student: ")
            panel.choose("Speed", "0.25")
            panel.click("Resume")
            page.get_by_role("button", name="Pause", exact=True).wait_for()
            begin, start = panel.steps(), time.monotonic()
            time.sleep(4.0)
            # 0.1 s each: 2.5 in a second
            assert 0 < panel.steps() - begin <= 2.5 * (time.monotonic() - start) + 2
            panel.choose("Speed", "as fast as possible")
            wait_until(lambda: re.match(r"teacher: [1-9]", panel.counts()[1]) is not None)
            panel.choose("Policy 2", "onnx")
            wait_until(lambda: re.match(r"onnx: [1-9]", panel.counts()[1]) is not None)
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=60)
    finally:
        process.kill()
    assert errors == []
    assert process.returncode == 0, rest[-4000:]
    last = rest.strip().splitlines()
    assert [line for line in last if re.match(r"\[INFO\] onnx: \d+ episodes?, ", line)]


def test_the_page_shows_what_the_student_s_camera_sees(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shell, "task", "TSRA-ObstacleFlight-Quadrotor")
    short = ("--num_envs", "8", "--seed", "3", "--max_iterations", "1", "agent.algorithm.encoders.warmup_steps=5")
    run = run_directory(shell.run("train.py", *short))
    process = shell.start("play.py", "--checkpoint", str(run), "--num_envs", "1", "--viz", "viser")
    try:
        with browser_page() as page:
            page.goto(page_address(process))
            page.wait_for_function(f"{IMAGE} !== undefined")
            shades = page.evaluate(SHADES)
    finally:
        process.kill()
    assert min(shades) < 100 and max(shades) > 200 and len(set(shades)) > 20  # posts are near, the rest is far


def test_a_video_is_recorded(shell: Shell, run: Path) -> None:
    if find_library("EGL") is None:  # Newton's renderer without a display
        (pytest.fail if os.environ.get("CI") else pytest.skip)("There is no EGL: apt-get install libegl1")
    length = 8
    shell.run("play.py", "--checkpoint", str(run), "--viz", "newton_gl", "--video", "--video_length", str(length))
    (video,) = (run / "videos" / "play").glob("*.mp4")
    frames = imageio.imread(video).astype(np.int16)
    assert len(frames) == length
    red = (frames[..., 0] > 200) & (frames[..., 1] < 120) & (frames[..., 2] < 120)
    assert (red.mean(axis=(1, 2)) > 0.005).all()  # lava
    for before, after in zip(frames, frames[1:], strict=False):  # a rover drives
        assert 50 < (np.abs(after - before).max(axis=-1) > 30).sum() < 0.1 * red[0].size
