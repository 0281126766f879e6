# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""What the mix-in makes of Isaac Lab's velocity tasks, and what it refuses."""

from __future__ import annotations

from typing import Any

import pytest
from isaaclab_assets.robots.anymal import ANYDRIVE_3_SIMPLE_ACTUATOR_CFG

from isaaclab.managers import ObservationTermCfg, SceneEntityCfg
from isaaclab.utils import configclass
from isaaclab_tasks.contrib.velocity.config.a1.flat_env_cfg import UnitreeA1FlatEnvCfg
from isaaclab_tasks.contrib.velocity.config.digit.rough_env_cfg import DigitRoughEnvCfg
from isaaclab_tasks.core.velocity import mdp
from isaaclab_tasks.core.velocity.config.anymal_d.flat_env_cfg import AnymalDFlatEnvCfg
from isaaclab_tasks.core.velocity.config.cassie.rough_env_cfg import CassieRoughEnvCfg
from isaaclab_tasks.core.velocity.config.go2.agents.rsl_rl_ppo_cfg import UnitreeGo2RoughPPORunnerCfg
from isaaclab_tasks.core.velocity.config.go2.flat_env_cfg import UnitreeGo2FlatEnvCfg
from isaaclab_tasks.core.velocity.config.h1.rough_env_cfg import H1RoughEnvCfg
from isaaclab_tasks.utils import resolve_task_config

import tsra_tasks  # noqa: F401
from tsra_lab.configs import OnboardTermCfg
from tsra_tasks.velocity.agents import suite_like
from tsra_tasks.velocity.blind_velocity_cfg import BlindVelocityCfg
from tsra_tasks.velocity.robots_env_cfg import AnymalDFlatCfg, Go2FlatCfg, Go2RoughCfg

pytestmark = [pytest.mark.unit, pytest.mark.kitless]

ONBOARD = ["base_ang_vel", "projected_gravity", "velocity_commands", "joint_pos_rel", "joint_vel_rel", "last_action"]


def terms(group: Any) -> list[str]:
    """Names of the terms of a group."""
    return [name for name, term in vars(group).items() if isinstance(term, ObservationTermCfg)]


def resolved(*overrides: str, task: str = "TSRA-Velocity-Flat-Go2") -> Any:
    """Configuration of a task with options of the command line, as an environment finds it."""
    cfg, _ = resolve_task_config(task, None, overrides=list(overrides))
    cfg.validate()
    return cfg


@pytest.mark.parametrize(
    "upstream, base, feet",
    [
        (UnitreeA1FlatEnvCfg, "trunk", ".*_foot"),
        (H1RoughEnvCfg, "torso_link", ".*ankle_link"),
        (CassieRoughEnvCfg, "pelvis", ".*toe"),
        (DigitRoughEnvCfg, "torso_base", ".*_leg_toe_roll"),
    ],
)
def test_any_velocity_task_of_isaac_lab_becomes_one_of_ours(upstream: type, base: str, feet: str):
    cfg = configclass(type("Cfg", (BlindVelocityCfg, upstream), {"__module__": __name__}))()
    stock = upstream()
    assert terms(cfg.observations.onboard) == terms(cfg.observations.present) == ONBOARD
    assert (cfg.observations.onboard.history_length, cfg.observations.present.history_length) == (10, None)
    assert not hasattr(cfg.observations, "policy")
    privileged = cfg.observations.privileged
    assert (privileged.height_scan is None) == (stock.observations.policy.height_scan is None)
    assert privileged.base_mass.params["asset_cfg"].body_names == base
    assert privileged.foot_friction.params["asset_cfg"].body_names == feet
    assert privileged.feet_contact.params["sensor_cfg"].body_names == feet
    assert not privileged.enable_corruption and all(
        getattr(privileged, name).noise is None for name in terms(privileged)
    )
    for ours, theirs in (("joint_pos_rel", "joint_pos"), ("base_ang_vel", "base_ang_vel")):
        term, original = getattr(cfg.observations.onboard, ours), getattr(stock.observations.policy, theirs)
        assert (term.func, term.noise, term.params.keys()) == (original.func, original.noise, original.params.keys())
    assert cfg.rewards == stock.rewards and cfg.terminations == stock.terminations and cfg.actions == stock.actions


