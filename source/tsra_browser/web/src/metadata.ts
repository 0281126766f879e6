// Copyright (c) 2026, The TSRA Lab Developers.
// All rights reserved.
//
// SPDX-License-Identifier: BSD-3-Clause

/** Metadata of an ONNX file. ONNX Runtime Web does not hand it out, so the file's protocol buffer is walked. */

const METADATA = 14; // field of a model
const KEY = 1;
const VALUE = 2;

const DAMAGED = "The file is damaged: no ONNX file.";

/**
 * Read the metadata.
 *
 * @param file Content of an ONNX file.
 * @returns Texts by key.
 * @throws Error If the file is none.
 */
export function readMetadata(file: Uint8Array): Map<string, string> {
  const metadata = new Map<string, string>();
  const decoder = new TextDecoder();
  for (const [number, bytes] of fields(file)) {
    if (number !== METADATA || bytes === null) continue;
    const entry = new Map([...fields(bytes)].map(([field, text]) => [field, decoder.decode(text ?? undefined)]));
    metadata.set(entry.get(KEY) ?? "", entry.get(VALUE) ?? "");
  }
  return metadata;
}

/** Number of each field of a message, and its bytes; null where it is a plain number. */
function* fields(message: Uint8Array): Generator<[number, Uint8Array | null]> {
  let place = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; shift < 10; shift++) {
      const byte = message[place++];
      if (byte === undefined) break;
      value += (byte & 0x7f) * 2 ** (7 * shift);
      if (byte < 0x80) return value;
    }
    throw new Error(DAMAGED);
  };
  while (place < message.length) {
    const key = varint();
    const [number, kind] = [Math.floor(key / 8), key % 8];
    if (kind === 0) {
      varint();
      yield [number, null];
      continue;
    }
    const lengths: Record<number, () => number> = { 1: () => 8, 2: varint, 5: () => 4 };
    if (number === 0 || !(kind in lengths)) throw new Error(DAMAGED);
    const end = lengths[kind]() + place;
    if (end > message.length) throw new Error(DAMAGED);
    yield [number, message.subarray(place, end)];
    place = end;
  }
}
