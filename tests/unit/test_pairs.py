# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Pairs for alignment: the camera renders for them alone."""

from __future__ import annotations

import pytest
import torch
from tensordict import TensorDict
from tiny_agent import NUM_ENVS, NUM_STEPS, build_aligned_ppo, build_method, collect_rollout, observations

from tsra_lab.algorithms import OnlineAdaptation, StudentInformedPPO
from tsra_lab.alignment import PairCollector, PairMemory, Pairs, find_onboard_camera, full_precision
from tsra_lab.alignment.pairs import RenderSchedule

pytestmark = [pytest.mark.unit, pytest.mark.kitless]


class StillCamera:
    """Renders, where it is on, the number of the step."""

    def __init__(self, num_envs: int = NUM_ENVS) -> None:
        self.on = True
        self.num_rendered = 0
        self.fresh = torch.zeros(num_envs, dtype=torch.bool)

    def switch(self, on: bool) -> None:
        self.on = on

    def step(self) -> None:
        self.fresh = torch.full_like(self.fresh, self.on)
        self.num_rendered += int(self.fresh.sum())


def sample(step: int, num_envs: int = 4) -> TensorDict:
    state = torch.full((num_envs, 2), float(step))
    image = torch.full((num_envs, 1, 3, 3), step / 100.0)
    return TensorDict({"privileged": state, "image": image, "unused": state}, batch_size=[num_envs])


def collect(collector: PairCollector, camera: StillCamera, steps: int) -> Pairs:
    for step in range(steps):
        camera.step()
        collector.add(sample(step))
    return collector.take()


def test_the_camera_renders_at_one_of_so_many_steps_and_only_these_are_paired():
    camera = StillCamera(4)
    collector = PairCollector(["privileged", "image"], camera, render_interval=3)
    pairs = collect(collector, camera, 9).latest
    assert pairs["privileged"][:, 0].tolist() == [0.0] * 4 + [3.0] * 4 + [6.0] * 4
    assert camera.num_rendered == 12
    # a sample's observations stay together
    torch.testing.assert_close(full_precision(pairs)["image"][:, 0, 0, 0], pairs["privileged"][:, 0] / 100.0)


def test_an_image_that_came_late_or_not_at_all_is_not_paired():
    camera = StillCamera(4)
    collector = PairCollector(["privileged"], camera)
    camera.fresh = torch.tensor([True, False, True, False])
    collector.add(sample(7))
    assert len(collector.take()) == 2


def collect_rollouts(collector: PairCollector, camera: StillCamera, rollouts: int, steps: int = 4) -> list[list[float]]:
    """Steps whose samples each rollout gave, when the camera is read as an environment reads it."""
    given, step = [], 0
    camera.step()
    for _ in range(rollouts):
        for _ in range(steps):
            collector.add(sample(step))
            step += 1
            camera.step()
            collector.end_step(torch.tensor([step == 3, False, False, False]))
        pairs = collector.take().latest
        given.append(pairs["privileged"][:, 0, 0].tolist())
    return given


def test_sequences_are_of_whole_rollouts_and_are_given_again_in_between():
    camera = StillCamera(4)
    collector = PairCollector(["privileged", "image"], camera, render_interval=2, sequences=True)
    given = collect_rollouts(collector, camera, 4)
    # the first image of a rollout is rendered at the end of the one before, when the camera was still off
    assert given == [[0.0, 1.0, 2.0, 3.0], [0.0, 1.0, 2.0, 3.0], [9.0, 10.0, 11.0], [9.0, 10.0, 11.0]]


def test_sequences_tell_where_an_episode_begins():
    collector = PairCollector(["privileged"], sequences=True)
    for step in range(4):
        collector.add(sample(step))
        collector.end_step(torch.tensor([step == 1, False, False, True]))
    first = collector.take().latest["first"]
    assert first[0].all() and first[:, 0].tolist() == [True, False, True, False]
    assert first[:, 1].tolist() == [True, False, False, False] and first[:, 3].all()


def drawn(pairs: Pairs) -> list[float]:
    """Steps of all samples, drawn in one batch."""
    return sorted(pairs.draw(100)["privileged"][:, 0].tolist())


