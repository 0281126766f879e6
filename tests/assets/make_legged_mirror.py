# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Write a local asset root that holds stand-ins for what Isaac Lab's velocity tasks load.

Go2, ANYmal-D and G1 have the official places and names of joints and bodies that the tasks use. Lengths and masses are
rounded from the makers' published descriptions; shapes are boxes, and collide at the feet, base and torso
alone. ANYmal's actuator network is a spring and a damper in the form of the official file. The sky and the ground's
material are left out: without Isaac Sim, nobody draws them.

Isaac Lab reads the environment variable ``ISAACSIM_ASSET_ROOT`` when it is imported, so the variable must point at the
root before. ``python make_legged_mirror.py ROOT`` writes one.
"""

import sys
from dataclasses import dataclass
from pathlib import Path

import torch
from make_cartpole_mirror import make_cartpole_mirror
from make_franka_mirror import add_fixed_joint, translation
from pxr import Gf

from tsra_tasks.robots.usd_primitives import (
    Vector,
    add_box,
    add_capsule,
    add_joint,
    add_link,
    box_inertia,
    new_articulation,
)

COLORS = {"light": (0.8, 0.8, 0.8), "dark": (0.3, 0.3, 0.3)}


@dataclass(frozen=True)
class Link:
    """A body, the joint that moves it, and its shape."""

    name: str
    mass: float
    size: Vector
    """Extent of its box [m]."""
    center: Vector = (0.0, 0.0, 0.0)
    """Centre of the box, and of the mass, in the body's frame [m]."""
    parent: str = ""
    joint: str = ""
    """Name of the joint; fixed to the parent if it has none."""
    offset: Vector = (0.0, 0.0, 0.0)
    """Frame of the body, and of the joint, in the parent's frame [m]."""
    axis: str = "Y"
    limits: tuple[float, float] = (-120.0, 120.0)
    """Limits of the joint [deg]."""
    collides: bool = False
    round: bool = False
    """Whether its shape is a ball of that size rather than a box."""


def go2() -> list[Link]:
    """Unitree's Go2."""
    links = [Link("base", 6.92, (0.38, 0.09, 0.11), collides=True)]
    for name, front, left in (("FL", 1, 1), ("FR", 1, -1), ("RL", -1, 1), ("RR", -1, -1)):
        hip, thigh, calf, foot = (f"{name}_{part}" for part in ("hip", "thigh", "calf", "foot"))
        links += [
            Link(hip, 0.68, (0.06, 0.06, 0.06), parent="base", joint=f"{hip}_joint", axis="X",
                 offset=(0.193 * front, 0.047 * left, 0.0), limits=(-60.0, 60.0)),
            Link(thigh, 1.15, (0.04, 0.03, 0.21), (0.0, 0.0, -0.107), hip, f"{thigh}_joint", (0.0, 0.0955 * left, 0.0),
                 limits=(-90.0, 200.0)),
            Link(calf, 0.15, (0.02, 0.02, 0.20), (0.0, 0.0, -0.107), thigh, f"{calf}_joint", (0.0, 0.0, -0.213),
                 limits=(-156.0, -48.0)),
            Link(foot, 0.04, (0.04, 0.04, 0.04), parent=calf, offset=(0.0, 0.0, -0.213), collides=True,
                 round=True),
        ]  # fmt: skip
    return links


def anymal_d() -> list[Link]:
    """ANYbotics' ANYmal-D."""
    links = [Link("base", 24.0, (0.60, 0.25, 0.20), collides=True)]
    for name, front, left in (("LF", 1, 1), ("LH", -1, 1), ("RF", 1, -1), ("RH", -1, -1)):
        hip, thigh, shank, foot = (f"{name}_{part}" for part in ("HIP", "THIGH", "SHANK", "FOOT"))
        links += [
            Link(hip, 2.6, (0.10, 0.10, 0.10), parent="base", joint=f"{name}_HAA", axis="X",
                 offset=(0.36 * front, 0.10 * left, 0.0)),
            Link(thigh, 3.4, (0.06, 0.06, 0.28), (0.0, 0.0, -0.14), hip, f"{name}_HFE", (0.0, 0.10 * left, 0.0)),
            Link(shank, 0.7, (0.03, 0.03, 0.30), (0.0, 0.0, -0.16), thigh, f"{name}_KFE", (0.0, 0.0, -0.285),
                 limits=(-160.0, 160.0)),
            Link(foot, 0.2, (0.05, 0.05, 0.05), parent=shank, offset=(0.0, 0.0, -0.32), collides=True,
                 round=True),
        ]  # fmt: skip
    return links