def test_options_reach_the_terms():
    cfg = resolved("env.friction_range=[0.6,1.1]", "env.base_mass_range=[1,1.2]", "env.observation_delay=[1,3]")
    assert cfg.events.physics_material.params["static_friction_range"] == (0.6, 1.1)
    assert cfg.scene.terrain.physics_material.static_friction == 0.6
    assert cfg.events.add_base_mass.params["mass_distribution_params"] == (1, 1.2)
    assert cfg.events.motor_strength.params["strength_range"] == (0.8, 1.2)
    assert cfg.events.physics_material.mode == "reset"
    assert cfg.events.add_base_mass.mode == cfg.events.motor_strength.mode == "startup"
    for group in (cfg.observations.onboard, cfg.observations.present):
        lags = {name: (getattr(group, name).delay_min_lag, getattr(group, name).delay_max_lag) for name in ONBOARD}
        assert lags.pop("last_action") == lags.pop("velocity_commands") == (0, 0)
        assert set(lags.values()) == {(1, 3)}


def test_terrain_is_still_an_option():
    cfg = resolved("env.scene.terrain.terrain_generator.num_rows=2", task="TSRA-Velocity-Rough-Go2")
    assert cfg.scene.terrain.terrain_generator.num_rows == 2


def test_null_leaves_what_isaac_lab_has():
    cfg = resolved("env.friction_range=null", "env.base_mass_range=null", "env.motor_strength_range=null")
    stock = UnitreeGo2FlatEnvCfg()
    assert cfg.events.physics_material.mode == cfg.events.add_base_mass.mode == "startup"
    assert cfg.events.physics_material.params["static_friction_range"] == (0.8, 0.8)
    assert cfg.scene.terrain.physics_material.static_friction == stock.scene.terrain.physics_material.static_friction
    assert cfg.events.motor_strength is None


@pytest.mark.parametrize(
    "option, value, error, message",
    [
        (
            "friction_range",
            (0.9, 0.5),
            ValueError,
            r"'friction_range' must be a range within 0.05 to 3, not \[0.9, 0.5\]",
        ),
        ("friction_range", (0.0, 0.5), ValueError, "within 0.05 to 3"),
        ("friction_range", (0.5, float("nan")), ValueError, "within 0.05 to 3"),
        ("base_mass_range", (-1.0, 3.0), ValueError, "within 0.2 to 5"),
        ("base_mass_range", 1.2, TypeError, "'base_mass_range' must be a pair of numbers"),
        ("motor_strength_range", ("weak", "strong"), TypeError, "pair of numbers, the least and the most"),
        ("observation_delay", (0.0, 1.0), TypeError, "pair of whole numbers"),
        ("observation_delay", (0, 51), ValueError, "within 0 to 50"),
        ("observation_delay", None, TypeError, "pair of whole numbers"),
    ],
)
def test_what_is_no_range_is_refused_by_name(option: str, value: Any, error: type[Exception], message: str):
    cfg = Go2FlatCfg()
    setattr(cfg, option, value)
    with pytest.raises(error, match=message):
        cfg.validate_config()


def test_the_teacher_s_encoder_sees_what_the_student_has_not():
    observations = resolved("env.observations.privileged.foot_friction=null").observations
    assert sorted(terms(observations.privileged)) == sorted([*ONBOARD, *terms(observations.surroundings)])
    assert set(terms(observations.surroundings)) == {"base_lin_vel", "base_mass", "motor_strength", "feet_contact"}
    assert "height_scan" in terms(resolved(task="TSRA-Velocity-Rough-Go2").observations.surroundings)
    agent = suite_like("x", UnitreeGo2RoughPPORunnerCfg())
    history, memory = (agent.agent(name).obs_groups for name in ("tsra", "memory"))
    assert (history["teacher"], history["shared"], memory["shared"]) == (["surroundings"], ["onboard"], ["present"])


def test_motors_that_are_networks_have_no_strength():
    cfg = AnymalDFlatCfg()
    assert cfg.motor_strength_range is None and cfg.observations.privileged.motor_strength is None
    cfg.motor_strength_range = (0.9, 1.1)
    with pytest.raises(ValueError, match="'motor_strength_range' must be null: a network takes .* 'legs'"):
        cfg.validate_config()

    @configclass
    class Springs(AnymalDFlatEnvCfg):
        def __post_init__(self):
            super().__post_init__()
            self.scene.robot.actuators = {"legs": ANYDRIVE_3_SIMPLE_ACTUATOR_CFG}

    @configclass
    class BlindSprings(BlindVelocityCfg, Springs):
        pass

    assert BlindSprings().observations.privileged.motor_strength is not None


