# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Tests of the hooks by which a task tells the library about itself."""

from types import SimpleNamespace

import pytest
import torch

from tsra_lab.hooks import TaskHooks, hooks_of


class BaseCfg:
    """Stands for Isaac Lab's configuration of environments."""

    def play_mode(self) -> None:
        """A method that tasks override."""


class MeasuredCfg(TaskHooks, BaseCfg):
    """Configuration with a hook, an override and a helper."""

    def step_metrics(self, env: object) -> dict[str, torch.Tensor]:
        """A hook."""
        return {"height": self._height(env)}

    def play_mode(self) -> None:
        """An override."""

    def _height(self, env: object) -> torch.Tensor:
        """A helper."""
        return torch.ones(2)


@pytest.mark.unit
def test_misspelt_hook_is_refused_where_its_class_is_defined():
    with pytest.raises(TypeError, match=r"Cfg.step_metric is not a hook .* Did you mean 'step_metrics'\?"):

        class Cfg(TaskHooks, BaseCfg):
            def step_metric(self, env: object) -> dict[str, torch.Tensor]:
                return {}


@pytest.mark.unit
@pytest.mark.parametrize("wrap", [staticmethod, classmethod])
def test_misspelt_hook_is_refused_as_a_static_or_class_method_and_in_a_derived_class(wrap):
    with pytest.raises(TypeError, match="evaluation_mod is not a hook .* Did you mean 'evaluation_mode'"):
        type("Cfg", (MeasuredCfg,), {"evaluation_mod": wrap(lambda *_: None)})


@pytest.mark.unit
def test_public_method_that_resembles_no_hook_is_refused_with_all_names():
    with pytest.raises(TypeError, match="onboard_camera.* begins with an underscore") as error:
        type("Cfg", (TaskHooks,), {"xyz": lambda self: None})
    assert "Did you mean" not in str(error.value)


@pytest.mark.unit
def test_what_isaac_lab_looks_for_by_name_is_allowed():
    type("Cfg", (TaskHooks,), {"validate_config": lambda self: None})


@pytest.mark.unit
def test_fields_whose_values_are_functions_are_no_hooks():
    cfg = type("Cfg", (TaskHooks,), {"__annotations__": {"reward": object}, "reward": lambda env: 0.0})
    assert isinstance(hooks_of(cfg()), TaskHooks)


@pytest.mark.unit
@pytest.mark.parametrize("wrap", [lambda env: env, lambda env: SimpleNamespace(unwrapped=env)])
def test_hooks_are_the_configuration_of_an_environment_wrapped_or_not(wrap):
    cfg = MeasuredCfg()
    env = SimpleNamespace(cfg=cfg)
    assert hooks_of(wrap(env)) is cfg
    assert hooks_of(cfg) is cfg
    assert hooks_of(wrap(env)).step_metrics(env)["height"].tolist() == [1.0, 1.0]


@pytest.mark.unit
@pytest.mark.parametrize(
    "env", [BaseCfg(), SimpleNamespace(cfg=BaseCfg()), SimpleNamespace(unwrapped=SimpleNamespace()), SimpleNamespace()]
)
def test_defaults_do_nothing(env):
    hooks = hooks_of(env)
    hooks.evaluation_mode()
    assert hooks.onboard_camera(env) is None
    assert hooks.resampled_hidden_state(env) is None
    assert hooks.step_metrics(env) == {}
    assert hooks.initial_state(env) == {}


@pytest.mark.unit
def test_foreign_configuration_whose_hook_would_be_ignored_is_refused():
    class ForeignCfg(BaseCfg):
        def onboard_camera(self, env: object) -> None:
            return None

    with pytest.raises(TypeError, match="ForeignCfg has onboard_camera.* does not derive from .*TaskHooks"):
        hooks_of(SimpleNamespace(unwrapped=SimpleNamespace(cfg=ForeignCfg())))


@pytest.mark.unit
def test_foreign_configuration_may_have_data_named_like_a_hook():
    assert hooks_of(SimpleNamespace(initial_state={"x": 0.0})).initial_state(None) == {}
