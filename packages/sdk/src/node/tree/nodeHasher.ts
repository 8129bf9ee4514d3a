// SPDX-License-Identifier: GPL-3.0-or-later
import { FIELD } from "../../field.ts";
import { limbsOf, powerFunc, R, rowFunc, VALUE } from "./montgomery.ts";
import { openFunc, packFunc } from "./packing.ts";
import { type Row, recurrence } from "./recurrence.ts";
import {
  addI32,
  againIf,
  type Code,
  call,
  type Func,
  get,
  i32,
  join,
  moduleOf,
  repeat,
  set,
  subI32,
  tee,
} from "./wasm.ts";

/** Bytes of a node, little endian. */
export const NODE = 32;

/** Rows by their number of coefficients; one function for each. */
const LENGTHS = [1, 2, 3, 4, 5, 7];
const OPEN = LENGTHS.length;
const [PACK, POWER, ONE, MANY] = [OPEN + 1, OPEN + 2, OPEN + 3, OPEN + 4];

/** Memory: values that each node is made of, then constants, then nodes that go in and come out. */
const CONSTANTS = 16_384;
const FROM = 65_536;
/** Nodes that one call makes at most. */
const BATCH = 512;
const TO = FROM + 2 * BATCH * NODE;
const PAGES = 2;

/** Values by number: S-boxes' inputs and outputs, and behind those y[0], x[0], y[1], x[1] and so on. */
const INPUTS = 0;
const OUTPUTS = 3;
const HISTORY = 6;

/** Code of one node, of pointers (left, right, out), and the constants that it reads. */
function program(): { code: Code; constants: readonly bigint[] } {
  const constants: bigint[] = [];
  const known = new Map<string, number>();
  const constant = (values: readonly bigint[]): number => {
    const key = values.join();
    const at = known.get(key) ?? CONSTANTS + VALUE * constants.length;
    if (!known.has(key)) constants.push(...values);
    known.set(key, at);
    return at;
  };
  const code: Code[] = [];
  const row = (each: Row, values: number, out: number, scale = R): void => {
    const coefficients = constant(each.coefficients.map((value) => (value * scale) % FIELD));
    // Twice, since a sum is divided by R.
    const added = constant([(each.constant * R * R) % FIELD]);
    const length = LENGTHS.indexOf(each.coefficients.length);
    code.push(i32(coefficients), i32(VALUE * values), i32(added), i32(VALUE * out), call(length));
  };
  const power = (value: number, out: number): void => {
    code.push(i32(VALUE * value), i32(VALUE * out), call(POWER));
  };
  const rounds = (each: readonly (readonly Row[])[]): void => {
    for (const round of each) {
      round.forEach((one, i) => {
        row(one, OUTPUTS + 3 - one.coefficients.length, INPUTS + i);
      });
      round.forEach((_, i) => {
        power(INPUTS + i, OUTPUTS + i);
      });
    }
  };

  const { first, before, entry, steps, exit, after, last } = recurrence();
  first.forEach((constant, i) => {
    code.push(get(i), i32(VALUE * INPUTS), call(OPEN));
    row({ coefficients: [R % FIELD], constant }, INPUTS, INPUTS + 1);
    power(INPUTS + 1, OUTPUTS + 1 + i);
  });
  rounds(before);
  let y = HISTORY;
  for (const each of entry) {
    row(each, OUTPUTS, y);
    power(y, y + 1);
    y += 2;
  }
  for (const each of steps) {
    row(each, y - 5, y);
    if (each !== steps.at(-1)) power(y, y + 1);
    y += 2;
  }
  y -= 2;
  power(y, OUTPUTS);
  exit.forEach((each, i) => {
    row(each, y - 3, INPUTS + i);
    power(INPUTS + i, OUTPUTS + 1 + i);
  });
  rounds(after);
  // Out of the Montgomery form.
  row(last, OUTPUTS, INPUTS, 1n);
  code.push(i32(VALUE * INPUTS), get(2), call(PACK));
  return { code: join(...code), constants };
}

/** Of pointers (from, to) and a count above 0: each two nodes side by side to one. */
const MANY_FUNC: Func = {
  params: 3,
  locals: 0,
  body: repeat(
    join(
      ...[get(0), get(0), i32(NODE), addI32, get(1), call(ONE)],
      ...[get(0), i32(2 * NODE), addI32, set(0)],
      ...[get(1), i32(NODE), addI32, set(1)],
      ...[get(2), i32(1), subI32, tee(2), againIf],
    ),
  ),
};

/** What a hasher is made of; it can be sent to other threads. */
export type HasherParts = { readonly module: WebAssembly.Module; readonly constants: BigUint64Array };

let parts: HasherParts | undefined;

/** Made once, in some 50 ms. */
export function hasherParts(): HasherParts {
  if (parts === undefined) {
    const { code, constants } = program();
    const one: Func = { params: 3, locals: 0, body: code };
    const functions = [...LENGTHS.map(rowFunc), openFunc(), packFunc(), powerFunc(), one, MANY_FUNC];
    parts = {
      module: new WebAssembly.Module(moduleOf(functions, { many: MANY })),
      constants: BigUint64Array.from(constants.flatMap(limbsOf)),
    };
  }
  return parts;
}

/** `to[i] = P2(from[2 i], from[2 i + 1])`, for as many nodes as `to` has. Field elements of 32 bytes, little endian. */
export type HashPairs = (from: Uint8Array, to: Uint8Array) => void;

export function nodeHasher({ module, constants }: HasherParts): HashPairs {
  const memory = new WebAssembly.Memory({ initial: PAGES });
  const bytes = new Uint8Array(memory.buffer);
  const view = new DataView(memory.buffer);
  constants.forEach((limb, i) => {
    view.setBigUint64(CONSTANTS + 8 * i, limb, true);
  });
  const { many } = new WebAssembly.Instance(module, { env: { memory } }).exports as {
    many: (from: number, to: number, count: number) => void;
  };
  return (from, to) => {
    const count = to.length / NODE;
    for (let at = 0; at < count; at += BATCH) {
      const size = Math.min(BATCH, count - at);
      bytes.set(from.subarray(2 * NODE * at, 2 * NODE * (at + size)), FROM);
      many(FROM, TO, size);
      to.set(bytes.subarray(TO, TO + NODE * size), NODE * at);
    }
  };
}

let own: HashPairs | undefined;

/** This thread's hasher. */
export function ownHasher(): HashPairs {
  own ??= nodeHasher(hasherParts());
  return own;
}
