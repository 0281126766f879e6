# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The page: one HTML file that needs no network."""

from __future__ import annotations

import os
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markdown_it import MarkdownIt
from markupsafe import Markup

from tsra_lab.evaluation.diagnosis import verdict as blame
from tsra_results import whole_file

from .facts import facts_of
from .health import DESIRED_KL, signs_of_health
from .json_parts import plain_text
from .pictures import draw_diagnosis, draw_learning, draw_sign, some
from .record import EVALUATION, Record
from .verdict import RULES, Verdict, judge, percent

MAX_BYTES = 10_000_000
"""Largest page."""

MOST_ROWS = 25
"""Rows of the table of evaluations; of more, some are left out, the last never."""


@dataclass(frozen=True)
class Page:
    """A page, and what is said of it in the terminal."""

    content: bytes
    """The file's content."""

    verdict: Verdict
    """The verdict that it tells."""

    missing: list[str]
    """What it does not show, in sentences."""


def write_page(record: Record, path: Path) -> Page:
    """Write the page of a run, whole or not at all.

    Args:
        record: What is known of the run.
        path: File to write.

    Returns:
        The page.

    Raises:
        ValueError: If the page would be larger than :data:`MAX_BYTES`.
    """
    page = make_page(record)
    with whole_file(path) as file:
        file.write(page.content)
    return page


def make_page(record: Record) -> Page:
    """Make the page of a run.

    Args:
        record: What is known of the run.

    Returns:
        The page; without the film where that would make it larger than :data:`MAX_BYTES`.

    Raises:
        ValueError: If it would be larger than that even without a film.
    """
    values = _values(record)
    page = _fill(record, values, film="")
    if len(page.content) > MAX_BYTES:
        raise ValueError(
            f"The report of '{record.run}' would have more than {MAX_BYTES} bytes even without a film: the run recorded"
            " more than a training does."
        )
    if record.film is not None and record.film.embedded_size <= MAX_BYTES:
        whole = _fill(record, values, record.film.data_uri())
        return whole if len(whole.content) <= MAX_BYTES else page
    return page


def _values(record: Record) -> dict[str, Any]:
    """What the template shows, but for the film."""
    events, steps = record.events, record.steps
    signs = signs_of_health(events.curves, _desired_kl(record))
    verdict = judge(record.evaluations, record.measured, signs, record.diverged)
    return {
        "record": record,
        "style": Markup(Path(__file__).with_name("page.css").read_text()),
        "version": version("tsra-lab"),
        "title": f"{record.task or 'A run'}: {record.run.resolve().name}",
        "verdict": verdict,
        "rules": RULES,
        "facts": facts_of(record),
        "commands": _commands(record),
        "pictures": draw_learning(record.evaluations, events, verdict.closed_at, steps),
        "evaluations": some(record.evaluations, MOST_ROWS),
        "signs": [(sign, draw_sign(sign, events.curves[sign.tag], steps)) for sign in signs],
        "figure": None if record.figure is None else Markup(record.figure.data_uri),
        "measured": record.measured or (record.evaluations[-1] if record.evaluations else None),
        "blame": None if record.diagnosis is None else blame(record.diagnosis),
        "diagnosis": None if record.diagnosis is None else draw_diagnosis(record.diagnosis),
        "contract": None if record.contract is None else _to_html(record.contract),
    }


def _fill(record: Record, values: dict[str, Any], film: str) -> Page:
    """Fill in the template; ``film`` is the address of the film, empty where it is left out."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["percent"] = lambda share: _unbroken(percent(share))
    environment.filters["unbroken"] = _unbroken
    missing = _missing(record, film)
    # every value is escaped but those of Markup: style, pictures, contract and film, which need it as they are
    text = environment.get_template("page.html").render(values, film=Markup(film), missing=missing)
    return Page(text.encode("utf-8", "replace"), values["verdict"], [sentence for sentence, _ in missing])


def _commands(record: Record) -> dict[str, str]:
    """Command lines on this run, by what they make."""
    evaluation = os.path.relpath(record.run / EVALUATION)
    return {
        "evaluation": record.command("evaluate", "--episodes", "1024", "--json", evaluation),
        "diagnosis": record.command("diagnose"),
        "export": record.command("export"),
        "film": record.command("play", "--viz", "newton", "--video"),
        "training": record.training_command(),
    }


def _missing(record: Record, film: str) -> list[tuple[str, str]]:
    """What the page does not show, each with the command that makes it."""
    commands, missing = _commands(record), []
    if not record.evaluations:
        text = "No evaluations while training: agent.evaluation_interval was 0, or training ended before the first."
        missing.append((text, commands["training"]))
    if not record.events.curves:
        missing.append(("No curves: the run directory holds no events of TensorBoard.", ""))
    if record.events.unread_bytes:
        text = f"Perhaps the ends of the curves: the last {record.events.unread_bytes} bytes of the events are damaged."
        missing.append((text, ""))
    if record.measured is None:
        text = "No evaluation afterwards, with its leakage and action sensitivity: the numbers are those of training."
        missing.append((text, commands["evaluation"]))
    elif record.imitability is None:
        missing.append(("No action sensitivity and no leakage: the evaluation left them out.", commands["evaluation"]))
    elif not record.imitability.leakage:
        missing.append(("No leakage: the policies have no embedding that could be probed.", ""))
    if record.diagnosis is None:
        missing.append(("No diagnosis of what the teacher acts on.", commands["diagnosis"]))
    if record.contract is None:
        missing.append(("No exported student, and so no contract.", commands["export"]))
    if record.film is None:
        missing.append(("No film.", commands["film"]))
    elif not film:
        place, size = plain_text(os.path.relpath(record.film.path)), record.film.size / 1.0e6
        missing.append((f"The film '{place}' has {size:.1f} MB, too many for a page of 10 MB.", ""))
    return missing


def _unbroken(text: str) -> str:
    """A text in which no line begins with a sign of percent."""
    return text.replace(" %", "\N{NO-BREAK SPACE}%")


def _desired_kl(record: Record) -> float:
    algorithm = record.agent.get("algorithm")
    value = algorithm.get("desired_kl") if isinstance(algorithm, dict) else None
    return value if isinstance(value, float) and value > 0.0 else DESIRED_KL


def _to_html(text: str) -> Markup:
    """Make the contract part of the page: no links, pictures or markup of a stranger's, and its headings below ours."""
    parser = MarkdownIt("zero").enable(["heading", "list", "table", "backticks"])
    tokens = parser.parse(text)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, int(token.tag[1]) + 2)}"
    return Markup(parser.renderer.render(tokens, parser.options, {}))