def g1() -> list[Link]:
    """Unitree's G1 with hands of seven joints each."""
    links = [
        Link("pelvis", 3.8, (0.12, 0.16, 0.10), collides=True),
        Link(
            "torso_link",
            7.8,
            (0.16, 0.22, 0.36),
            (0.0, 0.0, 0.20),
            "pelvis",
            "torso_joint",
            (0.0, 0.0, 0.05),
            "Z",
            collides=True,
        ),
    ]
    for name, left in (("left", 1), ("right", -1)):
        chain = [
            ("hip_pitch", 1.35, (0.0, 0.064, -0.09), "Y"),
            ("hip_roll", 1.52, (0.0, 0.052, -0.03), "X"),
            ("hip_yaw", 1.70, (0.0, 0.0, -0.12), "Z"),
            ("knee", 1.93, (0.0, 0.0, -0.18), "Y"),
            ("ankle_pitch", 0.07, (0.0, 0.0, -0.30), "Y"),
            ("ankle_roll", 0.61, (0.0, 0.0, -0.02), "X"),
        ]
        links += _chain(name, left, "pelvis", chain)
        chain = [
            ("shoulder_pitch", 0.72, (0.0, 0.10, 0.29), "Y"),
            ("shoulder_roll", 0.64, (0.0, 0.04, -0.02), "X"),
            ("shoulder_yaw", 0.73, (0.0, 0.0, -0.10), "Z"),
            ("elbow_pitch", 0.60, (0.01, 0.0, -0.10), "Y"),
            ("elbow_roll", 0.50, (0.10, 0.0, -0.01), "X"),
        ]
        links += _chain(name, left, "torso_link", chain)
        for fingers, side in (("zero one two", 0.0), ("three four", 0.03), ("five six", -0.03)):
            chain = [(str(finger), 0.05, (0.06, side, 0.0), "Z") for finger in fingers.split()]
            links += _chain(name, left, f"{name}_elbow_roll_link", chain)
    return links


def _chain(side: str, left: int, parent: str, chain: list[tuple[str, float, Vector, str]]) -> list[Link]:
    """Bodies one after another, mirrored on the right."""
    links = []
    for part, mass, (x, y, z), axis in chain:
        name, foot = f"{side}_{part}_link", part == "ankle_roll"
        size, center = ((0.20, 0.07, 0.03), (0.04, 0.0, -0.02)) if foot else ((0.05, 0.05, 0.05), (0.0, 0.0, 0.0))
        links.append(
            Link(name, mass, size, center, parent, f"{side}_{part}_joint", (x, y * left, z), axis, collides=foot)
        )
        parent = name
    return links


def _make_robot(path: Path, links: list[Link]) -> None:
    """Write a robot; its first link is the base."""
    path.parent.mkdir(parents=True, exist_ok=True)
    root = "/robot"
    stage = new_articulation(path, root, COLORS)
    poses = {"": Gf.Matrix4d(1.0)}
    for link in links:
        local, body = translation(link.offset), f"{root}/{link.name}"
        poses[link.name] = local * poses[link.parent]
        add_link(stage, body, poses[link.name], link.mass, link.center, box_inertia(link.mass, link.size))
        if link.round:
            add_capsule(
                stage, f"{body}/ball", ((0.0, -0.002, 0.0), (0.0, 0.002, 0.0)), 0.5 * link.size[0], "dark", True
            )
        else:
            add_box(stage, f"{body}/box", link.center, link.size, "light", collides=link.collides)
        if link.parent:
            bodies, joint = (f"{root}/{link.parent}", body), f"{root}/joints/{link.joint or f'{link.name}_fixed'}"
            if link.joint:
                add_joint(stage, joint, bodies, local, link.axis, link.limits)
            else:
                add_fixed_joint(stage, joint, bodies, local)
    stage.GetRootLayer().Save()


class SpringAndDamper(torch.nn.Module):
    """A motor in the form of ANYmal's network, with the gains of its simple model in Isaac Lab."""

    def __init__(self) -> None:
        super().__init__()
        self.lstm = torch.nn.LSTM(2, 8, num_layers=2, batch_first=True)

    def forward(
        self, inputs: torch.Tensor, state: tuple[torch.Tensor, torch.Tensor]
    ) -> tuple[torch.Tensor, tuple[torch.Tensor, torch.Tensor]]:
        """Torques [N m] for errors of position [rad] and velocities [rad/s], of shape (joints, 1, 2)."""
        _, state = self.lstm(inputs, state)
        return 40.0 * inputs[..., 0] - 5.0 * inputs[..., 1], state


def make_legged_mirror(root: Path) -> None:
    """Write robots, actuator network and ground where Isaac Lab looks for its own.

    Args:
        root: Directory that ``ISAACSIM_ASSET_ROOT`` is to name. Created if need be.
    """
    make_cartpole_mirror(root)  # for its ground
    assets = root / "Isaac" / "IsaacLab"
    _make_robot(assets / "Robots" / "Unitree" / "Go2" / "go2.usd", go2())
    _make_robot(assets / "Robots" / "ANYbotics" / "ANYmal-D" / "anymal_d.usd", anymal_d())
    _make_robot(assets / "Robots" / "Unitree" / "G1" / "g1_minimal.usd", g1())
    network = assets / "ActuatorNets" / "ANYbotics" / "anydrive_3_lstm_jit.pt"
    network.parent.mkdir(parents=True, exist_ok=True)
    torch.jit.save(torch.jit.script(SpringAndDamper()), str(network))


if __name__ == "__main__":
    make_legged_mirror(Path(sys.argv[1]))
