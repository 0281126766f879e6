// Copyright (c) 2026, The TSRA Lab Developers.
// All rights reserved.
//
// SPDX-License-Identifier: BSD-3-Clause

/** Two policies side by side, through the same episodes. */

import { SensorNoise } from "./noise";
import type { Page, PolicyEntry, TaskEntry } from "./page";
import type { Policy } from "./policy";
import { type Point, TIME_OUT, type World } from "./world";

/** How long ended episodes stay in view [control steps]. */
const HOLD = 10;

/** Where a rover is, and which way it faces. */
export interface Pose {
  position: Point;
  heading: number;
}

/** One policy in its own copy of the world. */
export class Lane {
  /** What ended the episode; null while it goes on. */
  outcome: string | null = null;
  steps = 0;
  /** Poses of the episode, one for each step. */
  path: Pose[] = [];

  private readonly noise: SensorNoise;

  constructor(
    readonly entry: PolicyEntry,
    readonly policy: Policy,
    readonly world: World,
  ) {
    this.noise = new SensorNoise(entry.noise);
  }

  /** Begin an episode. */
  begin(state: Record<string, unknown>, seed: number): void {
    this.world.reset(state);
    this.policy.reset();
    this.noise.seed(seed);
    [this.outcome, this.steps, this.path] = [null, 0, [this.pose]];
  }

  /** Sense, act and move for a control period. */
  async step(noisy: boolean): Promise<void> {
    const readings = this.world.observe(this.policy.sensorNames);
    const path = this.path;
    const targets = await this.policy.act(noisy ? this.noise.corrupt(readings) : readings);
    if (path !== this.path) return; // another episode began meanwhile
    this.world.step(targets);
    this.path.push(this.pose);
    this.steps++;
    this.outcome = this.world.outcome() ?? (this.steps >= this.world.description.max_steps ? TIME_OUT : null);
  }

  private get pose(): Pose {
    return { position: this.world.position, heading: this.world.heading };
  }
}

/** The lanes, the episode they are in, and how episodes ended. */
export class Experiment {
  lanes: Lane[] = [];
  episode = 0;
  noisy = true;
  /** Control steps since loading. */
  ticks = 0;
  /** How many episodes of a policy ended how, by the policy's name. */
  readonly tally = new Map<string, Map<string, number>>();

  private held = 0;

  constructor(
    private readonly page: Page,
    readonly task: TaskEntry,
  ) {
    for (const { name } of task.policies) this.tally.set(name, new Map());
  }

  /** Let policies run side by side, from the present episode's beginning. */
  async choose(entries: PolicyEntry[]): Promise<void> {
    const lanes = await Promise.all(
      entries.map(async (entry) => new Lane(entry, await this.page.policy(entry), await this.page.world(this.task))),
    );
    for (const lane of this.lanes) lane.world.dispose();
    this.lanes = lanes;
    this.begin(this.episode);
  }

  /** Begin an episode in all lanes; after the last comes the first. */
  begin(episode: number): void {
    this.episode = episode % this.task.initial_states.length;
    this.held = 0;
    for (const lane of this.lanes) lane.begin(this.task.initial_states[this.episode], this.episode);
  }

  /** Whether all lanes' episodes have ended. */
  get over(): boolean {
    return this.lanes.every((lane) => lane.outcome !== null);
  }

  /**
   * Go on by a control period.
   *
   * @returns In how many lanes the episode ended.
   */
  async tick(): Promise<number> {
    this.ticks++;
    if (this.over) {
      if (++this.held >= HOLD) this.begin(this.episode + 1);
      return 0;
    }
    let ended = 0;
    for (const lane of this.lanes) {
      if (lane.outcome !== null) continue;
      await lane.step(this.noisy);
      if (lane.outcome === null) continue;
      this.count(lane.entry.name, lane.outcome);
      ended++;
    }
    return ended;
  }

  /** Push all rovers that still drive. */
  push(direction: Point): void {
    for (const lane of this.lanes) if (lane.outcome === null) lane.world.push(direction);
  }

  /**
   * Drop an obstacle in all lanes, or take it away.
   *
   * @returns Whether it could be done.
   */
  toggle(point: Point): boolean {
    if (this.lanes.some((lane) => lane.world.blocked(point))) return false;
    for (const lane of this.lanes) lane.world.toggle(point);
    return true;
  }

  /** A point on the way of a rover that still drives where an obstacle can be dropped; null if there is none. */
  get ahead(): Point | null {
    const lane = this.lanes.find(({ outcome }) => outcome === null);
    if (lane === undefined) return null;
    const [[x, y], [u, v]] = [lane.world.position, lane.world.goal];
    const length = Math.hypot(u - x, v - y);
    for (let reach = 0.6; reach < length; reach += 0.1) {
      const point: Point = [x + ((u - x) * reach) / length, y + ((v - y) * reach) / length];
      if (this.lanes.every(({ world }) => !world.blocked(point) && !world.occupied(point))) return point;
    }
    return null;
  }

  private count(policy: string, outcome: string): void {
    const outcomes = this.tally.get(policy)!;
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  }
}
