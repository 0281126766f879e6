# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Checkpoint files are whole or absent, run no code, and hold the random state."""

from __future__ import annotations

import os
import pickle
import random
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch

from tsra_lab.runners import load_checkpoint, random_state, restore_random_state, save_checkpoint

pytestmark = [pytest.mark.unit, pytest.mark.kitless]


def checkpoint(value: float) -> dict:
    return {"weights": {"w": torch.full((2000,), value)}, "iter": 3, "contract": {"sets": {"student": ["onboard"]}}}


class Code:
    """Unpickling it makes a folder, unless loading refuses to run code."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> tuple:
        return os.mkdir, (str(self.marker),)


def test_what_was_saved_is_loaded(tmp_path: Path):
    path = tmp_path / "model_1.pt"
    save_checkpoint(checkpoint(1.0), path)
    save_checkpoint(checkpoint(2.0), str(path))
    loaded = load_checkpoint(str(path))
    assert torch.equal(loaded["weights"]["w"], torch.full((2000,), 2.0))
    assert loaded["iter"] == 3 and loaded["contract"] == {"sets": {"student": ["onboard"]}}
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("existed", [True, False])
def test_a_crash_while_writing_leaves_the_old_file_or_none(tmp_path: Path, monkeypatch, existed: bool):
    path = tmp_path / "model_1.pt"
    if existed:
        save_checkpoint(checkpoint(1.0), path)
    before = path.read_bytes() if existed else None

    def state() -> bytes | None:
        return path.read_bytes() if path.exists() else None

    def break_down(_: object, file: object) -> None:
        handle = file if hasattr(file, "write") else open(file, "wb")  # noqa: SIM115
        handle.write(b"half a checkpoint")
        handle.flush()
        assert state() == before  # the part that is written never bears the file's name
        raise OSError("No space left on device")

    monkeypatch.setattr(torch, "save", break_down)
    with pytest.raises(OSError, match="No space left"):
        save_checkpoint(checkpoint(2.0), path)
    monkeypatch.undo()
    assert state() == before
    assert list(tmp_path.glob("*.pt")) == ([path] if existed else [])
    save_checkpoint(checkpoint(3.0), path)
    assert load_checkpoint(path)["weights"]["w"][0] == 3.0


def test_the_old_file_stays_until_the_new_one_is_complete(tmp_path: Path, monkeypatch):
    path = tmp_path / "model_1.pt"
    save_checkpoint(checkpoint(1.0), path)
    replaced = []
    really_replace = os.replace

    def replace(source: Path, target: Path) -> None:
        assert load_checkpoint(target)["weights"]["w"][0] == 1.0
        assert load_checkpoint(source)["weights"]["w"][0] == 2.0
        replaced.append(Path(target))
        really_replace(source, target)

    monkeypatch.setattr(os, "replace", replace)
    save_checkpoint(checkpoint(2.0), path)
    assert replaced == [path]


def test_a_missing_file_is_named(tmp_path: Path):
    for path in (tmp_path / "model_9.pt", tmp_path):  # a folder is no checkpoint either
        with pytest.raises(FileNotFoundError, match=path.name):
            load_checkpoint(path)


@pytest.mark.parametrize("share", [0.0, 0.2, 0.5, 0.9, 0.999])
def test_a_truncated_file_is_refused(tmp_path: Path, share: float):
    path = tmp_path / "model_1.pt"
    save_checkpoint(checkpoint(1.0), path)
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    with pytest.raises(ValueError, match="model_1.pt.*not a readable checkpoint"):
        load_checkpoint(path)


@pytest.mark.parametrize(
    "content", [b"seed: 42\n", b"events of a log", b"\x89PNG\r\n" * 50, b"q" * 99], ids=["yaml", "log", "png", "bytes"]
)
def test_a_file_of_another_kind_is_refused(tmp_path: Path, content: bytes):
    path = tmp_path / "agent.yaml"
    path.write_bytes(content)
    with pytest.raises(ValueError, match="agent.yaml.*not a readable checkpoint"):
        load_checkpoint(path)


def rezip(path: Path, compression: int) -> None:
    """Write an archive again, with its parts compressed or not."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def test_a_file_that_unfolds_when_it_is_read_is_refused(tmp_path: Path):
    """Megabytes can unfold to gigabytes. torch compresses nothing."""
    path = tmp_path / "model_1.pt"
    save_checkpoint({"weights": torch.zeros(10**6), "iter": 1}, path)
    rezip(path, zipfile.ZIP_STORED)
    load_checkpoint(path)
    rezip(path, zipfile.ZIP_DEFLATED)
    assert path.stat().st_size < 10**5
    with pytest.raises(ValueError, match="model_1.pt' is not a readable checkpoint"):
        load_checkpoint(path)


