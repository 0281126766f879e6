# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Playback's part of viser's page: outcomes, controls, and what the student's camera sees."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from tensordict import TensorDict

from .controls import Controls
from .players import Players

SPEEDS: dict[str, float | None] = {"0.25": 0.25, "0.5": 0.5, "1": 1.0, "2": 2.0, "4": 4.0, "as fast as possible": None}
"""Speeds to choose from, as multiples of real time."""

IMAGE_PERIOD = 0.1
"""Least time between two images [s]."""

IMAGE_SCALE = 4
"""How often a pixel of the image is repeated along each axis."""


def viser_server(visualizers: Sequence[Any]) -> Any:
    """Find viser's server.

    Args:
        visualizers: Isaac Lab's visualizers.

    Returns:
        The server (``viser.ViserServer``); None if none of them is viser's.
    """
    for visualizer in visualizers:
        if visualizer.cfg.visualizer_type == "viser":
            return visualizer._viewer._server  # Isaac Lab has no public name for it
    return None


class ViserPage:
    """The folder ``Playback`` in viser's page. What is clicked there only sets what the simulation's loop reads."""

    def __init__(
        self, server: Any, controls: Controls, players: Players, names: Sequence[str], label_places: torch.Tensor
    ) -> None:
        """Add the folder.

        Args:
            server: Viser's server (``viser.ViserServer``).
            controls: Where clicks go.
            players: Who acts.
            names: Policies to choose from.
            label_places: Where the name of each environment's policy stands [m]. Shape is (num_envs, 3).
        """
        self._server, self._players = server, players
        self._image = None
        self._next_image = 0.0
        with server.gui.add_folder("Playback", order=-1.0):
            self._outcomes = server.gui.add_markdown("")
            self._add_controls(controls)
            for part, acting in enumerate(players.acting):
                self._add_choice(controls, part, acting, names)
            self._images = server.gui.add_folder("What the student's camera sees", visible=False)
        several = len(players.parts) > 1
        self._labels = [
            [
                server.scene.add_label(f"/playback/policy_{index}", name, position=tuple(label_places[index].tolist()))
                for index in range(part.start, part.stop)
            ]
            for name, part in zip(players.acting, players.parts, strict=True)
            if several
        ]

    def show(self, steps: int, lines: Sequence[str], obs: TensorDict) -> None:
        """Show the present state.

        Args:
            steps: Number of steps of the simulation so far.
            lines: How episodes ended, a line for each part.
            obs: Observations, one tensor per group; those of shape (num_envs, channels, height, width) are images.
        """
        text = "\n".join([f"step {steps}", "", *(f"- {line}" for line in lines)])
        if text != self._outcomes.content:
            self._outcomes.content = text
        for name, labels in zip(self._players.acting, self._labels, strict=False):
            for label in labels:
                if label.text != name:
                    label.text = name
        now = time.monotonic()
        if now >= self._next_image and self._server.get_clients():
            self._next_image = now + IMAGE_PERIOD
            self._show_images([values for values in obs.values() if values.dim() == 4])

    def _show_images(self, groups: Sequence[torch.Tensor]) -> None:
        """Show the images of each part's first environment, side by side."""
        if not groups:
            return
        first = [part.start for part in self._players.parts]
        picture = np.concatenate([_picture(images[index]) for images in groups for index in first], axis=1)
        if self._image is None:
            self._images.visible = True
            with self._images:
                self._image = self._server.gui.add_image(picture)
        self._image.image, self._image.label = picture, " | ".join(self._players.acting)

    def _add_controls(self, controls: Controls) -> None:
        """Pause, step, reset and speed."""
        pause = self._server.gui.add_button("Pause")
        step = self._server.gui.add_button("Step", hint="One step of the simulation while it is paused.")
        reset = self._server.gui.add_button("Reset", hint="New episodes everywhere.")
        initial = next(name for name, speed in SPEEDS.items() if speed == controls.speed)
        speed = self._server.gui.add_dropdown("Speed", tuple(SPEEDS), initial_value=initial)

        @pause.on_click
        def _(_: Any) -> None:
            controls.paused = not controls.paused
            controls.step.clear()
            pause.label = "Resume" if controls.paused else "Pause"

        @step.on_click
        def _(_: Any) -> None:
            if controls.paused:
                controls.step.set()

        @reset.on_click
        def _(_: Any) -> None:
            controls.reset.set()
            controls.step.set()

        @speed.on_update
        def _(_: Any) -> None:
            controls.speed = SPEEDS[speed.value]

    def _add_choice(self, controls: Controls, part: int, acting: str, names: Sequence[str]) -> None:
        """Who acts in a part."""
        label = "Policy" if len(self._players.parts) == 1 else f"Policy {part + 1}"
        choice = self._server.gui.add_dropdown(label, tuple(names), initial_value=acting)

        @choice.on_update
        def _(_: Any) -> None:
            controls.switches.put((part, choice.value))


def _picture(image: torch.Tensor) -> np.ndarray:
    """An image of shape (channels, height, width) with values from 0 to 1 as RGB pixels."""
    pixels = (255.0 * image[:3].clamp(0.0, 1.0)).to(torch.uint8).permute(1, 2, 0).cpu().numpy()
    if pixels.shape[-1] != 3:
        pixels = pixels[..., :1].repeat(3, axis=-1)
    framed = pixels.repeat(IMAGE_SCALE, axis=0).repeat(IMAGE_SCALE, axis=1)
    return np.pad(framed, ((2, 2), (2, 2), (0, 0)))
