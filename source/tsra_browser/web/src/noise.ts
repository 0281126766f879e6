// Copyright (c) 2026, The TSRA Lab Developers.
// All rights reserved.
//
// SPDX-License-Identifier: BSD-3-Clause

/** Normal noise of sensors, as the task's configuration tells it, from a seed: an episode can be repeated. */

import type { Readings } from "./observations";

/** Mean and standard deviation of a term's noise, in its units. */
export interface Noise {
  mean: number;
  std: number;
}

/** Corrupts readings before clip and scale. */
export class SensorNoise {
  private state = 0;

  constructor(private readonly terms: Record<string, Noise>) {}

  /** Begin a sequence of random numbers anew. */
  seed(seed: number): void {
    this.state = seed >>> 0;
  }

  /** Readings with noise. */
  corrupt(readings: Readings): Readings {
    const noisy = { ...readings };
    for (const [name, { mean, std }] of Object.entries(this.terms)) {
      noisy[name] = Array.from(readings[name], (value) => value + mean + std * this.normal());
    }
    return noisy;
  }

  /** Uniform in (0, 1): a 32-bit counter whose bits are mixed. */
  private uniform(): number {
    this.state = (this.state + 0x9e3779b9) >>> 0;
    let bits = this.state;
    bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
    bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
    return ((bits ^ (bits >>> 16)) >>> 0) / 2 ** 32 + 2 ** -33;
  }

  private normal(): number {
    return Math.sqrt(-2 * Math.log(this.uniform())) * Math.cos(2 * Math.PI * this.uniform());
  }
}
