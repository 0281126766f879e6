// Copyright (c) 2026, The TSRA Lab Developers.
// All rights reserved.
//
// SPDX-License-Identifier: BSD-3-Clause

/** An exported policy: named observations in, targets in physical units out, as tsra_deploy.Policy does it. */

import * as ort from "onnxruntime-web/wasm";

import { type Bounds, type Contract, ContractError, readContract } from "./contract";
import { InputAssembler, type Readings } from "./observations";

// one thread is fastest for small networks, and more would ask for headers that static hosts do not send
ort.env.wasm.numThreads = 1;
ort.env.logLevel = "error";
ort.env.wasm.wasmPaths = { wasm: new URL("ort-wasm-simd-threaded.wasm", document.baseURI).href };

const { fround } = Math;

/** A policy and what it remembers of an episode. */
export class Policy {
  /** What the targets are, in order. */
  readonly targetNames: string[];

  /** Terms that {@link act} needs. */
  readonly sensorNames: string[];

  /** Network's input and answer in the last call of {@link act}. */
  lastInput: Float32Array = new Float32Array();
  lastActions: Float32Array = new Float32Array();

  private readonly assembler: InputAssembler;
  private readonly lastActionNames: string[];
  private readonly scale: number[];
  private readonly offset: number[];
  private readonly clip: Bounds[];
  private states: Record<string, ort.Tensor> = {};
  private lastAction: ArrayLike<number> = [];

  private constructor(
    private readonly session: ort.InferenceSession,
    /** The contract. */
    readonly contract: Contract,
  ) {
    const { actions, inputs } = contract;
    this.targetNames = actions.flatMap((action) => action.targets);
    this.scale = actions.flatMap((action) => action.scale);
    this.offset = actions.flatMap((action) => action.offset);
    this.clip = actions.flatMap((action) => action.clip ?? action.targets.map((): Bounds => [null, null]));
    const named = (source: string) =>
      inputs[0].terms.filter((term) => term.source === source).map((term) => term.name);
    this.sensorNames = named("sensor");
    this.lastActionNames = named("last_action");
    this.assembler = new InputAssembler(inputs[0]);
    this.reset();
  }

  /**
   * Load a policy.
   *
   * @param file Content of an ONNX file.
   * @throws ContractError If it is no policy that can be run here.
   */
  static async load(file: Uint8Array): Promise<Policy> {
    const contract = readContract(file);
    const session = await ort.InferenceSession.create(file, {
      executionProviders: ["wasm"],
      logSeverityLevel: 4, // what goes wrong is thrown, not printed
    });
    const expected = [contract.inputs[0].name, ...contract.memory.map((item) => item.input)];
    if (session.inputNames.join() !== expected.join()) {
      throw new ContractError(`The graph has ${session.inputNames}, the contract ${expected}.`);
    }
    return new Policy(session, contract);
  }

  /** Terms whose last observation lay beyond what the policy saw in training. */
  get outOfRange(): string[] {
    return this.assembler.outOfRange;
  }

  /** Forget the past: an episode begins. */
  reset(): void {
    this.assembler.reset();
    this.lastAction = this.targetNames.map(() => 0);
    for (const { input, shape } of this.contract.memory) {
      const [layers, features] = shape;
      this.states[input] = new ort.Tensor("float32", new Float32Array(layers * features), [layers, 1, features]);
    }
  }

  /**
   * Compute targets from what the sensors read.
   *
   * @param readings Values of each of {@link sensorNames}, before scale and clip.
   * @returns Targets of {@link targetNames} in physical units.
   * @throws Error If a reading is malformed, or an action not finite.
   */
  async act(readings: Readings): Promise<Float32Array> {
    const fed = Object.fromEntries(this.lastActionNames.map((name) => [name, this.lastAction]));
    const input = this.assembler.assemble({ ...readings, ...fed });
    const name = this.contract.inputs[0].name;
    const answers = await this.session.run({
      [name]: new ort.Tensor("float32", input, [1, input.length]),
      ...this.states,
    });
    for (const item of this.contract.memory) this.states[item.input] = answers[item.output] as ort.Tensor;
    const actions = answers.actions.data as Float32Array;
    if (actions.length !== this.scale.length || !actions.every(Number.isFinite)) {
      throw new Error("The network gave an action that is not finite, or not one number for each target.");
    }
    [this.lastInput, this.lastActions] = [input, actions.slice()];
    const limit = this.contract.clip_actions ?? Infinity;
    this.lastAction = actions.map((action) => Math.min(Math.max(action, -fround(limit)), fround(limit)));
    return Float32Array.from(this.lastAction, (action, index) => {
      const target = fround(fround(action * fround(this.scale[index])) + fround(this.offset[index]));
      const [low, high] = this.clip[index];
      return Math.min(Math.max(target, fround(low ?? -Infinity)), fround(high ?? Infinity));
    });
  }
}