def test_the_mix_in_must_come_first_and_needs_a_task():
    @configclass
    class Reversed(UnitreeGo2FlatEnvCfg, BlindVelocityCfg):
        pass

    with pytest.raises(TypeError, match="must name BlindVelocityCfg before the task"):
        Reversed().validate_config()
    with pytest.raises(TypeError, match="but no task of Isaac Lab"):
        BlindVelocityCfg()


def test_terms_that_nobody_describes_are_refused_and_described_ones_are_taken():
    class Clock(UnitreeGo2FlatEnvCfg):
        clock: Any

        def __post_init__(self):
            super().__post_init__()
            self.observations.policy.clock = self.clock

    clocks = {"unit": "rad", "frame": "phase"}
    for clock in (ObservationTermCfg(func=mdp.joint_pos), OnboardTermCfg(func=mdp.joint_pos, **clocks)):
        cls = type("Cfg", (BlindVelocityCfg, Clock), {"__module__": __name__, "clock": clock})
        if isinstance(clock, OnboardTermCfg):
            groups = configclass(cls)().observations
            assert terms(groups.onboard) == terms(groups.present) == [*ONBOARD, "clock"]
            assert groups.privileged.clock.func is mdp.joint_pos
        else:
            with pytest.raises(ValueError, match="whether a robot measures 'clock' of Cfg's observations"):
                configclass(cls)()


def test_names_that_are_nowhere_are_asked_for():
    class Nameless(UnitreeGo2FlatEnvCfg):
        def __post_init__(self):
            super().__post_init__()
            self.rewards.feet_air_time = None

    with pytest.raises(ValueError, match="names the feet. Override '_feet'"):
        configclass(type("Cfg", (BlindVelocityCfg, Nameless), {"__module__": __name__}))()
    members = {"__module__": __name__, "_feet": lambda self: ".*_foot"}
    cfg = configclass(type("Cfg", (BlindVelocityCfg, Nameless), members))()
    assert cfg.observations.privileged.foot_friction.params["asset_cfg"] == SceneEntityCfg(
        "robot", body_names=".*_foot", preserve_order=True
    )


def test_the_order_of_the_motors_is_all_that_changes_of_the_robot():
    robot, stock = Go2FlatCfg().scene.robot, UnitreeGo2FlatEnvCfg().scene.robot
    assert robot.joint_sdk_names[:4] == ["FR_hip_joint", "FR_thigh_joint", "FR_calf_joint", "FL_hip_joint"]
    settings = robot.to_dict()
    assert settings.pop("joint_sdk_names") and settings == stock.to_dict()
    assert AnymalDFlatCfg().joint_sdk_names is None


def test_evaluation_meets_terrain_of_all_levels_and_all_else_of_training():
    cfg, training = Go2RoughCfg(), Go2RoughCfg()
    cfg.evaluation_mode()
    assert cfg.curriculum.terrain_levels is None and cfg.scene.terrain.max_init_terrain_level is None
    assert cfg.events.add_base_mass.mode == cfg.events.motor_strength.mode == "reset"  # each episode has its own
    cfg.events.add_base_mass.mode = cfg.events.motor_strength.mode = "startup"
    assert cfg.events == training.events and cfg.events.push_robot is not None
    assert cfg.observations == training.observations


def test_what_isaac_lab_has_is_left_in_evaluation_too():
    cfg = resolved("env.base_mass_range=null", "env.motor_strength_range=null")
    cfg.evaluation_mode()
    assert cfg.events.add_base_mass.mode == "startup" and cfg.events.motor_strength is None


def test_agents_have_the_sizes_and_settings_of_the_stock_agent():
    stock = UnitreeGo2RoughPPORunnerCfg()
    stock.algorithm.entropy_coef, stock.max_iterations = 0.123, 77
    suite = suite_like("own", stock)
    agent = suite.agent("tsra")
    assert agent.teacher.hidden_dims == agent.student.hidden_dims == agent.critic.hidden_dims == [512, 256, 128]
    assert agent.actor.hidden_dims == [256, 128]
    assert (agent.algorithm.entropy_coef, agent.algorithm.num_learning_epochs, agent.max_iterations) == (0.123, 5, 77)
    assert suite.agent("ppo").actor.hidden_dims == [512, 256, 128]
    assert suite.agent("memory").student.rnn_type == "gru"
    assert suite.agent("memory").obs_groups["student"] == ["present"]
