# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The loop in which policies act for somebody to watch."""

from __future__ import annotations

import argparse
import time
from collections.abc import Mapping, Sequence
from typing import Any

import torch

from isaaclab_rl.entrypoints.common import run_playback

from tsra_lab.evaluation import terminations
from tsra_lab.hooks import hooks_of

from ..opening import OpenRun
from .controls import Controls, Pace
from .overlay import COLOR_NAMES, Overlay
from .parts import MatchedParts
from .players import Players, Tally
from .viser_page import ViserPage, viser_server

REPORT_PERIOD = 5.0
"""Time between lines on the terminal about how episodes ended [s]."""


def open_playback(run: OpenRun, args: argparse.Namespace) -> Playback:
    """Prepare policies to act as the command line asks for.

    Args:
        run: The run.
        args: Arguments of the command.

    Returns:
        The playback, at the start of the first episodes.

    Raises:
        ValueError: If the run lacks a policy, or several cannot begin alike.
    """
    policies = run.policies(args.policy)
    server = viser_server(run.env.unwrapped.sim.visualizers)
    if server is not None:  # its page offers the others too
        policies = dict(run.policies()) | policies
    return Playback(run, policies, args.policy, Controls(1.0 if args.real_time else None), server)


class Playback:
    """Policies that act, with all that is shown beside."""

    def __init__(
        self, run: OpenRun, policies: Mapping[str, Any], names: Sequence[str], controls: Controls, server: Any
    ) -> None:
        """Begin the first episodes.

        Args:
            run: The run.
            policies: Policies by name.
            names: Who acts in each part.
            controls: What a user may ask for.
            server: Viser's server; None where there is none.

        Raises:
            ValueError: If several policies cannot begin alike.
        """
        self.env, self.base = run.env, run.env.unwrapped
        self.controls = controls
        self.players = Players(policies, names, self.env)
        self.tally = Tally(self.players)
        camera = hooks_of(self.env).onboard_camera(self.base)
        if camera is not None:
            camera.switch(True)
        self._matched = MatchedParts(self.env, len(names), run.env_cfg.seed) if len(names) > 1 else None
        self._obs = self.env.get_observations()
        self._steps = 0
        self._pace = Pace(self.base.step_dt)
        overlay = Overlay(self.base, self.players.parts)
        # Isaac Lab calls it before it renders, where there is somebody to see it
        self.base.sim.vis_marker_registry.add_callback("playback", lambda event: overlay.draw())
        self._page = None
        if server is not None:
            self._page = ViserPage(server, controls, self.players, list(policies), self._label_places())
            print(f"[INFO] Playback's page: http://localhost:{server.get_port()}", flush=True)
        self._reported, self._next_report = self.tally.lines(), time.monotonic() + REPORT_PERIOD
        if len(names) > 1:
            for name, part, color in zip(names, self.players.parts, COLOR_NAMES * len(names), strict=False):
                print(f"[INFO] {name} acts in environments {part.start} to {part.stop - 1}, marked in {color}.")
        self._show()

    def run(self, args: argparse.Namespace) -> None:
        """Let the policies act until somebody interrupts it, or the video is complete.

        Args:
            args: Arguments of the command.
        """
        own_pace = argparse.Namespace(**vars(args) | {"real_time": False})
        run_playback(self.step, dt=self.base.step_dt, args_cli=own_pace, env_cfg=self.base.cfg)
        self.report()

    def step(self) -> None:
        """Do what was asked for, then one step."""
        self.controls.wait(self._idle)
        self._switch()
        if self.controls.reset.is_set():
            self.controls.reset.clear()
            self.base.sim.request_reset()
        if self._matched is not None:
            self._matched.hold()
        self._obs, _, dones, extras = self.env.step(self.players(self._obs))
        self._steps += 1
        self.players.reset(dones)
        ended = dones.bool() if self._matched is None else self._matched.ended(dones)
        self.tally.add(ended, terminations(self.env, dones, extras))
        self._show()
        if time.monotonic() >= self._next_report:
            self.report()
        self._pace.keep(self.controls.speed)

    def report(self) -> None:
        """Print how the episodes ended, if any did since the last time."""
        self._next_report = time.monotonic() + REPORT_PERIOD
        lines = self.tally.lines()
        if lines != self._reported:
            self._reported = lines
            for line in lines:
                print(f"[INFO] {line}", flush=True)

    def _switch(self) -> None:
        """Change policies as asked for."""
        while not self.controls.switches.empty():
            part, name = self.controls.switches.get()
            if name != self.players.acting[part]:
                self.players.switch(part, name)
                self.tally.restart(part)
                self._show()

    def _idle(self) -> None:
        """Keep visualizers alive while all stands still."""
        self._switch()
        self.base.sim.update_visualizers(0.0)

    def _show(self) -> None:
        """Show what came of a step."""
        if self._page is not None:
            self._page.show(self._steps, self.tally.lines(), self._obs)

    def _label_places(self) -> torch.Tensor:
        """Where the name of each environment's policy stands [m]. Shape is (num_envs, 3)."""
        return (self.base.scene.env_origins + Overlay.corner(self.base)).cpu()
