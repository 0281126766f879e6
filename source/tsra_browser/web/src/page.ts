// Copyright (c) 2026, The TSRA Lab Developers.
// All rights reserved.
//
// SPDX-License-Identifier: BSD-3-Clause

/** The page's data: what tsra_browser/page.py wrote beside it. */

import loadMujoco, { type MainModule, type MjModel } from "@mujoco/mujoco";

import { ColorMaze, type MazeDescription } from "./color_maze";
import { type FieldDescription, LimitedView } from "./limited_view";
import type { Noise } from "./noise";
import { Policy } from "./policy";
import type { State, World, WorldDescription } from "./world";

const FORMAT_VERSION = 1;

/** One policy of a task. */
export interface PolicyEntry {
  name: string;
  file: string;
  noise: Record<string, Noise>;
}

/** One task. */
export interface TaskEntry {
  task: string;
  model: string;
  control_period_s: number;
  world: WorldDescription;
  initial_states: State[];
  policies: PolicyEntry[];
}

/** What `page.json` holds. */
export interface PageData {
  format_version: number;
  mujoco: string;
  tasks: TaskEntry[];
}

/** Worlds by task. */
const WORLDS: Record<string, (mujoco: MainModule, model: MjModel, description: WorldDescription) => World> = {
  "TSRA-ColorMaze-Rover": (mujoco, model, description) =>
    new ColorMaze(mujoco, model, description as MazeDescription),
  "TSRA-LimitedView-Rover": (mujoco, model, description) =>
    new LimitedView(mujoco, model, description as FieldDescription),
};

/** Loads what the page shows. */
export class Page {
  private readonly models = new Map<string, MjModel>();

  private constructor(
    /** What there is. */
    readonly data: PageData,
    private readonly mujoco: MainModule,
  ) {}

  /** Load the page's data and MuJoCo. */
  static async load(): Promise<Page> {
    const data = JSON.parse(new TextDecoder().decode(await fetchBytes("page.json"))) as PageData;
    if (data.format_version !== FORMAT_VERSION) {
      throw new Error(`page.json has format version ${data.format_version}, not ${FORMAT_VERSION}.`);
    }
    const mujoco = await loadMujoco({ locateFile: (name: string) => resolve(name).href });
    const version = mujoco.mj_versionString();
    if (version !== data.mujoco) {
      throw new Error(`The models are of MuJoCo ${data.mujoco}; this page runs ${version}. Build it again.`);
    }
    return new Page(data, mujoco);
  }

  /** Load a policy. */
  async policy(entry: PolicyEntry): Promise<Policy> {
    return Policy.load(await fetchBytes(entry.file));
  }

  /** Make a world. */
  async world(entry: TaskEntry): Promise<World> {
    const make = WORLDS[entry.task];
    if (make === undefined) throw new Error(`The page has no world for ${entry.task}.`);
    let model = this.models.get(entry.task);
    if (model === undefined) {
      const path = `/${entry.task}.mjb`;
      this.mujoco.FS.writeFile(path, await fetchBytes(entry.model));
      model = this.mujoco.MjModel.from_binary_path(path, new this.mujoco.MjVFS());
      this.models.set(entry.task, model);
    }
    return make(this.mujoco, model, entry.world);
  }
}

function resolve(name: string): URL {
  return new URL(name, document.baseURI);
}

async function fetchBytes(name: string): Promise<Uint8Array> {
  const response = await fetch(resolve(name));
  if (!response.ok) throw new Error(`'${name}' is missing beside the page (${response.status}).`);
  return new Uint8Array(await response.arrayBuffer());
}
