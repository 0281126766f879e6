# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The page in a real browser: it does what Python does, keeps time, and can be driven by mouse and keyboard."""

from __future__ import annotations

import base64
import io
import json
import threading
from collections.abc import Callable, Generator
from pathlib import Path

import numpy as np
import pytest
from browser import FLAGS, find_chromium, loaded
from browser_files import FIELD, MAZE, write_reacting, write_slicing, write_states, write_steady
from PIL import Image
from playwright.sync_api import BrowserContext, Page, sync_playwright
from tiny_file import describe_vector, metadata_of, save, vector_graph
from tiny_student import describe_term

from tsra_browser import WORLDS, build_page, page_server
from tsra_browser.bundle import check_types
from tsra_browser.serving import address_of
from tsra_deploy import Policy, Safety
from tsra_results import InitialStates, read_initial_states

pytestmark = [pytest.mark.integration, pytest.mark.kitless]

POLICIES = {
    MAZE: {"reacting": "onboard", "teacher": "privileged", "parked": [0.0, 0.0], "ahead": [1.0, 0.0]},
    FIELD: {"reacting": "onboard", "teacher": "privileged", "ahead": [1.0, 0.0, 0.0]},
}
"""Policies of each task: what a reacting one sees, or what a steady one does."""


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> dict[str, InitialStates]:
    """Initial states of each task."""
    folder = tmp_path_factory.mktemp("states")
    return {task: read_initial_states(write_states(folder / f"{task}.npz", task)) for task in POLICIES}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, recorded: dict[str, InitialStates]) -> Path:
    """A page of all policies."""
    folder = tmp_path_factory.mktemp("browser")
    policies = []
    for task, kinds in POLICIES.items():
        for name, kind in kinds.items():
            path = folder / f"{task}_{name}.onnx"
            make = write_reacting if isinstance(kind, str) else write_steady
            policies.append((name, str(make(path, task, kind))))
    build_page(folder / "page", policies, list(recorded.values()), 3)
    return folder / "page"


@pytest.fixture(scope="module")
def address(built: Path) -> Generator[str]:
    """Where the page is served."""
    with page_server(built, 0) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield address_of(server)
        server.shutdown()


@pytest.fixture(scope="module")
def open_browser(tmp_path_factory: pytest.TempPathFactory) -> Generator[Callable[..., BrowserContext]]:
    """Starts Chromium."""
    chromium = find_chromium()
    with sync_playwright() as playwright:
        contexts = []

        def open_it(**settings: object) -> BrowserContext:
            context = playwright.chromium.launch_persistent_context(
                tmp_path_factory.mktemp("profile"), executable_path=chromium, args=FLAGS, **settings
            )
            contexts.append(context)
            return context

        yield open_it
        for context in contexts:
            context.close()


@pytest.fixture(scope="module")
def context(open_browser: Callable[..., BrowserContext]) -> BrowserContext:
    """A browser as it comes."""
    return open_browser(viewport={"width": 1200, "height": 900})


@pytest.fixture
def page(context: BrowserContext, address: str) -> Generator[Page]:
    """The page, as it is when it was just loaded."""
    with loaded(context, address) as page:
        yield page


@pytest.fixture(scope="module")
def runtime(context: BrowserContext, address: str) -> Generator[Page]:
    """A page for tests that only use its runtime and its worlds, and nothing that is seen."""
    with loaded(context, address) as page:
        yield page


def position(page: Page, lane: int = 0) -> tuple[float, float]:
    """Where a rover is."""
    text = page.locator("canvas").nth(lane).get_attribute("data-position")
    x, y = map(float, text.split())
    return x, y


def choose(page: Page, left: str, right: str) -> None:
    """Choose both policies."""
    page.get_by_label("Left rover").select_option(left)
    page.get_by_label("Right rover").select_option(right)


def pixels(page: Page, lane: int = 0) -> np.ndarray:
    """What a canvas shows. Shape is (height, width, 3)."""
    return np.asarray(Image.open(io.BytesIO(page.locator("canvas").nth(lane).screenshot())).convert("RGB"), dtype=int)


def test_the_sources_have_the_types_that_they_say() -> None:
    check_types()