def test_pairs_of_past_rollouts_are_kept_as_asked():
    collector = PairCollector(["privileged"], kept_pairs=1)
    for step, expected in enumerate(([0.0], [0.0, 1.0], [1.0, 2.0])):
        collector.add(sample(step, num_envs=1))
        for _ in range(2):
            assert drawn(collector.take()) == expected
            assert collector.take().latest["privileged"][:, 0].tolist() == expected[-1:]


@pytest.mark.parametrize("capacity, expected", [(6, [1.0, 1.0, 2.0, 2.0, 2.0, 2.0]), (3, [2.0] * 3), (100, None)])
def test_kept_pairs_are_counted_and_the_oldest_give_way(capacity: int, expected: list[float] | None):
    collector = PairCollector(["privileged"], kept_pairs=capacity)
    for step in range(4):
        collector.add(sample(step))
        pairs = collector.take()
    past = expected or [float(step) for step in range(3) for _ in range(4)]
    assert drawn(pairs) == sorted(past + [3.0] * 4)
    assert len(pairs) == len(past) + 4 and len(pairs.past) == len(past) <= capacity


def test_the_memory_of_kept_pairs_never_grows(capsys):
    memory = PairMemory(10)
    for step in range(5):
        memory.add(sample(step))
        assert memory._pairs.batch_size == torch.Size([10])
    assert capsys.readouterr().out.count("The last 10 pairs of past rollouts are kept") == 1


def test_fewer_pairs_are_kept_where_they_take_too_much_memory(monkeypatch, capsys):
    size = sum(tensor[0].numel() * tensor.element_size() for tensor in sample(0).values())
    monkeypatch.setattr("tsra_lab.alignment.pairs.memory.LARGEST_SIZE", 6.5 * size)
    memory = PairMemory(1000)
    for step in range(3):
        memory.add(sample(step))
    assert len(memory) == 6
    assert sorted(memory[torch.arange(6)]["privileged"][:, 0].tolist()) == [1.0] * 2 + [2.0] * 4
    assert "The last 6 pairs of past rollouts are kept" in (told := capsys.readouterr().out)
    assert "1000 were asked for" in told


def test_a_batch_is_drawn_from_past_and_present_alike():
    memory = PairMemory(4)
    memory.add(sample(0))
    pairs = Pairs(sample(1), memory)
    torch.manual_seed(0)
    batches = [pairs.draw(3)["privileged"][:, 0] for _ in range(2000)]
    assert torch.cat(batches).mean() == pytest.approx(0.5, abs=0.03)
    assert all(len(batch) == 3 for batch in batches)


def test_a_negative_number_of_pairs_cannot_be_kept():
    with pytest.raises(ValueError, match="negative"):
        PairCollector(["privileged"], kept_pairs=-1)


def test_a_student_with_memory_keeps_no_past_pairs_and_it_says_so(capsys):
    collector = PairCollector(["privileged"], sequences=True, kept_pairs=100)
    for step in range(3):
        collector.add(sample(step))
        pairs = collector.take()
        assert len(pairs) == 4 and len(pairs.past) == 0
    assert capsys.readouterr().out.count("no past pairs are kept") == 1


def test_without_a_camera_every_sample_is_paired_in_order():
    collector = PairCollector(["privileged"])
    for step in range(5):
        collector.add(sample(step))
    pairs = collector.take().latest
    assert pairs["privileged"][:, 0].tolist() == [float(step) for step in range(5) for _ in range(4)]
    assert list(pairs.keys()) == ["privileged"]


@pytest.mark.parametrize("sequences", [False, True])
def test_pairs_name_the_device_they_are_on(sequences: bool):
    """On a GPU, sequences that named none were given masks on the CPU, and a memory student could not learn."""
    collector = PairCollector(["privileged", "image"], sequences=sequences, kept_pairs=0 if sequences else 8)
    for _ in range(2):
        collector.add(sample(0).to("cpu"))
        collector.add(sample(1).to("cpu"))
        pairs = collector.take()
    assert pairs.latest.device == pairs.draw(4).device == torch.device("cpu")
    assert sequences or (len(pairs.past) == 8 and pairs.past[torch.tensor([0])].device == torch.device("cpu"))


