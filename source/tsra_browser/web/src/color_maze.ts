// Copyright (c) 2026, The TSRA Lab Developers.
// All rights reserved.
//
// SPDX-License-Identifier: BSD-3-Clause

/** World of TSRA-ColorMaze-Rover: a maze whose lava the onboard sensors cannot tell from path. */

import type { MainModule, MjModel } from "@mujoco/mujoco";

import { type Point, type State, World, type WorldDescription } from "./world";

/** What the page's builder tells of this world. */
export interface MazeDescription extends WorldDescription {
  maze: { rows: number; columns: number; cell_size: number };
  grid: { size: number; spacing: number };
}

/** See tsra_sim2sim/color_maze.py, and the privileged sensors of tsra_browser/worlds.py. */
export class ColorMaze extends World {
  /** Whether a cell is lava, by row and column. */
  lava: boolean[][] = [];

  protected readonly sensors = {
    odometry: () => this.position,
    position: () => this.position,
    velocity: () => this.state.qvel,
    goal: () => [this.goal[0] - this.position[0], this.goal[1] - this.position[1]],
    occupancy: () => this.gridPoints(this.position).map((point) => Number(this.overMaze(point))),
    cells: () => this.lava.flat().map((lava) => (lava ? 1 : -1)),
  };

  constructor(
    mujoco: MainModule,
    model: MjModel,
    override readonly description: MazeDescription,
  ) {
    super(mujoco, model, description);
  }

  /** Half extents of the maze. */
  get halfExtents(): Point {
    const { rows, columns, cell_size: size } = this.description.maze;
    return [(columns * size) / 2, (rows * size) / 2];
  }

  /** Where a rover at a point reads the occupancy: rows along y, both from negative to positive. */
  gridPoints([x, y]: Point): Point[] {
    const { size, spacing } = this.description.grid;
    const ticks = Array.from({ length: size }, (_, index) => (index - (size - 1) / 2) * spacing);
    return ticks.flatMap((up) => ticks.map((along): Point => [x + along, y + up]));
  }

  /** Whether a point lies over the maze, be it lava or path. */
  overMaze(point: Point): boolean {
    return this.halfExtents.every((half, axis) => Math.abs(point[axis]) < half);
  }

  outcome(): string | null {
    if (this.atGoal) return "success";
    return this.occupied(this.position) ? "lava" : null;
  }

  occupied(point: Point): boolean {
    const [row, column] = this.cellAt(point);
    return this.overMaze(point) && this.lava[row][column];
  }

  blocked(point: Point): boolean {
    const under = this.overMaze(this.position) ? this.cellAt(this.position).join() : "";
    return !this.overMaze(point) || this.cellAt(point).join() === under;
  }

  toggle(point: Point): void {
    const [row, column] = this.cellAt(point);
    this.lava[row][column] = !this.lava[row][column];
  }

  protected place(state: State): void {
    this.data.qpos.set(state.position as Point);
    this.data.qvel.set(state.velocity as Point);
    this.lava = (state.lava as boolean[][]).map((row) => [...row]);
  }

  protected actuate(targets: ArrayLike<number>): void {
    this.data.ctrl.set(targets);
  }

  private cellAt(point: Point): [number, number] {
    const size = this.description.maze.cell_size;
    const [column, row] = this.halfExtents.map((half, axis) => Math.floor((point[axis] + half) / size));
    return [row, column];
  }
}