def test_300_steps_take_30_seconds(page: Page) -> None:
    start, end = page.evaluate(
        """() => new Promise((resolve) => {
            const ticks = () => Number(document.body.dataset.ticks ?? 0);
            let [start, first] = [null, null];
            const look = () => {
                if (start === null && ticks() >= 10) [start, first] = [performance.now(), ticks()];
                if (start !== null && ticks() >= first + 300) resolve([start, performance.now()]);
                else requestAnimationFrame(look);
            };
            look();
        })"""
    )
    # a control step is 0.1 s; a page that is out of time for a quarter of a second does not catch up
    assert 29.7 < (end - start) / 1000.0 < 33.0
    cells = page.locator("#tally td").all_inner_texts()
    assert sum(int(cell) for cell in cells if cell.isdigit()) >= 2


@pytest.mark.parametrize("task", POLICIES)
def test_actions_and_paths_are_those_of_python(
    runtime: Page, built: Path, recorded: dict[str, InitialStates], task: str
) -> None:
    files = {name: f"policies/{task}_{index}.onnx" for index, name in enumerate(POLICIES[task])}
    for name in ("reacting", "teacher"):
        policy = Policy.load(built / files[name], Safety(out_of_range="ignore"))
        world = WORLDS[task](policy.contract, recorded[task].env_cfg)
        for episode in range(3):
            expected = run_in_python(world, policy, recorded[task].state(episode))
            seen = runtime.evaluate(
                RUN_EPISODE, [task, name, episode, [step["readings"] for step in expected["steps"]]]
            )
            assert seen["outcome"] == expected["outcome"] and len(seen["states"]) == len(expected["steps"])
            assert len(expected["steps"]) > 10
            # the network on recorded readings, and then in the page's own world
            difference("actions", seen["actions"], [step["actions"] for step in expected["steps"]], 1e-5)
            difference("targets", seen["targets"], [step["targets"] for step in expected["steps"]], 1e-5)
            for reading in expected["steps"][0]["readings"]:
                ours = [step["readings"][reading] for step in expected["steps"]]
                difference(reading, [step[reading] for step in seen["readings"]], ours, 1e-4)
            difference("states", seen["states"], [step["state"] for step in expected["steps"]], 1e-4)


def difference(name: str, seen: list, expected: list, limit: float) -> None:
    """Compare arrays and tell how far they are apart."""
    apart = np.abs(np.array(seen, dtype=float) - np.array(expected, dtype=float)).max()
    print(f"{name}: {apart:.1e}")
    assert apart <= limit, name


def run_in_python(world: object, policy: Policy, state: dict[str, np.ndarray]) -> dict:
    """An episode without noise."""
    world.reset(state)
    policy.reset()
    steps, outcome = [], None
    while outcome is None and len(steps) < world.max_steps:
        readings = world.observe()
        targets = policy.act(readings)
        world.step(targets)
        outcome = world.outcome()
        steps.append(
            {
                "readings": {name: values.tolist() for name, values in readings.items()},
                "actions": policy.last_actions[0].tolist(),
                "targets": targets.tolist(),
                "state": [*world.data.qpos, *world.data.qvel],
            }
        )
    return {"steps": steps, "outcome": outcome or "time_out"}


RUN_EPISODE = """async ([task, name, episode, recorded]) => {
    const { Page } = await import("./tsra.js");
    const page = await Page.load();
    const entry = page.data.tasks.find((item) => item.task === task);
    const policy = await page.policy(entry.policies.find((item) => item.name === name));
    const world = await page.world(entry);
    const [actions, targets] = [[], []];
    for (const readings of recorded) {
        targets.push(Array.from(await policy.act(readings)));
        actions.push(Array.from(policy.lastActions));
    }
    policy.reset();
    world.reset(entry.initial_states[episode]);
    const [states, readings] = [[], []];
    let outcome = null;
    while (outcome === null && states.length < entry.world.max_steps) {
        readings.push(world.observe(policy.sensorNames));
        world.step(await policy.act(readings.at(-1)));
        outcome = world.outcome();
        const { qpos, qvel } = world.state;
        states.push([...qpos, ...qvel]);
    }
    world.dispose();
    return { actions, targets, states, readings, outcome: outcome ?? "time_out" };
}"""


SENSED = describe_term("a", "g", [2])