def test_a_file_in_the_format_of_long_ago_is_refused(tmp_path: Path):
    """Its storages are as large as it says."""
    path = tmp_path / "model_1.pt"
    torch.save(checkpoint(1.0), path, _use_new_zipfile_serialization=False)
    with pytest.raises(ValueError, match="model_1.pt' is not a readable checkpoint"):
        load_checkpoint(path)


@pytest.mark.parametrize(
    "tensor",
    [
        torch.zeros(1).expand(10**12),
        torch.zeros(1).as_strided((10**6, 10**6), (0, 0)),
        torch.zeros(3).to_sparse(),
        torch.empty(10**12, device="meta"),
    ],
    ids=["expanded", "strided", "sparse", "without numbers"],
)
@pytest.mark.parametrize("place", [["actor_state_dict"], ["optimizer_state_dict", "state"], ["infos"]])
def test_a_tensor_that_is_larger_than_its_file_is_refused(tmp_path: Path, tensor: torch.Tensor, place: list[str]):
    """Looking whether it is finite would take terabytes."""
    path = tmp_path / "model_1.pt"
    content = tensor
    for name in reversed(place):
        content = {name: content}
    if place == ["actor_state_dict"]:
        content = {"actor_state_dict": {"weight": tensor}}
    torch.save({"iter": 1, **content}, path)
    with pytest.raises(ValueError, match="model_1.pt' is not a readable checkpoint"):
        load_checkpoint(path)


def test_what_refers_to_itself_or_many_times_to_one_thing_is_read_once(tmp_path: Path):
    circle, tower = [], [1.0]
    circle.append(circle)
    for _ in range(60):
        tower = [tower, tower]
    save_checkpoint({"iter": 1, "circle": circle, "tower": tower}, tmp_path / "model_1.pt")
    assert load_checkpoint(tmp_path / "model_1.pt")["iter"] == 1


@pytest.mark.parametrize("iteration", [-1, 1.5, float("nan"), "7", None, True, [3]], ids=str)
def test_an_iteration_that_is_no_count_is_refused(tmp_path: Path, iteration: object):
    save_checkpoint({"iter": iteration}, tmp_path / "model_1.pt")
    with pytest.raises(ValueError, match="model_1.pt' is not a checkpoint: its iteration is"):
        load_checkpoint(tmp_path / "model_1.pt")


@pytest.mark.parametrize("plain_pickle", [True, False])
def test_a_file_that_would_run_code_is_refused(tmp_path: Path, plain_pickle: bool):
    path, marker = tmp_path / "model_1.pt", tmp_path / "code_ran"
    if plain_pickle:
        path.write_bytes(pickle.dumps({"weights": Code(marker)}))
    else:
        torch.save({"weights": Code(marker)}, path)
    with pytest.raises(ValueError, match="model_1.pt.*not a readable checkpoint"):
        load_checkpoint(path)
    assert not marker.exists()


def draw() -> list[float]:
    """Draw from every generator, the buffered second normal of NumPy and Python included."""
    return [
        torch.randn(()).item(),
        torch.randint(1000, ()).item(),
        np.random.normal(),
        np.random.rand(),
        random.gauss(0.0, 1.0),
        random.random(),
    ]


@pytest.mark.parametrize("through_file", [True, False])
def test_a_restored_random_state_repeats_every_draw(tmp_path: Path, through_file: bool):
    draw()  # leaves NumPy's and Python's second normal in their buffers
    state = random_state()
    if through_file:
        save_checkpoint({"random_state": state}, tmp_path / "model_1.pt")
        state = load_checkpoint(tmp_path / "model_1.pt")["random_state"]
    drawn = [draw() for _ in range(3)]
    draw()
    torch.manual_seed(0)
    np.random.seed(0)
    random.seed(0)
    restore_random_state(state)
    assert [draw() for _ in range(3)] == drawn


def test_taking_the_random_state_draws_nothing_and_is_a_copy():
    torch.manual_seed(0)
    expected = [torch.randn(()).item() for _ in range(2)]
    torch.manual_seed(0)
    state = random_state()
    assert torch.randn(()).item() == expected[0]
    restore_random_state(state)
    assert [torch.randn(()).item() for _ in range(2)] == expected
