# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Pictures of policies at work: a spectator's view of the simulator, with the student's image inset."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageDraw
from rsl_rl.env import VecEnv
from tensordict import TensorDict

import isaaclab.sim as sim_utils
from isaaclab.envs import ManagerBasedRLEnv
from isaaclab.sensors import CameraCfg

from .task_env_cfg import CameraTaskEnvCfg

VIEW_SIZE = (240, 180)
"""Width and height of the view [pixels]."""

INSET_SCALE = 2
"""How often a pixel of the student's image is repeated."""

GAP = 4
"""Width of the gaps between the parts of a picture [pixels]."""

SUCCESS_COLOR, FAILURE_COLOR = (47, 158, 68), (194, 50, 29)
"""Colours of outcomes."""

LABEL_HEIGHT = 14
"""Height of the names above a picture [pixels]."""


def add_view(env_cfg: CameraTaskEnvCfg) -> None:
    """Add a spectator's camera to the scene.

    Args:
        env_cfg: Configuration of the environment.

    Raises:
        TypeError: If the task has no onboard camera, and so no spectator.
    """
    if not isinstance(env_cfg, CameraTaskEnvCfg):
        raise TypeError(f"{type(env_cfg).__name__} says nothing of a spectator: derive it from CameraTaskEnvCfg.")
    width, height = VIEW_SIZE
    env_cfg.scene.view = CameraCfg(
        prim_path="{ENV_REGEX_NS}/View",
        width=width,
        height=height,
        data_types=["rgb"],
        spawn=sim_utils.PinholeCameraCfg(focal_length=18.0, horizontal_aperture=20.955, clipping_range=(0.05, 30.0)),
        renderer_cfg=env_cfg.scene.camera.renderer_cfg,
    )


@torch.inference_mode()
def record_pictures(
    env: VecEnv, policy: Callable[[TensorDict], torch.Tensor], image_group: str, seed: int
) -> list[list[Image.Image]]:
    """Record one episode in each environment.

    Args:
        env: Environment whose configuration :func:`add_view` has changed.
        policy: Policy to watch.
        image_group: Observation group of the student's image, of shape (num_envs, 1, height, width).
        seed: Seed of the episodes.

    Returns:
        Pictures of each environment's episode; the last is framed in the colour of its outcome.
    """
    base = env.unwrapped
    view = base.scene["view"]
    pictures: list[list[Image.Image]] = [[] for _ in range(env.num_envs)]
    over = torch.zeros(env.num_envs, dtype=torch.bool, device=env.device)
    env.seed(seed)
    obs, _ = env.reset()
    if hasattr(policy, "reset"):
        policy.reset()
    while not over.all():
        view.set_world_poses_from_view(*_spectator_pose(base))
        base.sim.render()
        view.update(0.0, force_recompute=True)
        frames = view.data.output["rgb"].torch[..., :3].cpu().numpy()
        images = obs[image_group][:, 0].cpu().numpy()
        for index in (~over).nonzero()[:, 0].tolist():
            pictures[index].append(_with_inset(frames[index], images[index]))
        obs, _, dones, _ = env.step(policy(obs).to(env.device))
        if hasattr(policy, "reset"):
            policy.reset(dones)
        success = base.termination_manager.get_term("success")
        for index in (~over & (dones > 0)).nonzero()[:, 0].tolist():
            _mark(pictures[index][-1], SUCCESS_COLOR if success[index] else FAILURE_COLOR)
        over |= dones > 0
    return pictures


def write_animation(pictures: dict[str, list[list[Image.Image]]], path: Path, period: float, every: int = 2) -> None:
    """Write an animated GIF: a column for each policy, a row for each episode. The last picture of an episode stays.

    Args:
        pictures: Pictures of each policy's episodes, by the policy's name.
        path: File to write.
        period: Duration of a step [s].
        every: Interval between the steps that are shown.
    """
    width, height = VIEW_SIZE
    rows = len(next(iter(pictures.values())))
    length = max(len(episode) for episodes in pictures.values() for episode in episodes)
    sheets = []
    for step in [*range(0, length, every), length - 1]:
        sheet = Image.new(
            "RGB",
            (len(pictures) * (width + GAP) - GAP, LABEL_HEIGHT + rows * (height + GAP) - GAP),
            color=(255, 255, 255),
        )
        draw = ImageDraw.Draw(sheet)
        for column, (name, episodes) in enumerate(pictures.items()):
            draw.text((column * (width + GAP) + 2, 1), name, fill=(0, 0, 0))
            for row, episode in enumerate(episodes):
                place = (column * (width + GAP), LABEL_HEIGHT + row * (height + GAP))
                sheet.paste(episode[min(step, len(episode) - 1)], place)
        # few colours: the file is for a web page
        sheets.append(sheet.quantize(64, dither=Image.Dither.NONE))
    durations = [1000.0 * period * every] * (len(sheets) - 1) + [1500.0]
    path.parent.mkdir(parents=True, exist_ok=True)
    sheets[0].save(path, save_all=True, append_images=sheets[1:], duration=durations, loop=0, optimize=True)


def _spectator_pose(env: ManagerBasedRLEnv) -> tuple[torch.Tensor, torch.Tensor]:
    """Where the spectators stand and look, in the world frame [m]. Shapes are (num_envs, 3)."""
    cfg = env.cfg.spectator
    origin = env.scene.env_origins if cfg.follows is None else env.scene[cfg.follows].data.root_link_pos_w.torch
    return origin + torch.tensor(cfg.eye, device=env.device), origin + torch.tensor(cfg.target, device=env.device)


def _mark(picture: Image.Image, color: tuple[int, int, int]) -> None:
    """Frame a picture."""
    ImageDraw.Draw(picture).rectangle((0, 0, picture.width - 1, picture.height - 1), outline=color, width=GAP)


def _with_inset(frame: np.ndarray, image: np.ndarray) -> Image.Image:
    """The view with the student's image in its corner: near is dark."""
    picture = Image.fromarray(frame)
    inset = Image.fromarray((255.0 * image.clip(0.0, 1.0)).astype(np.uint8)).convert("RGB")
    size = (INSET_SCALE * inset.width, INSET_SCALE * inset.height)
    framed = Image.new("RGB", (size[0] + 2, size[1] + 2), color=(247, 209, 84))
    framed.paste(inset.resize(size, Image.Resampling.NEAREST), (1, 1))
    picture.paste(framed, (picture.width - framed.width, 0))
    return picture