LAYOUTS = {
    "clip and scale": [describe_term("a", "g", [2], [0.1, 3.3], [-1.0, 2.0]), describe_term("b", "g", [1])],
    "history by term": [
        describe_term("a", "g", [2], history_length=3),
        describe_term("b", "h", [1], [0.5], [None, 0.2], history_length=2),
    ],
    "history by time": [
        describe_term("a", "g", [2], history_length=3, history_order="time"),
        describe_term("b", "g", [1], history_length=3, history_order="time"),
        describe_term("c", "h", [1], history_length=2),
    ],
    "last action": [
        SENSED,
        describe_term("last", "g", [3], 0.5, source="last_action", history_length=2, delay_periods=[2, 2]),
    ],
    "memory": [SENSED, describe_term("b", "g", [1])],
}
"""Terms that our rovers do not have, but a contract can tell."""


@pytest.mark.parametrize("layout", LAYOUTS)
def test_contracts_mean_what_they_mean_to_the_robot(runtime: Page, tmp_path: Path, layout: str) -> None:
    terms = LAYOUTS[layout]
    contract = describe_vector(terms, 3, clip_actions=1.5)
    contract["inputs"][0]["shape"] = [sum(term["shape"][0] * max(term["history_length"], 1) for term in terms)]
    contract["actions"][0] |= {"scale": [-1.1, 0.3, 2.3], "offset": [0.1, 0.0, -0.2]}
    contract["actions"][0]["clip"] = [[-0.7, None], [None, None], [None, 1.3]]
    if layout == "memory":
        contract["memory"] = [{"input": "h_in", "output": "h_out", "shape": [1, 3]}]
    path = write_slicing(tmp_path / "policy.onnx", contract)
    policy = Policy.load(path, Safety(out_of_range="ignore"))
    random = np.random.default_rng(1)
    shapes = {term["name"]: term["shape"] for term in terms if term["source"] == "sensor"}
    readings = [{name: random.normal(0.0, 2.0, shape) for name, shape in shapes.items()} for _ in range(6)]
    expected = [(policy.act(item).tolist(), policy.last_inputs["obs"][0].tolist()) for item in readings]
    lists = [{name: values.tolist() for name, values in item.items()} for item in readings]
    seen = runtime.evaluate(ACT, [encoded(path), lists])
    difference("inputs", [item["input"] for item in seen], [inputs for _, inputs in expected], 1e-6)
    difference("targets", [item["targets"] for item in seen], [targets for targets, _ in expected], 1e-6)


ACT = """async ([content, series]) => {
    const { Policy } = await import("./tsra.js");
    const file = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
    const policy = await Policy.load(file);
    const answers = [];
    for (const readings of series) {
        const targets = Array.from(await policy.act(readings));
        answers.push({ targets, input: Array.from(policy.lastInput) });
    }
    return answers;
}"""


def encoded(path: Path) -> str:
    """A file for the browser."""
    return base64.b64encode(path.read_bytes()).decode()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"format_version": 5}, "format version is 5, not 4"),
        ({"secret": 1}, "has secret, which the page does not know"),
        ({"inputs": "image"}, "sees images \\(depth\\), for which the page has no camera"),
        ({"inputs": "late"}, "'a' is delayed, but the page's sensors are prompt"),
        ({"inputs": "odd"}, "'a' has smoothing, which the page does not know"),
        ({"inputs": "renamed"}, "The graph has obs, the contract other"),
    ],
)
def test_what_the_page_does_not_do_is_refused(runtime: Page, tmp_path: Path, changes: dict, message: str) -> None:
    term = describe_term("a", "g", [2])
    inputs = {
        "image": [{"name": "depth", "shape": [1, 2, 2], "terms": [describe_term("depth", "depth", [1, 2, 2])]}],
        "late": [{"name": "obs", "shape": [2], "terms": [term | {"delay_periods": [0, 1]}]}],
        "odd": [{"name": "obs", "shape": [2], "terms": [term | {"smoothing": 0.5}]}],
        "renamed": [{"name": "other", "shape": [2], "terms": [term]}],
    }
    contract = describe_vector([term], 2) | changes
    if "inputs" in changes:
        contract["inputs"] = inputs[changes["inputs"]]
    path = save(vector_graph(2), tmp_path / "policy.onnx", metadata_of(contract))
    with pytest.raises(Exception, match=message):
        runtime.evaluate(ACT, [encoded(path), []])


