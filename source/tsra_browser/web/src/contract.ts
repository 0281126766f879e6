// Copyright (c) 2026, The TSRA Lab Developers.
// All rights reserved.
//
// SPDX-License-Identifier: BSD-3-Clause

/**
 * The contract that an exported policy carries, as tsra_deploy reads it. The page's builder has let tsra_deploy check
 * it; here is refused what this smaller runtime does not do, so that no setting is silently without effect.
 */

import { readMetadata } from "./metadata";

const FORMAT_VERSION = 4;
const PREFIX = "tsra.";

const ENTRIES = [
  "format_version",
  "task",
  "run",
  "timing",
  "inputs",
  "memory",
  "output",
  "actions",
  "clip_actions",
  "commands",
  "joints",
  "evaluation",
];

const TERM_SETTINGS = [
  "name",
  "group",
  "shape",
  "unit",
  "frame",
  "source",
  "joints",
  "noise_free",
  "clip",
  "scale",
  "delay_periods",
  "history_length",
  "history_order",
  "valid_range",
];

const ACTION_SETTINGS = ["name", "type", "kind", "targets", "scale", "offset", "clip"];

/** Low and high bound; null where it is open. */
export type Bounds = [number | null, number | null];

/** One term of the observation. */
export interface Term {
  name: string;
  group: string;
  shape: number[];
  source: "sensor" | "last_action";
  clip: Bounds | null;
  scale: number[];
  delay_periods: [number, number];
  history_length: number;
  history_order: "term" | "time";
  valid_range: { low: number[]; high: number[] };
}

/** The vector that the network takes, and its terms. */
export interface Input {
  name: string;
  shape: number[];
  terms: Term[];
}

/** One action term. */
export interface Action {
  targets: string[];
  scale: number[];
  offset: number[];
  clip: Bounds[] | null;
}

/** What a policy must be told, and tells. */
export interface Contract {
  task: string;
  run: { name: string; iteration: number };
  timing: { control_period_s: number; physics_dt_s: number; decimation: number };
  inputs: Input[];
  memory: { input: string; output: string; shape: [number, number] }[];
  actions: Action[];
  clip_actions: number | null;
}

/** A policy cannot be run here. */
export class ContractError extends Error {}

/**
 * Read the contract of a policy.
 *
 * @param file Content of an ONNX file that tsra_lab exported.
 * @throws ContractError If the file carries none, one of another version, or one that asks for what is not done here.
 */
export function readContract(file: Uint8Array): Contract {
  const entries: Record<string, unknown> = {};
  for (const [key, text] of readMetadata(file)) {
    if (key.startsWith(PREFIX)) entries[key.slice(PREFIX.length)] = JSON.parse(text);
  }
  if (entries.format_version !== FORMAT_VERSION) {
    throw new ContractError(`The contract's format version is ${entries.format_version}, not ${FORMAT_VERSION}.`);
  }
  refuseUnknown("The contract", entries, ENTRIES);
  const missing = ENTRIES.filter((name) => !(name in entries));
  if (missing.length > 0) throw new ContractError(`The contract lacks ${missing.join(", ")}.`);
  const contract = entries as unknown as Contract;
  const [input, ...others] = contract.inputs;
  if (others.length > 0 || input.shape.length !== 1) {
    const names = contract.inputs.filter((item) => item.shape.length > 1).map((item) => item.name);
    throw new ContractError(`The policy sees images (${names.join(", ")}), for which the page has no camera.`);
  }
  for (const term of input.terms) {
    refuseUnknown(`Observation '${term.name}'`, term, TERM_SETTINGS);
    if (term.source === "sensor" && term.delay_periods[1] > 0) {
      throw new ContractError(`Observation '${term.name}' is delayed, but the page's sensors are prompt.`);
    }
  }
  for (const action of contract.actions) refuseUnknown("An action", action, ACTION_SETTINGS);
  return contract;
}

function refuseUnknown(owner: string, item: object, known: string[]): void {
  const unknown = Object.keys(item).filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new ContractError(`${owner} has ${unknown.join(", ")}, which the page does not know.`);
}
