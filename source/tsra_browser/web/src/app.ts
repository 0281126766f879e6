// Copyright (c) 2026, The TSRA Lab Developers.
// All rights reserved.
//
// SPDX-License-Identifier: BSD-3-Clause

/** The page: controls, two pictures, and the clock. */

import { draw, pointAt } from "./drawing";
import { Experiment } from "./experiment";
import { Page, type PolicyEntry, type TaskEntry } from "./page";
import { TEXTS, type TaskTexts } from "./texts";
import type { Point } from "./world";

/** Shortest time between two messages to screen readers [ms]. */
const NEWS_INTERVAL = 3000;

const ARROWS: Record<string, Point> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
};

function find<Kind extends HTMLElement>(id: string): Kind {
  return document.getElementById(id) as Kind;
}

/** One picture, with the choice of its policy. */
class View {
  readonly canvas: HTMLCanvasElement;
  readonly select: HTMLSelectElement;
  readonly state: HTMLElement;
  readonly warning: HTMLElement;

  constructor(index: number, policies: PolicyEntry[]) {
    const figure = document.createElement("figure");
    const side = index === 0 ? "Left" : "Right";
    figure.innerHTML =
      `<figcaption><label>${side} rover <select></select></label><span class="state"></span></figcaption>` +
      `<canvas tabindex="0" role="application"></canvas><p class="warning"></p>`;
    this.canvas = figure.querySelector("canvas")!;
    this.select = figure.querySelector("select")!;
    this.state = figure.querySelector(".state")!;
    this.warning = figure.querySelector(".warning")!;
    for (const { name } of policies) this.select.add(new Option(name));
    this.select.selectedIndex = Math.min(index, policies.length - 1);
    find("lanes").append(figure);
  }
}

/** Ties controls, experiment and pictures together. */
class App {
  private experiment!: Experiment;
  private views: View[] = [];
  private paused = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  private before = 0;
  private owed = 0; // time that the experiment lags behind the clock [s]
  private said = 0;

  constructor(private readonly page: Page) {}

  /** Fill the controls, listen to them, and begin. */
  async start(): Promise<void> {
    const tasks = find<HTMLSelectElement>("task");
    for (const { task } of this.page.data.tasks) tasks.add(new Option(TEXTS[task].title, task));
    const chosen = () => this.page.data.tasks[tasks.selectedIndex];
    tasks.addEventListener("change", () => this.guard(this.open(chosen())));
    this.onClick("pause", () => this.pause(!this.paused));
    this.onClick("again", () => this.experiment.begin(this.experiment.episode));
    this.onClick("next", () => this.experiment.begin(this.experiment.episode + 1));
    this.onClick("obstacle", () => {
      const point = this.experiment.ahead;
      if (point === null) this.say("There is no room ahead.");
      else this.experiment.toggle(point);
    });
    const noise = find<HTMLInputElement>("noise");
    noise.addEventListener("change", () => (this.experiment.noisy = noise.checked));
    for (const button of document.querySelectorAll<HTMLElement>("[data-push]")) {
      const [x, y] = button.dataset.push!.split(" ").map(Number);
      button.addEventListener("click", () => this.experiment.push([x, y]));
    }
    await this.open(chosen());
    if (this.paused) this.say("Paused, because your system asks for less motion.");
    this.pause(this.paused);
    document.querySelector("main")!.setAttribute("aria-busy", "false");
    requestAnimationFrame((now) => this.guard(this.frame(now)));
  }

  private onClick(id: string, action: () => void): void {
    find(id).addEventListener("click", action);
  }

  private get texts(): TaskTexts {
    return TEXTS[this.experiment.task.task];
  }