MOVED = "([axis, least]) => document.querySelector('canvas').dataset.position.split(' ')[axis] > least"


def test_pushes_move_a_parked_rover(page: Page) -> None:
    choose(page, "parked", "parked")
    page.get_by_label("Sensor noise").uncheck()
    before = position(page)
    page.get_by_role("button", name="Push towards the goal").click()
    page.wait_for_function(
        "x => Number(document.querySelector('canvas').dataset.position.split(' ')[0]) > x", arg=before[0] + 0.2
    )
    middle = position(page)
    page.locator("canvas").first.focus()
    page.keyboard.press("ArrowUp")
    page.wait_for_function(
        "y => Number(document.querySelector('canvas').dataset.position.split(' ')[1]) > y", arg=middle[1] + 0.2
    )
    # both rovers of a page are pushed alike
    page.get_by_role("button", name="Pause").click()
    page.wait_for_timeout(300)
    np.testing.assert_allclose(position(page, 0), position(page, 1), atol=1e-9)


def test_lava_comes_and_goes_by_click_and_by_button(page: Page) -> None:
    choose(page, "parked", "ahead")
    page.get_by_role("button", name="Pause").click()
    page.get_by_role("button", name="Same start again").click()
    page.wait_for_timeout(200)
    before = pixels(page)
    canvas = page.locator("canvas").first
    box = canvas.bounding_box()
    middle = {"x": box["width"] / 2 - 20, "y": box["height"] / 2}  # a cell of the row that is free of lava
    canvas.click(position=middle)
    page.wait_for_timeout(200)
    dropped = pixels(page)
    assert (dropped != before).any(axis=-1).sum() > 1000 and (pixels(page, 1) != before).any()
    canvas.click(position=middle)
    page.wait_for_timeout(200)
    assert (pixels(page) != before).any(axis=-1).sum() < 50
    canvas.click(position={"x": 3, "y": 3})
    assert page.locator("#news").inner_text() == "No obstacle can be there."
    page.get_by_role("button", name="Drop lava ahead").click()
    page.get_by_role("button", name="Go on").click()
    page.locator(".state", has_text="drove into lava").nth(0).wait_for()
    driven_in = page.get_by_role("row", name="ahead").get_by_role("cell").nth(1)
    assert driven_in.inner_text() == "1"


def test_a_click_drops_a_post_and_takes_it_away(page: Page) -> None:
    page.get_by_label("Task").select_option("Limited view")
    choose(page, "ahead", "ahead")
    page.get_by_label("Show the posts").check()
    page.get_by_role("button", name="Pause").click()
    page.get_by_role("button", name="Same start again").click()
    page.wait_for_timeout(300)
    before = pixels(page)
    canvas = page.locator("canvas").first
    box = canvas.bounding_box()
    middle = {"x": box["width"] / 2, "y": box["height"] / 2}  # posts stand beside the way
    canvas.click(position=middle)
    page.wait_for_timeout(300)
    dropped = (pixels(page) != before).any(axis=-1)
    rows, columns = np.nonzero(dropped)
    # in this one place, and in the other picture as well
    assert dropped.sum() > 200
    assert abs(columns.mean() - middle["x"]) < 3.0 and abs(rows.mean() - middle["y"]) < 3.0
    assert (pixels(page, 1) != before).any(axis=-1).sum() > 200
    canvas.click(position=middle)
    page.wait_for_timeout(300)
    assert (pixels(page) != before).any(axis=-1).sum() < 50


