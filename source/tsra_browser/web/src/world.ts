// Copyright (c) 2026, The TSRA Lab Developers.
// All rights reserved.
//
// SPDX-License-Identifier: BSD-3-Clause

/** What both worlds share: MuJoCo's model, as tsra_sim2sim compiled it, and how a control step goes. */

import type { MainModule, MjData, MjModel } from "@mujoco/mujoco";

import type { Readings } from "./observations";

/** Point or vector in the plane [m]. */
export type Point = [number, number];

/** Initial state of an episode, by the names of the task's `initial_state`. */
export type State = Record<string, unknown>;

/** What the page's builder tells of every world. */
export interface WorldDescription {
  arena: Point;
  max_steps: number;
  decimation: number;
  goal_radius: number;
  robot_radius: number;
}

/** Force of a push [N], how long it lasts [control steps], and its direction. */
const PUSH_FORCE = 45;
const PUSH_STEPS = 4;

/** Outcome of an episode that nothing else ended. */
export const TIME_OUT = "time_out";

/** A rover in one task. Lengths are in metres; x points to the goal, y to the left. */
export abstract class World {
  /** Goal of the episode. */
  goal: Point = [0, 0];

  /** Readings of every sensor that there is, by name, without noise. */
  protected abstract readonly sensors: Record<string, () => number[]>;

  /** What ended the episode: the name of the task's termination term. */
  abstract outcome(): string | null;

  /** Whether an obstacle is at a point. */
  abstract occupied(point: Point): boolean;

  /** Whether an obstacle at a point would stand on the rover, or outside of where obstacles can be. */
  abstract blocked(point: Point): boolean;

  /** Drop an obstacle, or take away the one that is there. */
  abstract toggle(point: Point): void;

  protected readonly data: MjData;
  private push_: { force: Point; steps: number } = { force: [0, 0], steps: 0 };

  constructor(
    private readonly mujoco: MainModule,
    private readonly model: MjModel,
    readonly description: WorldDescription,
  ) {
    this.data = new mujoco.MjData(model);
  }

  /** Free MuJoCo's memory. */
  dispose(): void {
    this.data.delete();
  }

  /** Position of the rover. */
  get position(): Point {
    return [this.data.qpos[0], this.data.qpos[1]];
  }

  /** Direction that the rover faces, from the x axis [rad]. */
  get heading(): number {
    return 0;
  }

  /** Place and motion of the rover: joint positions and velocities. */
  get state(): { qpos: number[]; qvel: number[] } {
    return { qpos: Array.from<number>(this.data.qpos), qvel: Array.from<number>(this.data.qvel) };
  }

  /** Force of the push that goes on. */
  get pushed(): Point {
    return this.push_.steps > 0 ? this.push_.force : [0, 0];
  }

  /** Begin an episode. */
  reset(state: State): void {
    this.mujoco.mj_resetData(this.model, this.data);
    this.push_.steps = 0;
    this.goal = [...(state.goal as Point)];
    this.place(state);
    this.mujoco.mj_forward(this.model, this.data);
  }

  /** Read sensors. */
  observe(names: string[]): Readings {
    return Object.fromEntries(
      names.map((name) => {
        if (!(name in this.sensors)) {
          throw new Error(`The policy observes ${name}; the sensors are ${Object.keys(this.sensors).join(", ")}.`);
        }
        return [name, this.sensors[name]()];
      }),
    );
  }

  /** Advance by a control period, commanded with targets in physical units. */
  step(targets: ArrayLike<number>): void {
    const [x, y] = this.pushed;
    this.data.qfrc_applied.set([x, y]);
    this.push_.steps--;
    for (let substep = 0; substep < this.description.decimation; substep++) {
      this.actuate(targets);
      this.mujoco.mj_step(this.model, this.data);
    }
    this.mujoco.mj_forward(this.model, this.data);
  }

  /** Push the rover in a direction, a unit vector. */
  push([x, y]: Point): void {
    this.push_ = { force: [PUSH_FORCE * x, PUSH_FORCE * y], steps: PUSH_STEPS };
  }

  /** Whether the rover is at the goal. */
  protected get atGoal(): boolean {
    return distance(this.position, this.goal) < this.description.goal_radius;
  }

  /** Write an initial state into MuJoCo's data. */
  protected abstract place(state: State): void;

  /** Turn the commands into controls; called before each physics step. */
  protected abstract actuate(targets: ArrayLike<number>): void;
}

/** Distance of two points. */
export function distance([x, y]: Point, [u, v]: Point): number {
  return Math.hypot(x - u, y - v);
}
