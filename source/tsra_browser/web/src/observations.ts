// Copyright (c) 2026, The TSRA Lab Developers.
// All rights reserved.
//
// SPDX-License-Identifier: BSD-3-Clause

/** Assembly of the network's input: clip, scale, delay of the last action, history and order as in training. */

import type { Input, Term } from "./contract";

/** Readings of sensors by the term's name, in the units of training. */
export type Readings = Record<string, ArrayLike<number>>;

/** Share of a valid range's width that an observation may lie beyond it, as in tsra_deploy. */
const RANGE_MARGIN = 0.5;

/** Where an element of the input comes from: its place in a sample, and how old that sample is [control periods]. */
interface Source {
  place: number;
  age: number;
}

/**
 * Where each element of an input comes from. A sample is the elements of all terms, one term after the other; histories
 * go from oldest to newest, term by term, or sample by sample for a group whose history is by time.
 */
export function layoutOf(terms: Term[]): Source[] {
  const widths = terms.map((term) => term.scale.length);
  const begins = widths.map((_, index) => widths.slice(0, index).reduce((sum, width) => sum + width, 0));
  const layout: Source[] = [];
  for (let index = 0; index < terms.length; ) {
    let after = index + 1;
    if (terms[index].history_order === "time") {
      while (after < terms.length && terms[after].group === terms[index].group) after++;
    }
    const end = begins[after - 1] + widths[after - 1];
    for (let age = Math.max(terms[index].history_length, 1) - 1; age >= 0; age--) {
      for (let place = begins[index]; place < end; place++) layout.push({ place, age });
    }
    index = after;
  }
  return layout;
}

/** Fills the network's input. */
export class InputAssembler {
  /** Terms whose last sample lay beyond what training showed. */
  outOfRange: string[] = [];

  private readonly layout: Source[];
  private readonly depth: number;
  private past: Float32Array[] = [];

  constructor(private readonly input: Input) {
    const lags = input.terms.flatMap((term) =>
      term.scale.map(() => (term.source === "last_action" ? term.delay_periods[0] : 0)),
    );
    this.layout = layoutOf(input.terms).map(({ place, age }) => ({ place, age: age + lags[place] }));
    this.depth = Math.max(...this.layout.map(({ age }) => age)) + 1;
    if (this.layout.length !== input.shape[0]) {
      throw new Error(`The terms of '${input.name}' have ${this.layout.length} elements, not ${input.shape[0]}.`);
    }
  }

  /** Forget earlier samples. */
  reset(): void {
    this.past = [];
  }

  /**
   * Form the input from readings.
   *
   * @param readings Values of every term, the last action included.
   * @returns The network's input. The first sample of an episode stands for those before.
   * @throws Error If a reading is missing, of another length, or not finite.
   */
  assemble(readings: Readings): Float32Array {
    const sample = this.sample(readings);
    if (this.past.length === 0) this.past = Array(this.depth).fill(sample);
    this.past = [sample, ...this.past.slice(0, -1)];
    return Float32Array.from(this.layout, ({ place, age }) => this.past[age][place]);
  }

  private sample(readings: Readings): Float32Array {
    this.outOfRange = [];
    const sample: number[] = [];
    for (const { name, scale, clip, valid_range: valid } of this.input.terms) {
      const values = readings[name];
      if (values === undefined || values.length !== scale.length) {
        throw new Error(`Observation '${name}' has ${values?.length ?? "no"} elements, not ${scale.length}.`);
      }
      const [low, high] = [clip?.[0] ?? -Infinity, clip?.[1] ?? Infinity];
      const prepared = Float32Array.from(values, (value, index) => {
        const clipped = Math.min(Math.max(Math.fround(value), Math.fround(low)), Math.fround(high));
        return clipped * Math.fround(scale[index]);
      });
      if (!prepared.every(Number.isFinite)) throw new Error(`Observation '${name}' is not finite.`);
      const beyond = prepared.some((value, index) => {
        const slack = RANGE_MARGIN * (valid.high[index] - valid.low[index]);
        return value < Math.fround(valid.low[index] - slack) || value > Math.fround(valid.high[index] + slack);
      });
      if (beyond) this.outOfRange.push(name);
      sample.push(...prepared);
    }
    return Float32Array.from(sample);
  }
}
