# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The report on a run: one file without network or script, whose every word from the run is escaped."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest
import torch
import yaml
from tiny_run import AGENT, TASK, diagnosis, evaluation, log_events, performance, write_all, write_json, write_run

from tsra_lab.commands import report
from tsra_lab.run_report import make_page, page, read_run
from tsra_lab.run_report.json_parts import MAX_BYTES, read_json

pytestmark = [pytest.mark.unit, pytest.mark.kitless]

SECTIONS = ["verdict", "run", "learning", "alignment", "evaluation", "diagnosis", "contract", "film", "missing"]

VOID = {"meta", "link", "img", "br", "hr", "input"}


class Reader(HTMLParser):
    """Reads a page, and checks that its elements are closed in the order in which they were opened."""

    def __init__(self, content: bytes) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.words: list[str] = []
        self._open: list[str] = []
        self.feed(content.decode())
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] not in ("style", "title"):
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def values(self, *names: str) -> list[str]:
        return [value for _, name, value in self.attributes if name in names]


def check_page(content: bytes) -> Reader:
    """Check what holds of every report."""
    read = Reader(content)
    assert len(content) <= page.MAX_BYTES
    assert [value for tag, name, value in read.attributes if (tag, name) == ("section", "id")] == SECTIONS
    assert not {"script", "iframe", "object", "embed", "link", "base", "form"} & set(read.tags)
    addresses = read.values("src", "href", "xlink:href", "action", "poster", "srcset", "data")
    assert addresses and all(re.match(r"#[\w-]+$|data:(image/(gif|png)|video/mp4);base64,", item) for item in addresses)
    assert not [name for _, name, _ in read.attributes if name.startswith("on")]
    assert "@import" not in content.decode() and set(re.findall(r"url\((.)", content.decode())) <= {"#"}
    identities = read.values("id")
    assert len(set(identities)) == len(identities)
    assert {item[1:] for item in addresses if item[0] == "#"} <= set(identities)
    # headings: one at the top, none that skips a level
    levels = [int(tag[1]) for tag in read.tags if re.fullmatch(r"h\d", tag)]
    assert levels.count(1) == 1 and levels[0] == 1
    assert all(after <= before + 1 for before, after in zip(levels, levels[1:], strict=False))
    # pictures are described, and our tables have captions
    described = [tag for tag, name, value in read.attributes if name in ("aria-label", "alt") and value]
    assert described.count("svg") == read.tags.count("svg") and described.count("img") == read.tags.count("img")
    return read


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run with all that a report shows."""
    return write_all(tmp_path_factory.mktemp("report") / "whole")


@pytest.fixture
def run(whole: Path, tmp_path: Path) -> Path:
    """A copy to change."""
    return Path(shutil.copytree(whole, tmp_path / "run"))


@pytest.fixture
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """No pictures, which take a while, for what is not about them."""
    monkeypatch.setattr(page, "draw_learning", lambda *_: [])
    for name in ("draw_sign", "draw_diagnosis"):
        monkeypatch.setattr(page, name, lambda *_: "(a picture)")


def test_a_page_of_all_there_is(whole: Path) -> None:
    made = make_page(read_run(whole))
    read = check_page(made.content)
    assert made.missing == []
    assert made.verdict.sentence == (
        "The student follows its teacher: it succeeds in 94 % of episodes, its teacher in 95 %. Alignment is healthy."
        " The gap closed at iteration 20."
    )
    for words in (
        "Verdict: ✓ good",
        "The gap closed at iteration 20.",
        "Measured after the training in 1024 episodes",
        f"task {TASK}",
        "method TSRA (arXiv:2605.28372)",
        "seed 7",
        "iterations 40 of 40",
        "best checkpoint iteration 30",
        "environment steps of an iteration 1,536",
        "onboard images rendered 1,234",
        "control period 0.1 s",
        "command line python scripts/train.py --task TSRA-Tiny agent.seed=3",
        "packages torch 2.11.0",
        "Action sensitivity to hidden state: 0.125",
        "cells R2 0.91 0.90 1.00 –",
        "The teacher acts on what the student cannot infer: cells (score 0.50).",
        "Student of TSRA-Tiny",
        "95 % 92 % to 98 %",
    ):
        assert words in read.text, words
    assert read.tags.count("svg") == 5 + 5 + 1  # learning, signs, diagnosis
    assert [value for value in read.values("src") if value.startswith("data:image/gif;base64,R0lGODlh")]
    assert [value for value in read.values("src") if value.startswith("data:image/png;base64,iVBORw0KGgo")]
    assert "which the student met in the evaluation at iteration 40" in read.text
    for command in ("evaluate", "diagnose", "export", "play"):
        assert f"python scripts/{command}.py --task {TASK} --checkpoint " in read.text
    agent = "--agent rsl_rl_cfg_entry_point --seed 7 --num_envs 64 --max_iterations 40"
    assert f"python scripts/train.py --task {TASK} {agent} with the overrides" in read.text


def test_text_in_pictures_is_text(whole: Path) -> None:
    read = check_page(make_page(read_run(whole)).content)
    assert "environment steps [millions]" in read.text and "retrieval" not in read.tags
    assert "closed at 20" in read.text


def test_what_is_missing_is_said_with_the_command_that_makes_it(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run")
    made = make_page(read_run(run))
    read = check_page(made.content)
    assert [text.split(",")[0].split(".")[0] for text in made.missing] == [
        "No evaluation afterwards",
        "No diagnosis of what the teacher acts on",
        "No exported student",
        "No film",
    ]
    missing = read.text[read.text.rindex("What is not shown") :]
    for command in ("evaluate", "diagnose", "export", "play"):
        assert f"python scripts/{command}.py --task {TASK}" in missing
    assert "Measured while training, at iteration 40" in read.text


def test_a_run_of_nothing_but_its_configurations(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run")
    for path in (run / "run.json", run / "evaluations.json", *run.glob("events*"), *run.glob("*.pt")):
        path.unlink()
    made = make_page(read_run(run))
    read = check_page(made.content)
    assert made.verdict.sentence == "No evaluation was made yet, so nothing is known of the policies."
    assert len(made.missing) == 6 and "Verdict: ? not known" in read.text
    assert "iterations no checkpoint of 40" in read.text and "--task TASK --checkpoint" in read.text


@pytest.mark.usefixtures("plain")
def test_a_training_that_diverged(run: Path) -> None:
    (run / "diverged.pt").touch()
    assert "The training diverged" in check_page(make_page(read_run(run)).content).text


def test_a_task_without_a_success_term(run: Path) -> None:
    policies = {
        name: performance(0.0) | {"success_rate": None, "success_ci95": None} for name in ("teacher", "student")
    }
    policies["student"]["return_mean"] = 1.97
    write_json(run / "evaluation.json", evaluation(policies=policies))
    evaluations = [{"iteration": step, "env_steps": step * 10} | evaluation(policies=policies) for step in (5, 10)]
    write_json(run / "evaluations.json", evaluations)
    made = make_page(read_run(run))
    assert "it has a mean return of 1.97 in episodes of 40 steps, its teacher one of 2 in" in made.verdict.sentence
    read = check_page(made.content)
    assert read.text.count("no success term") == 2 and read.tags.count("svg") == 4 + 5 + 1
    assert "gap [share of the teacher's return]" in read.text


def test_a_teacher_alone(run: Path) -> None:
    evaluations = [{"iteration": 5, "env_steps": 50} | evaluation(policies={"teacher": performance(0.9)})]
    write_json(run / "evaluations.json", evaluations)
    (run / "evaluation.json").unlink()
    assert "There is a teacher alone" in check_page(make_page(read_run(run)).content).text


def test_numbers_that_are_not_finite_are_gaps_in_curves(run: Path) -> None:
    log_events(run, 50, **{"Loss/retrieval_accuracy": float("nan"), "Loss/value": float("inf")})
    made = make_page(read_run(run))
    check_page(made.content)
    assert "the retrieval accuracy is not finite" in made.verdict.sentence


def test_a_long_training_makes_no_larger_page(run: Path) -> None:
    numbers = evaluation()
    evaluations = [{"iteration": step + 1, "env_steps": step * 100} | numbers for step in range(2000)]
    write_json(run / "evaluations.json", evaluations)
    log_events(run, 1000)
    content = make_page(read_run(run)).content
    assert "Evaluations while training: 25 of 2000" in check_page(content).text
    assert len(content) < 1_000_000


@pytest.mark.usefixtures("plain")
def test_events_that_were_cut_off_are_told_of(run: Path) -> None:
    (path,) = run.glob("events*")
    path.write_bytes(path.read_bytes()[:-5])
    made = make_page(read_run(run))
    assert any("of the events are damaged" in text for text in made.missing)
    check_page(made.content)


HOSTILE = "</code></td><script>alert(1)</script>\"'><img src=http://evil.example/x onerror=alert(1)>{{ 7*7 }}$\\frac{"


def test_every_word_of_the_run_is_escaped(run: Path) -> None:
    manifest = json.loads((run / "run.json").read_text()) | {"task": HOSTILE, "created_at": HOSTILE}
    origin = {"command": HOSTILE, "versions": {HOSTILE: HOSTILE}}
    write_json(run / "run.json", manifest | {"metadata": {"agent": HOSTILE} | origin})
    agent = AGENT | {"seed": HOSTILE, "device": HOSTILE, "obs_groups": {HOSTILE: [HOSTILE]}}
    agent["algorithm"] = {"class_name": HOSTILE}
    (run / "params" / "agent.yaml").write_text(yaml.safe_dump(agent))
    numbers = performance(0.9) | {"outcomes": {HOSTILE: 0.5}}
    scores = evaluation()["imitability"]["leakage"]["cells"] | {"metric": HOSTILE}
    sensitivity = {"mean": 0.1, "to": HOSTILE}
    hostile = evaluation(
        task=HOSTILE,
        policies={"teacher": numbers, "student": numbers, HOSTILE: numbers},
        imitability={"action_sensitivity": sensitivity, "leakage": {HOSTILE: scores}},
    )
    write_json(run / "evaluation.json", hostile)
    write_json(run / "evaluations.json", [{"iteration": 1, "env_steps": 2} | hostile])
    write_json(run / "diagnosis" / "diagnosis.json", diagnosis(HOSTILE))
    (run / "git").mkdir()
    (run / "git" / "<script>.diff").write_text("--- git commit ---\n0123abc\n--- git diff ---\n<script>")
    (run / "videos" / "play" / "film.gif").rename(run / "videos" / "<img src=x onerror=alert(1)>.gif")
    content = make_page(read_run(run)).content
    read = check_page(content)
    assert "alert(1)" in read.text and "{{ 7*7 }}" in read.text  # shown, as text
    assert b"<script" not in content and b"<img src=http" not in content and b"<img src=x" not in content
    # a command line that somebody copies is one command
    (line,) = {line for line in re.findall(r"python scripts/export\.py --task .*? --checkpoint \S+", read.text)}
    assert "'\"'\"'" in line


def test_a_contract_cannot_add_markup() -> None:
    text = "## [x](http://evil.example) ![y](http://evil.example)\n\n- <b onclick=alert(1)>\n- <http://evil.example>\n"
    made = page._to_html(text + "\n| a | b |\n|---|---|\n| <script> | `<i>` |\n")
    assert set(re.findall(r"<(\w+)", made)) == {"h4", "ul", "li", "table", "thead", "tbody", "tr", "th", "td", "code"}


def test_marks_that_cannot_be_printed_are_replaced(run: Path) -> None:
    write_json(run / "diagnosis" / "diagnosis.json", diagnosis("a\u202eb\x00c\ud800\n" + "d" * 5000))
    read = check_page(make_page(read_run(run)).content)
    assert "a�b�c��ddd" in read.text and "d" * 500 not in read.text


@pytest.mark.usefixtures("plain")
def test_a_film_that_does_not_fit_is_named(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    film = run / "videos" / "play" / "film.gif"
    without = len(make_page(read_run(run)).content)
    film.write_bytes(b"GIF89a" + bytes(60_000))
    monkeypatch.setattr(page, "MAX_BYTES", without + 50_000)
    made = make_page(read_run(run))
    read = check_page(made.content)
    assert len(made.missing) == 1 and "film.gif' has 0.1 MB, too many" in made.missing[0]
    assert read.tags.count("img") == 1 and "film.gif is too large for this page" in read.text


@pytest.mark.usefixtures("plain")
def test_a_film_as_large_as_fits_is_within(run: Path) -> None:
    film = run / "videos" / "play" / "film.gif"
    room = page.MAX_BYTES - len(make_page(read_run(run)).content)
    film.write_bytes(b"GIF89a" + bytes(room * 3 // 4 - 1000))
    made = make_page(read_run(run))
    assert made.missing == [] and 0.9 * page.MAX_BYTES < len(made.content) <= page.MAX_BYTES


@pytest.mark.usefixtures("plain")
def test_an_mp4_is_a_video(run: Path) -> None:
    (run / "videos" / "new.mp4").write_bytes(b"\0\0\0\x18ftypmp42" + bytes(40))
    os.utime(run / "videos" / "play" / "film.gif", (0, 0))
    read = check_page(make_page(read_run(run)).content)
    assert ("video", "aria-label", "Film of the run, new.mp4") in read.attributes


def test_a_link_to_a_film_is_not_followed(run: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret.gif"
    secret.write_bytes(b"GIF89a" + b"secret")
    shutil.rmtree(run / "videos")
    (run / "videos").mkdir()
    (run / "videos" / "film.gif").symlink_to(secret)
    assert read_run(run).film is None
    (run / "videos" / "film.gif").unlink()
    (run / "videos").rmdir()
    (run / "videos").symlink_to(tmp_path)
    assert read_run(run).film is None


def put(name: str, value: object) -> Callable[[Path], None]:
    def spoil(run: Path) -> None:
        (run / name).write_bytes(value if isinstance(value, bytes) else json.dumps(value).encode())

    return spoil


def replaced(name: str, by: Callable[[Path], object]) -> Callable[[Path], None]:
    def spoil(run: Path) -> None:
        (run / name).unlink()
        by(run / name)

    return spoil


def wrong(**changes: object) -> list[dict]:
    """Evaluations of a student that has some numbers of another kind."""
    policies = {"student": performance(0.9) | changes}
    return [{"iteration": 1, "env_steps": 2} | evaluation(policies=policies)]


SPOILED = {
    "no configuration": (replaced("params/agent.yaml", lambda _: None), "agent.yaml' is missing"),
    "a call in the agent": (put("params/agent.yaml", b"a: !!python/object/apply:os.mkdir [ran]"), "plain values"),
    "an environment of bytes": (put("params/env.yaml", b"\xff\xfe"), "env.yaml' is not a configuration"),
    "a manifest of text": (put("run.json", b"{"), "run.json' is damaged"),
    "a manifest that is a list": (put("run.json", []), "it holds a list"),
    "a checkpoint of text": (put("model_40.pt", b"weights"), "model_40.pt' is not a readable checkpoint"),
    "a checkpoint of pickle": (lambda run: torch.save({"iter": Path}, run / "model_best.pt"), "not a readable"),
    "evaluations cut off": (put("evaluations.json", b'[{"iter'), "evaluations.json' is not readable as JSON"),
    "evaluations that are a pipe": (replaced("evaluations.json", os.mkfifo), "it is no file"),
    "evaluations that are a number": (put("evaluations.json", 3), "the file must be a list"),
    "evaluations that nest": (put("evaluations.json", b"[" * 100_000), "not readable as JSON"),
    "evaluations backwards": (put("evaluations.json", wrong() + wrong()), "[1].iteration must be later than"),
    "a success of 2": (put("evaluations.json", wrong(success_rate=2)), "success_rate must be a number of 0 to 1"),
    "a return that is no number": (put("evaluations.json", wrong(return_mean="x")), "return_mean must be a number"),
    "a return of NaN": (put("evaluations.json", wrong(return_mean=float("nan"))), "return_mean must be a number"),
    "a return without end": (put("evaluations.json", wrong(return_mean=10**400)), "return_mean must be a number"),
    "an interval of one": (put("evaluations.json", wrong(success_ci95=[0.5])), "success_ci95 must be two numbers"),
    "outcomes that are a list": (put("evaluations.json", wrong(outcomes=[1])), "outcomes must be a mapping"),
    "no policies": (put("evaluation.json", evaluation(policies={})), "policies must be at least one policy"),
    "no episodes": (put("evaluation.json", evaluation(episodes=0)), "episodes must be at least 1"),
    "another task": (put("evaluation.json", evaluation(task="TSRA-Other")), "is of TSRA-Other, not of"),
    "half a leak": (
        put("evaluation.json", evaluation(imitability={"action_sensitivity": {"mean": 1, "to": "x"}, "leakage": [1]})),
        "imitability.leakage must be a mapping",
    ),
    "a diagnosis of nothing": (put("diagnosis/diagnosis.json", {"terms": []}), "terms must be a list of 1 to 1000"),
    "a cause that is no term": (
        put("diagnosis/diagnosis.json", diagnosis() | {"causes": ["x"]}),
        "causes must be among the terms",
    ),
    "a student that is none": (put("student/policy.onnx", b"onnx"), "Export the student again"),
    "a picture that is none": (put("figures/alignment_99.png", b"GIF89a"), "alignment_99.png' is no PNG"),
    "a film that is none": (put("videos/play/film.gif", b"PNG"), "film.gif' is no film"),
}


@pytest.fixture
def refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture):
    """Runs the command, which must refuse; gives the line that it printed."""

    def call(*arguments: str) -> str:
        before = sorted(tmp_path.rglob("*"))
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(sys, "argv", ["report.py", *arguments])
        capsys.readouterr()
        try:
            status = report.main()
        except SystemExit as stop:
            status = stop.code
        printed = capsys.readouterr().err
        assert status == 2 and "Traceback" not in printed
        assert sorted(tmp_path.rglob("*")) == before  # nothing was written
        return printed.strip().splitlines()[-1]

    return call


@pytest.mark.parametrize("what", SPOILED)
def test_a_damaged_file_is_refused_by_name(refused, run: Path, what: str) -> None:
    spoil, message = SPOILED[what]
    spoil(run)
    assert message in refused("--checkpoint", str(run))


def test_events_of_something_else_are_refused(refused, run: Path) -> None:
    (path,) = run.glob("events*")
    path.write_bytes(b"no events" * 10)
    assert f"{path.name}' is damaged: TensorBoard finds no events in it" in refused("--checkpoint", str(run))


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["--checkpoint", "nowhere"], "no checkpoint or run directory 'nowhere'"),
        (["--checkpoint", "latest"], "name the task with --task"),
        (["--checkpoint", "latest", "--task", "TSRA-Nothing"], "there is no task 'TSRA-Nothing'"),
        (
            ["--checkpoint", "run", "--evaluation", "missing.json"],
            "missing.json' is not readable as JSON: it is no file",
        ),
        (["--checkpoint", "run", "--diagnosis", "run/evaluation.json"], "terms must be a list"),
        (["--checkpoint", "run", "--film", "run/evaluation.json"], "is no film: it must be an MP4 or a GIF"),
        (["--checkpoint", "run", "--output", "run"], "'run' cannot be written"),
        (["--checkpoint", "run", "--outptu", "x.html"], "unrecognized arguments"),
    ],
)
def test_wrong_arguments_are_refused(refused, run: Path, arguments: list[str], message: str) -> None:
    assert message in refused(*arguments)


@pytest.mark.usefixtures("plain")
def test_a_page_that_would_be_too_large_is_refused(refused, run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "MAX_BYTES", 1000)
    assert "would have more than 1000 bytes even without a film" in refused("--checkpoint", str(run))


@pytest.mark.usefixtures("plain")
def test_the_command_writes_where_it_is_told(run: Path, monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    monkeypatch.chdir(run.parent)
    for arguments, output in ((["run"], "run/report.html"), (["run/model_40.pt", "--output", "a/b.html"], "a/b.html")):
        monkeypatch.setattr(sys, "argv", ["report.py", "--checkpoint", *arguments])
        assert report.main() == 0
        lines = capsys.readouterr().out.splitlines()
        assert lines[-1] == f"Report: {output}" and lines[-2].startswith("Verdict: The student follows its teacher")
        check_page(Path(output).read_bytes())


def test_too_large_a_file_is_not_read_on(tmp_path: Path) -> None:
    path = tmp_path / "large.json"
    with path.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    with pytest.raises(ValueError, match="more than 16777216 bytes"):
        read_json(path)