def test_the_hidden_quantity_can_be_hidden(page: Page) -> None:
    choose(page, "parked", "parked")
    page.get_by_role("button", name="Pause").click()
    page.get_by_role("button", name="Same start again").click()
    page.wait_for_timeout(200)
    shown = pixels(page)
    colors, counts = np.unique(shown.reshape(-1, 3), axis=0, return_counts=True)
    # ground, path, lava and goal each fill a part of the picture, and none of them fills it
    assert len(colors) > 20 and (counts > 0.005 * counts.sum()).sum() >= 4 and counts.max() < 0.9 * counts.sum()
    red = (shown[..., 0] > 190) & (shown[..., 1] < 110)
    page.get_by_label("Show the lava").uncheck()
    page.wait_for_timeout(200)
    hidden = pixels(page)
    assert red.sum() > 2000 and ((hidden[..., 0] > 190) & (hidden[..., 1] < 110)).sum() == 0
    page.get_by_label("Task").select_option("Limited view")
    choose(page, "ahead", "teacher")
    page.get_by_role("button", name="Same start again").click()
    page.wait_for_timeout(300)
    few = pixels(page)
    page.get_by_label("Show the posts").check()
    page.wait_for_timeout(300)
    assert (pixels(page) != few).any(axis=-1).sum() > 2000


def test_clock_episodes_and_tasks_can_be_chosen(page: Page) -> None:
    choose(page, "ahead", "teacher")
    page.get_by_label("Speed").select_option("16")
    page.wait_for_function("Number(document.body.dataset.ticks) > 200", timeout=15000)
    page.get_by_role("button", name="Pause").click()
    page.wait_for_timeout(300)
    ticks = page.evaluate("document.body.dataset.ticks")
    page.get_by_role("button", name="Next start").click()
    page.wait_for_timeout(500)
    assert page.evaluate("document.body.dataset.ticks") == ticks
    assert page.locator(".state").all_inner_texts() == ["step 0", "step 0"]
    assert page.get_by_role("row", name="ahead").inner_text().split()[1] != "0"
    page.get_by_label("Task").select_option("Limited view")
    page.get_by_role("button", name="Drop a post ahead").wait_for()
    assert page.get_by_role("columnheader", name="hit a post").is_visible()
    assert "short fan" in page.locator("#lead").inner_text()


def test_the_keyboard_reaches_everything_and_screen_readers_are_told(page: Page) -> None:
    page.locator("body").press("Tab")
    reached = []
    for _ in range(20):
        reached.append(
            page.evaluate(
                "document.activeElement.id || document.activeElement.tagName + document.activeElement.ariaLabel"
            )
        )
        page.keyboard.press("Tab")
    for name in ("task", "pause", "again", "next", "speed", "hidden", "noise", "obstacle"):
        assert name in reached
    assert sum(name.startswith("CANVAS") for name in reached) == 2
    assert sum(name.startswith("BUTTONPush") for name in reached) == 4
    unnamed = page.evaluate(
        """Array.from(document.querySelectorAll("button, select, input, canvas"))
            .filter((item) => !(item.ariaLabel || item.textContent.trim() || item.labels?.length)).length"""
    )
    assert unnamed == 0
    page.locator("#pause").focus()
    page.keyboard.press("Enter")
    assert page.locator("#pause").inner_text() == "Go on"
    page.keyboard.press("Enter")
    page.get_by_label("Speed").select_option("16")
    assert page.locator("#news").get_attribute("aria-live") == "polite"
    page.wait_for_function(
        "/reached the goal|lava|time/.test(document.getElementById('news').textContent)", timeout=15000
    )


def test_who_wants_less_motion_starts_the_page(open_browser: Callable[..., BrowserContext], address: str) -> None:
    page = open_browser(reduced_motion="reduce").new_page()
    page.goto(address)
    page.wait_for_selector("main[aria-busy=false]")
    assert page.locator("#news").inner_text() == "Paused, because your system asks for less motion."
    page.wait_for_timeout(500)
    assert page.locator(".state").first.inner_text() == "step 0"
    page.get_by_role("button", name="Go on").click()
    page.wait_for_function("document.querySelector('.state').textContent !== 'step 0'")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"mujoco": "3.0.0"}, "The page stopped: The models are of MuJoCo 3.0.0"),
        ({"format_version": 2}, "The page stopped: page.json has format version 2, not 1."),
    ],
)
def test_a_page_that_cannot_run_says_why(
    context: BrowserContext, address: str, built: Path, changes: dict, message: str
) -> None:
    page = context.new_page()
    data = json.loads((built / "page.json").read_text()) | changes
    page.route("**/page.json", lambda route: route.fulfill(json=data))
    page.goto(address)
    page.get_by_role("alert").wait_for()
    assert page.get_by_role("alert").inner_text().startswith(message)
    page.close()
