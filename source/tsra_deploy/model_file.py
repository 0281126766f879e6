# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Reading a student's file, and refusing what must not reach ONNX Runtime.

ONNX Runtime reads weights from other files where a model names any, relative to the working directory where the model
comes from memory, and runs a loop for as long as the loop likes. A robot has no package ``onnx`` that would look for
either, so the file's protocol buffers are walked here.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from .errors import ContractError

MAX_BYTES = 2**31 - 1
"""Largest file: what protocol buffers can hold."""

LOOPS = (b"Loop", b"SequenceMap")
"""Operators that may run for ever. A student's layers, recurrent ones included, need none of them."""

MESSAGES: dict[str, dict[int, str]] = {
    "model": {7: "graph", 20: "training", 25: "function"},
    "graph": {1: "node", 5: "tensor", 15: "sparse tensor"},
    "function": {7: "node", 11: "attribute"},
    "training": {1: "graph", 2: "graph"},
    "node": {5: "attribute"},
    "attribute": {5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse tensor", 23: "sparse tensor"},
    "sparse tensor": {1: "tensor", 2: "tensor"},
    "tensor": {},
}
"""Messages within each message of the ONNX format that lead to a tensor or a node, by field number."""

EXTERNAL_DATA, DATA_LOCATION = 13, 14
"""Fields of a tensor that name another file, and say whether its values are there."""

OPERATOR = 4
"""Field of a node that names its operator."""

VARINT, FIXED_64, BYTES, FIXED_32 = 0, 1, 2, 5
"""Kinds of fields. Two more, of groups, are out of use."""


def read_model(path: str | Path) -> bytes:
    """Read a student's file.

    Args:
        path: ONNX file.

    Returns:
        Its content, which is whole and has no loop.

    Raises:
        ContractError: If the file cannot be read, is damaged, keeps weights in other files, or has a loop.
    """
    try:
        file = Path(path)
        if not file.is_file():  # a pipe or a device could be read for ever
            raise ContractError("There is no such file.")
        if file.stat().st_size > MAX_BYTES:
            raise ContractError(f"It has {file.stat().st_size} bytes: more than an ONNX file can have.")
        content = file.read_bytes()
    except (OSError, TypeError) as error:
        raise ContractError(f"It cannot be read: {error}") from error
    check_model(content)
    return content


def check_model(content: bytes) -> None:
    """Refuse a model that refers to other files, or that may run for ever.

    Args:
        content: Content of an ONNX file.

    Raises:
        ContractError: If it does, or is damaged.
    """
    waiting = [("model", memoryview(content))]
    while waiting:
        kind, message = waiting.pop()
        inner = MESSAGES[kind]
        for number, value in _fields(message):
            if kind == "tensor" and (number == EXTERNAL_DATA or number == DATA_LOCATION and value != 0):
                raise ContractError("It keeps weights in another file, which is never read: a student is one file.")
            if kind == "node" and number == OPERATOR and value in LOOPS:
                raise ContractError("Its graph has a loop, which may never end.")
            if number in inner:
                if not isinstance(value, memoryview):
                    raise ContractError("It is damaged: no ONNX file.")
                waiting.append((inner[number], value))


def _fields(message: memoryview) -> Iterator[tuple[int, int | memoryview]]:
    """Number and value of each field of a message: a number, or bytes."""
    place, end = 0, len(message)
    while place < end:
        key, place = _varint(message, place)
        number, kind = key >> 3, key & 7
        if kind == VARINT:
            value, place = _varint(message, place)
        else:
            if kind == BYTES:
                length, place = _varint(message, place)
            elif kind in (FIXED_32, FIXED_64):
                length = 4 if kind == FIXED_32 else 8
            else:
                raise ContractError("It is damaged: no ONNX file.")
            value = message[place : place + length]
            place += length
        if place > end or number == 0:
            raise ContractError("It is damaged: no ONNX file.")
        yield number, value


def _varint(message: memoryview, place: int) -> tuple[int, int]:
    """A number of variable length, and where it ends."""
    number = 0
    for index, byte in enumerate(message[place : place + 10]):
        number |= (byte & 0x7F) << 7 * index
        if byte < 0x80:
            return number, place + index + 1
    raise ContractError("It is damaged: no ONNX file.")