def test_images_are_kept_in_half_the_memory():
    camera = StillCamera(4)
    pairs = collect(PairCollector(["privileged", "image"], camera), camera, 2).latest
    assert pairs["image"].dtype == torch.float16 and pairs["privileged"].dtype == torch.float32
    assert all(tensor.dtype == torch.float32 for tensor in full_precision(pairs).values())


def test_pairs_stay_until_another_rollout_begins_and_their_lack_is_explained():
    camera = StillCamera(4)
    collector = PairCollector(["privileged"], camera)
    with pytest.raises(ValueError, match="no pair.*render_interval"):
        collector.take()
    camera.step()
    for step in (1, 2):
        collector.add(sample(step))
        for _ in range(2):
            assert collector.take().latest["privileged"][:, 0].tolist() == [float(step)] * 4
    camera.fresh[:] = False
    collector.add(sample(3))
    with pytest.raises(ValueError, match="no pair"):
        collector.take()


@pytest.mark.parametrize(("interval", "message"), [(0, "at least 1"), (4, "onboard_camera")])
def test_an_interval_that_cannot_be_kept_is_refused(interval, message):
    with pytest.raises(ValueError, match=message):
        PairCollector(["privileged"], None, interval)


def test_a_task_without_the_hook_has_no_camera_to_switch():
    class Env:
        unwrapped = None

    assert find_onboard_camera(Env()) is None


@pytest.mark.parametrize("kind", ["aligned", StudentInformedPPO])
def test_training_renders_for_its_pairs_alone_and_a_student_that_acts_always(kind):
    algorithm = build_aligned_ppo() if kind == "aligned" else build_method(kind)
    camera = StillCamera()
    algorithm.pairs.schedule = RenderSchedule(camera, 2, whole_rollouts=False)
    camera.step()
    for _ in range(NUM_STEPS):
        with torch.inference_mode():
            algorithm.act(observations())
            algorithm.process_env_step(observations(), torch.zeros(NUM_ENVS), torch.zeros(NUM_ENVS), {})
        camera.step()
    # and the image of the step after the rollout, at an even step
    assert camera.num_rendered == NUM_ENVS * (-(-NUM_STEPS // 2) + 1)
    algorithm.eval_mode()
    assert camera.on


def test_the_rollout_keeps_what_only_the_student_sees_out_of_ppo():
    algorithm = build_aligned_ppo()
    collect_rollout(algorithm)
    assert set(algorithm.storage.observations.keys()) == {"privileged", "embedding"}
    assert set(algorithm.pairs.take().latest.keys()) == {"privileged", "onboard"}
    assert "onboard" in set(build_method(OnlineAdaptation).storage.observations.keys())


def test_a_method_that_needs_every_image_refuses_to_skip_some(monkeypatch):
    monkeypatch.setattr("tsra_lab.alignment.pairs.collector.find_onboard_camera", lambda env: StillCamera())
    with pytest.raises(ValueError, match="every step"):
        build_method(OnlineAdaptation, pairs={"render_interval": 2})


@pytest.mark.parametrize("total, count", [(10, 20), (100, 64), (256, 64), (5000, 64)])
def test_a_batch_holds_different_pairs_and_each_equally_often(total: int, count: int):
    pairs = Pairs(TensorDict({"x": torch.arange(total, dtype=torch.float32)}, batch_size=[total]), PairMemory(0))
    torch.manual_seed(0)
    drawn = torch.stack([pairs.draw(count)["x"] for _ in range(400)])
    assert drawn.shape[1] == min(count, total)
    assert all(len(batch.unique()) == len(batch) for batch in drawn)
    times = torch.bincount(drawn.long().flatten(), minlength=total).float()
    expected = 400 * min(count, total) / total
    assert (times - expected).abs().max() < 6.0 * expected**0.5
    # nor does a place in the batch prefer some
    assert abs(drawn[:, 0].mean().item() - (total - 1) / 2) < 0.1 * total
