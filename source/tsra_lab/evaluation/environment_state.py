# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""An environment that goes on, after something else ran in it, as if nothing had."""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from functools import partial
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np
import torch
from rsl_rl.env import VecEnv

UNCHANGING = (
    *(str, bytes, int, float, complex, type(None), range, slice, torch.dtype, torch.device),
    *(ModuleType, FunctionType, BuiltinFunctionType, type),
)
"""Types whose objects hold no state."""


@contextmanager
def preserved(env: VecEnv) -> Generator[None]:
    """Run something in an environment and restore its state afterwards: physics, managers, sensors and counters.

    Isaac Lab has no such thing: a reset cannot be undone. All of a kit-less environment's state lies in Python objects,
    so everything that the environment and its physics manager refer to is copied, and restored *in place*, which
    captured CUDA graphs and views of the memory need. On the CPU the environment goes on bit by bit as it would have.
    PhysX (Isaac Sim) keeps its state to itself; there, only what Python knows is restored.

    Random generators that are global to the process are not the environment's
    (:func:`tsra_lab.runners.random_state`).

    Args:
        env: Environment, wrapped or not.

    Yields:
        Nothing.
    """
    base = getattr(env, "unwrapped", env)
    # Isaac Lab's physics managers are classes that are never instantiated: their attributes are the state
    manager = getattr(getattr(base, "sim", None), "physics_manager", None)
    snapshot = _Snapshot([base], [] if manager is None else manager.mro())
    try:
        yield
    finally:
        snapshot.restore()


class _Snapshot:
    """Copies of all that some objects refer to, directly or not."""

    def __init__(self, roots: Iterable[object], classes: Iterable[type]) -> None:
        self._found: dict[int, object] = {}
        self._memory: set[int] = set()
        self._restorers: list[Callable[[], object]] = []
        self._warp = sys.modules.get("warp")
        self._open = list(roots)
        for cls in classes:
            self._keep_attributes(cls, [name for name, value in vars(cls).items() if _is_state_of_class(name, value)])
        while self._open:
            self._keep(self._open.pop())

    def restore(self) -> None:
        """Restore everything in place."""
        with torch.inference_mode():
            for restore in self._restorers:
                restore()

    def _keep(self, value: Any) -> None:
        """Copy one object, and look at what it refers to later."""
        if isinstance(value, UNCHANGING) or id(value) in self._found:
            return
        self._found[id(value)] = value  # which also keeps it, so that its identity is not given to another
        if isinstance(value, torch.Tensor):
            self._keep_storage(value.untyped_storage())
        elif isinstance(value, torch.Generator):
            self._restorers.append(partial(value.set_state, value.get_state()))
        elif isinstance(value, np.ndarray):
            if value.flags.writeable:
                self._restorers.append(partial(np.copyto, value, value.copy()))
        elif self._warp is not None and isinstance(value, self._warp.array):
            if value.size:
                self._restorers.append(partial(self._warp.copy, value, self._warp.clone(value)))
        elif isinstance(value, MethodType):
            self._open.append(value.__self__)
        elif isinstance(value, (tuple, frozenset)):
            self._open.extend(value)
        else:
            self._keep_elements(value)
            self._keep_elements(getattr(value, "__dict__", None))
            self._keep_attributes(value, _slots(type(value)))

    def _keep_storage(self, storage: torch.UntypedStorage) -> None:
        """Copy a tensor's memory once, whatever views there are of it."""
        if storage.nbytes() and storage.data_ptr() not in self._memory:
            self._memory.add(storage.data_ptr())
            self._restorers.append(partial(storage.copy_, storage.clone()))

    def _keep_elements(self, container: Any) -> None:
        """Copy what a container refers to; anything else has no elements."""
        if isinstance(container, dict):
            self._restorers.append(partial(_refill, container, dict(container), container.update))
            self._open.extend(container.values())
        elif isinstance(container, (list, deque)):
            self._restorers.append(partial(_refill, container, list(container), container.extend))
            self._open.extend(container)
        elif isinstance(container, set):
            self._restorers.append(partial(_refill, container, set(container), container.update))
            self._open.extend(container)

    def _keep_attributes(self, owner: Any, names: Iterable[str]) -> None:
        """Copy what these attributes refer to."""
        for name in names:
            if hasattr(owner, name):
                value = getattr(owner, name)
                self._restorers.append(partial(_set_if_changed, owner, name, value))
                self._open.append(value)


def _is_state_of_class(name: str, value: object) -> bool:
    return not name.startswith("__") and not isinstance(value, (FunctionType, classmethod, staticmethod, property))


def _slots(cls: type) -> list[str]:
    """Attributes of a class's objects that are in no dictionary."""
    named = [vars(base).get("__slots__", ()) for base in cls.__mro__ if base.__module__ != "builtins"]
    names = [name for slots in named for name in ((slots,) if isinstance(slots, str) else slots)]
    return [name for name in names if not name.startswith("__")]


def _refill(container: Any, copy: Any, fill: Callable[[Any], None]) -> None:
    """Restore a container's elements; most did not change, and some dictionaries mind being emptied."""
    same = len(container) == len(copy) and (
        all(container.get(key, container) is value for key, value in copy.items())
        if isinstance(copy, dict)
        else all(one is other for one, other in zip(container, copy, strict=True))
    )
    if not same:
        container.clear()
        fill(copy)


def _set_if_changed(owner: Any, name: str, value: object) -> None:
    if getattr(owner, name) is not value:
        setattr(owner, name, value)