  private async open(task: TaskEntry): Promise<void> {
    const experiment = new Experiment(this.page, task);
    find("lanes").replaceChildren();
    this.views = [0, 1].map((index) => new View(index, task.policies));
    const entries = () => this.views.map((view) => task.policies[view.select.selectedIndex]);
    await experiment.choose(entries());
    experiment.noisy = find<HTMLInputElement>("noise").checked;
    this.experiment = experiment;
    this.views.forEach((view, index) => {
      view.select.addEventListener("change", () => this.guard(experiment.choose(entries())));
      view.canvas.addEventListener("click", (event) => {
        if (!experiment.toggle(pointAt(view.canvas, experiment.lanes[index], event.offsetX, event.offsetY))) {
          this.say("No obstacle can be there.");
        }
      });
      view.canvas.addEventListener("keydown", (event) => {
        if (!(event.key in ARROWS)) return;
        event.preventDefault(); // the page would scroll
        experiment.push(ARROWS[event.key]);
      });
    });
    find("lead").textContent = this.texts.lead;
    find("hidden-label").textContent = this.texts.hidden;
    find("obstacle").textContent = this.texts.obstacle;
    find("hint").textContent = this.texts.hint;
    find("outcomes").innerHTML = ["Policy", ...Object.values(this.texts.outcomes), "Success"]
      .map((text) => `<th scope="col">${text}</th>`)
      .join("");
    this.showTally();
  }

  private pause(paused: boolean): void {
    this.paused = paused;
    find("pause").textContent = paused ? "Go on" : "Pause";
  }

  /** Let the experiment catch up with the clock, and draw. */
  private async frame(now: number): Promise<void> {
    const speed = Number(find<HTMLSelectElement>("speed").value);
    const period = this.experiment.task.control_period_s;
    const passed = Math.min((now - this.before) / 1000, 0.25); // a page that was out of sight does not catch up
    this.before = now;
    if (!this.paused) this.owed += passed * speed;
    const experiment = this.experiment;
    for (; this.owed >= period && !this.paused; this.owed -= period) {
      const ended = await experiment.tick();
      if (ended > 0) this.showTally();
      if (ended > 0 && experiment.over) this.report();
      document.body.dataset.ticks = String(experiment.ticks);
    }
    this.show(this.owed / period);
    requestAnimationFrame((next) => this.guard(this.frame(next)));
  }

  private show(share: number): void {
    const hidden = find<HTMLInputElement>("hidden").checked;
    this.experiment.lanes.forEach((lane, index) => {
      const view = this.views[index];
      draw(view.canvas, lane, hidden, Math.min(share, 1));
      const words = lane.outcome === null ? `step ${lane.steps}` : this.texts.outcomes[lane.outcome];
      set(view.state, words);
      view.state.className = "state";
      if (lane.outcome !== null) view.state.classList.add(lane.outcome === "success" ? "success" : "failure");
      view.canvas.dataset.position = lane.world.position.join(" "); // for scripts and tests
      const { outOfRange } = lane.policy;
      set(view.warning, outOfRange.length > 0 ? `Beyond what it saw in training: ${outOfRange.join(", ")}` : "");
      const label = `${lane.entry.name} from above. Arrow keys push the rovers.`;
      if (view.canvas.ariaLabel !== label) view.canvas.ariaLabel = label;
    });
  }

  /** Tell how the episode ended. */
  private report(): void {
    const told = this.experiment.lanes.map(({ entry, outcome }) => `${entry.name} ${this.texts.outcomes[outcome!]}`);
    if (performance.now() - this.said > NEWS_INTERVAL) this.say(`${told.join("; ")}.`);
  }

  private showTally(): void {
    const rows = [...this.experiment.tally].map(([name, counts]) => {
      const row = document.createElement("tr");
      const head = document.createElement("th");
      head.scope = "row";
      head.textContent = name;
      row.append(head);
      const numbers = Object.keys(this.texts.outcomes).map((outcome) => counts.get(outcome) ?? 0);
      const total = numbers.reduce((sum, number) => sum + number, 0);
      const rate = total > 0 ? `${Math.round((100 * (counts.get("success") ?? 0)) / total)} %` : "-";
      for (const text of [...numbers, rate]) row.insertCell().textContent = String(text);
      return row;
    });
    find("tally").replaceChildren(...rows);
  }

  private say(text: string): void {
    this.said = performance.now();
    find("news").textContent = text;
  }

  private guard(work: Promise<void>): void {
    work.catch(fail);
  }
}

/** Set a text only if it is another, so that nothing is laid out anew at each frame. */
function set(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

function fail(error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  const element = find("error");
  element.hidden = false;
  element.textContent = `The page stopped: ${message}`;
  console.error(error);
}

try {
  await new App(await Page.load()).start();
} catch (error) {
  fail(error);
}
