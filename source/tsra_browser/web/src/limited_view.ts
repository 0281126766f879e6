// Copyright (c) 2026, The TSRA Lab Developers.
// All rights reserved.
//
// SPDX-License-Identifier: BSD-3-Clause

/** World of TSRA-LimitedView-Rover: a rover that turns, in a field of posts, with a short fan of rays ahead. */

import type { MainModule, MjModel } from "@mujoco/mujoco";

import { distance, type Point, type State, World, type WorldDescription } from "./world";

/** Level rays: directions from the heading [rad], and their reach [m]. */
export interface Rays {
  angles: number[];
  max_range: number;
}

/** What the page's builder tells of this world. */
export interface FieldDescription extends WorldDescription {
  post_radius: number;
  rays: Record<string, Rays>;
}

/** See tsra_sim2sim/limited_view.py, and the privileged sensors of tsra_browser/worlds.py. */
export class LimitedView extends World {
  /** Centres of the posts. */
  posts: Point[] = [];

  protected readonly sensors: Record<string, () => number[]>;

  constructor(
    mujoco: MainModule,
    model: MjModel,
    override readonly description: FieldDescription,
  ) {
    super(mujoco, model, description);
    this.sensors = {
      odometry: () => this.position,
      position: () => this.position,
      heading: () => [Math.cos(this.heading), Math.sin(this.heading)],
      velocity: () => [...this.inRobotFrame([this.data.qvel[0], this.data.qvel[1]]), this.data.qvel[2]],
      goal: () => this.inRobotFrame([this.goal[0] - this.position[0], this.goal[1] - this.position[1]]),
    };
    for (const [name, rays] of Object.entries(description.rays)) {
      this.sensors[name] = () => this.cast(rays).map((reach) => reach / rays.max_range);
    }
  }

  override get heading(): number {
    return this.data.qpos[2];
  }

  /** Distances along rays to the nearest post, at most their reach; those of the rover, unless told otherwise. */
  cast(rays: Rays, origin: Point = this.position, heading: number = this.heading): number[] {
    return rays.angles.map((angle) => {
      const direction = heading + angle;
      const [cos, sin] = [Math.cos(direction), Math.sin(direction)];
      let nearest = rays.max_range;
      for (const post of this.posts) {
        const [x, y] = [post[0] - origin[0], post[1] - origin[1]];
        const along = x * cos + y * sin;
        // squared half chord; where it is negative, the ray misses
        const chord = this.description.post_radius ** 2 - (x * x + y * y) + along * along;
        if (chord > 0 && along > 0) nearest = Math.min(nearest, Math.max(along - Math.sqrt(chord), 0));
      }
      return nearest;
    });
  }

  /** Whether rays meet a post. */
  sees(post: Point, rays: Rays): boolean {
    const all = this.posts;
    const reading = this.cast(rays).join();
    this.posts = all.filter((other) => other !== post);
    const without = this.cast(rays).join();
    this.posts = all;
    return without !== reading;
  }

  outcome(): string | null {
    if (this.atGoal) return "success";
    return this.posts.some((post) => distance(post, this.position) < this.touching) ? "collision" : null;
  }

  occupied(point: Point): boolean {
    return this.postAt(point) !== undefined;
  }

  blocked(point: Point): boolean {
    const inside = this.description.arena.every((extent, axis) => Math.abs(point[axis]) < extent / 2);
    return !inside || (!this.occupied(point) && distance(point, this.position) < this.touching + 0.05);
  }

  toggle(point: Point): void {
    const present = this.postAt(point);
    this.posts = present === undefined ? [...this.posts, point] : this.posts.filter((post) => post !== present);
  }

  protected place(state: State): void {
    this.data.qpos.set([...(state.position as Point), state.heading as number]);
    this.data.qvel.set([...(state.velocity as Point), state.turn_rate as number]);
    this.posts = (state.posts as Point[]).map(([x, y]): Point => [x, y]);
  }

  protected actuate(targets: ArrayLike<number>): void {
    const [cos, sin] = [Math.cos(this.heading), Math.sin(this.heading)];
    // the drives are along the world's axes, and the command turns with the rover
    this.data.ctrl.set([cos * targets[0] - sin * targets[1], sin * targets[0] + cos * targets[1], targets[2]]);
  }

  private get touching(): number {
    return this.description.post_radius + this.description.robot_radius;
  }

  private postAt(point: Point): Point | undefined {
    return this.posts.find((post) => distance(post, point) < this.description.post_radius);
  }

  private inRobotFrame([x, y]: Point): Point {
    const [cos, sin] = [Math.cos(this.heading), Math.sin(this.heading)];
    return [cos * x + sin * y, cos * y - sin * x];
  }
}
