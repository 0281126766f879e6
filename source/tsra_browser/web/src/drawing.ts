// Copyright (c) 2026, The TSRA Lab Developers.
// All rights reserved.
//
// SPDX-License-Identifier: BSD-3-Clause

/** A lane seen from above. */

import { ColorMaze } from "./color_maze";
import type { Lane, Pose } from "./experiment";
import { LimitedView } from "./limited_view";
import type { Point } from "./world";

/** A canvas in metres, with the page's colours. */
class Plan {
  constructor(
    readonly context: CanvasRenderingContext2D,
    private readonly scale: number,
    private readonly style: CSSStyleDeclaration,
  ) {}

  color(name: string): string {
    return this.style.getPropertyValue(`--${name}`);
  }

  pixels(metres: number): number {
    return metres / this.scale;
  }

  circle([x, y]: Point, radius: number, fill: string | null, stroke: string | null = null, dashed = false): void {
    this.context.beginPath();
    this.context.arc(x, y, radius, 0, 2 * Math.PI);
    this.finish(fill, stroke, dashed);
  }

  line(points: Point[], stroke: string, width = 2): void {
    this.context.beginPath();
    for (const [x, y] of points) this.context.lineTo(x, y);
    this.finish(null, stroke, false, width);
  }

  rectangle([x, y]: Point, width: number, height: number, fill: string | null, stroke: string | null = null): void {
    this.context.beginPath();
    this.context.rect(x, y, width, height);
    this.finish(fill, stroke);
  }

  private finish(fill: string | null, stroke: string | null, dashed = false, width = 2): void {
    if (fill !== null) {
      this.context.fillStyle = this.color(fill);
      this.context.fill();
    }
    if (stroke !== null) {
      this.context.strokeStyle = this.color(stroke);
      this.context.lineWidth = width * this.pixels(1);
      this.context.setLineDash(dashed ? [this.pixels(5), this.pixels(4)] : []);
      this.context.stroke();
      this.context.setLineDash([]);
    }
  }
}

/**
 * Draw a lane.
 *
 * @param canvas Where to.
 * @param lane The lane.
 * @param hidden Whether to show what the onboard sensors cannot tell.
 * @param share How much of the control period has passed since the last step: poses in between are interpolated.
 */
export function draw(canvas: HTMLCanvasElement, lane: Lane, hidden: boolean, share: number): void {
  const { world } = lane;
  const [width, height] = world.description.arena;
  const density = window.devicePixelRatio;
  const pixels = Math.round(canvas.clientWidth * density);
  const rows = Math.round((pixels * height) / width);
  if (canvas.width !== pixels || canvas.height !== rows) [canvas.width, canvas.height] = [pixels, rows];
  const context = canvas.getContext("2d")!;
  const scale = pixels / width;
  // metres, x to the right and y up, about the arena's centre
  context.setTransform(scale, 0, 0, -scale, pixels / 2, rows / 2);
  const plan = new Plan(context, scale / density, getComputedStyle(canvas));
  plan.rectangle([-width / 2, -height / 2], width, height, "ground");
  const pose = between(lane, share);
  plan.circle(world.goal, world.description.goal_radius, "goal-area", "goal");
  if (world instanceof ColorMaze) drawMaze(plan, world, lane, pose, hidden);
  if (world instanceof LimitedView) drawField(plan, world, lane, pose, hidden);
  plan.line(
    [...lane.path.map(({ position }) => position).slice(0, -1), pose.position],
    "path",
    2.5,
  );
  drawRover(plan, lane, pose);
}

function between({ path, outcome }: Lane, share: number): Pose {
  const [now, before] = [path[path.length - 1], path[Math.max(path.length - 2, 0)]];
  const part = outcome === null ? share : 1;
  const mix = (from: number, to: number) => from + part * (to - from);
  return {
    position: [mix(before.position[0], now.position[0]), mix(before.position[1], now.position[1])],
    heading: mix(before.heading, now.heading),
  };
}

function drawMaze(plan: Plan, maze: ColorMaze, lane: Lane, pose: Pose, hidden: boolean): void {
  const size = maze.description.maze.cell_size;
  const [left, bottom] = maze.halfExtents.map((half) => -half);
  const gap = plan.pixels(1.5);
  maze.lava.forEach((row, up) =>
    row.forEach((lava, along) => {
      const [x, y] = [left + along * size + gap, bottom + up * size + gap];
      const side = size - 2 * gap;
      plan.rectangle([x, y], side, side, hidden && lava ? "lava" : "cell");
      // a cross, for those who do not see colours
      if (hidden && lava) {
        const [near, far] = [0.35 * side, 0.65 * side];
        plan.line([[x + near, y + near], [x + far, y + far]], "lava-mark");
        plan.line([[x + near, y + far], [x + far, y + near]], "lava-mark");
      }
    }),
  );
  if (lane.policy.sensorNames.includes("occupancy")) {
    for (const point of maze.gridPoints(pose.position)) {
      plan.circle(point, 0.035, maze.overMaze(point) ? "sensor" : null, "sensor");
    }
  }
}

function drawField(plan: Plan, field: LimitedView, lane: Lane, pose: Pose, hidden: boolean): void {
  const names = lane.policy.sensorNames.filter((name) => name in field.description.rays);
  for (const rays of names.map((name) => field.description.rays[name])) {
    field.cast(rays, pose.position, pose.heading).forEach((reach, index) => {
      const angle = pose.heading + rays.angles[index];
      const [x, y] = pose.position;
      plan.line([pose.position, [x + reach * Math.cos(angle), y + reach * Math.sin(angle)]], "sensor", 1.5);
    });
  }
  for (const post of field.posts) {
    const seen = names.some((name) => field.sees(post, field.description.rays[name]));
    if (seen) plan.circle(post, field.description.post_radius, "post", "post-edge");
    else if (hidden) plan.circle(post, field.description.post_radius, "post-unseen", "post-edge", true);
  }
}

function drawRover(plan: Plan, { world, outcome }: Lane, { position, heading }: Pose): void {
  const radius = world.description.robot_radius;
  const [x, y] = position;
  const failed = outcome !== null && outcome !== "success";
  plan.circle(position, radius, failed ? "failure" : "rover", "rover-edge");
  if (world instanceof LimitedView) {
    plan.line([position, [x + radius * Math.cos(heading), y + radius * Math.sin(heading)]], "rover-edge", 3);
  }
  const [across, up] = world.pushed;
  if (across !== 0 || up !== 0) plan.line([position, [x + across / 80, y + up / 80]], "push", 5);
}

/** Point of the world under a point of the canvas [CSS pixels]. */
export function pointAt(canvas: HTMLCanvasElement, lane: Lane, x: number, y: number): Point {
  const [width, height] = lane.world.description.arena;
  return [(x / canvas.clientWidth - 0.5) * width, (0.5 - y / canvas.clientHeight) * height];
}
