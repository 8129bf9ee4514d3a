// SPDX-License-Identifier: GPL-3.0-or-later
import { parentPort, workerData } from "node:worker_threads";
import type { WasmFunctions } from "../vendor.ts";
import {
  type GroupName,
  POINT_BYTES,
  type PointJob,
  type PointReply,
  type PointWorkerData,
  type TableLayout,
} from "./pointJobs.ts";

// Multiplies generators by many scalars. All points of a batch walk through the windows together, so that each
// window needs one field inversion for the whole batch: an affine addition then costs about 6 multiplications
// instead of the 11 of a mixed Jacobian one.

/** Points per batch: large enough to hide the inversion, small enough to stay in the second-level cache. */
const BATCH = 1024;

const { curve, tables } = workerData as PointWorkerData;
const memory = new WebAssembly.Memory({ initial: curve.pages });
const { instance } = await WebAssembly.instantiate(curve.code as BufferSource, { env: { memory } });
const wasm = instance.exports as WasmFunctions;
let bytes = new Uint8Array(memory.buffer);

/** Takes memory from the end of what the module uses; `reserve` it first. */
function allocate(size: number): number {
  const end = new Uint32Array(memory.buffer, 0, 1);
  const pointer = (end[0]! + 7) & ~7;
  end[0] = pointer + size;
  return pointer;
}

/**
 * What the module's own functions take behind our last allocation and give back: most of it for the inversion of a batch or
 * of a table's half. Both groups use the same space, so it is as large as the greater of their needs.
 */
const SCRATCH =
  65_536 + Math.max(...tables.map(({ group, bits }) => (most(bits) + 1) * (POINT_BYTES[group] / 2)));

/** Most points that are worked on at a time. */
function most(bits: number): number {
  return Math.max(BATCH, 2 ** (bits - 1));
}

/** Makes room for allocations of this size, and for the scratch space behind them. */
function reserve(size: number): void {
  const used = new Uint32Array(memory.buffer, 0, 1)[0]!;
  const missing = used + size + SCRATCH - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / 65536));
  bytes = new Uint8Array(memory.buffer);
}

class Group {
  readonly layout: TableLayout;
  readonly size: number;
  /** Bytes per coordinate. */
  readonly half: number;
  private readonly sub: (...args: number[]) => number;
  private readonly mul: (...args: number[]) => number;
  private readonly square: (...args: number[]) => number;
  private readonly negate: (...args: number[]) => number;
  private readonly copy: (...args: number[]) => number;
  private readonly isZero: (...args: number[]) => number;
  private readonly batchInvert: (...args: number[]) => number;
  private readonly accumulator: number;
  private readonly differences: number;
  private readonly inverses: number;
  private readonly slope: number;
  private readonly temporary: number;
  private table: number | undefined;
  private readonly generator: number;
  private readonly jacobian: number;

  constructor(layout: TableLayout) {
    this.layout = layout;
    const group: GroupName = layout.group;
    this.size = POINT_BYTES[group];
    this.half = this.size / 2;
    const field = group === "G1" ? "f1m" : "f2m";
    const pick = (name: string) => {
      const found = wasm[`${field}_${name}`];
      if (found === undefined) throw new Error(`ffjavascript has no ${field}_${name}`);
      return found;
    };
    this.sub = pick("sub");
    this.mul = pick("mul");
    this.square = pick("square");
    this.negate = pick("neg");
    this.copy = pick("copy");
    this.isZero = pick("isZero");
    this.batchInvert = pick("batchInverse");
    const points = most(layout.bits);
    reserve(points * (this.size + 2 * this.half) + 9 * this.half);
    this.accumulator = allocate(points * this.size);
    this.differences = allocate(points * this.half);
    this.inverses = allocate(points * this.half);
    this.slope = allocate(this.half);
    this.temporary = allocate(this.half * 2);
    this.generator = allocate(this.half * 3);
    this.jacobian = allocate(this.half * 3);
    bytes.set(curve.generators[group], this.generator);
  }

  /**
   * target += other for affine points with different x, given 1 / (x_other - x_target).
   * `negative` subtracts instead.
   */
  private finishAddition(target: number, other: number, inverse: number, negative: boolean): void {
    const { half, slope, temporary } = this;
    let y = other + half;
    if (negative) {
      this.negate(y, temporary);
      y = temporary;
    }
    this.sub(y, target + half, temporary + half);
    this.mul(temporary + half, inverse, slope);
    this.square(slope, temporary);
    this.sub(temporary, target, temporary);
    this.sub(temporary, other, temporary); // x of the sum
    this.sub(target, temporary, temporary + half);
    this.copy(temporary, target);
    this.mul(temporary + half, slope, temporary);
    this.sub(temporary, target + half, target + half);
  }

  /** Multiples 1 … 2^(bits-1) of 2^(bits·window)·G, by doubling the list: k·B + (1 … k)·B. */
  buildTable(window: number): void {
    const { size, half, layout, accumulator, differences, inverses, jacobian } = this;
    const prefix = layout.group === "G1" ? "g1m" : "g2m";
    const call = (name: string, ...args: number[]) => wasm[`${prefix}_${name}`]!(...args);
    call("copy", this.generator, jacobian);
    for (let i = 0; i < window * layout.bits; i++) call("double", jacobian, jacobian);
    call("toAffine", jacobian, accumulator);
    const count = 2 ** (layout.bits - 1);
    for (let k = 1; k < count; k *= 2) {
      const last = accumulator + (k - 1) * size;
      // The sums k + 1 … 2k - 1 are additions of different points; 2k is a doubling.
      for (let i = 0; i < k - 1; i++) this.sub(last, accumulator + i * size, differences + i * half);
      if (k > 1) this.batchInvert(differences, half, k - 1, inverses, half);
      for (let i = 0; i < k - 1; i++) {
        const target = accumulator + (k + i) * size;
        this.copy(accumulator + i * size, target);
        this.copy(accumulator + i * size + half, target + half);
        this.finishAddition(target, last, inverses + i * half, false);
      }
      call("doubleAffine", last, jacobian);
      call("toAffine", jacobian, accumulator + (2 * k - 1) * size);
    }
    new Uint8Array(layout.shared).set(
      bytes.subarray(accumulator, accumulator + count * size),
      window * count * size,
    );
  }

  /** Copies the shared tables into the module's memory, once. */
  private loadTable(): number {
    if (this.table === undefined) {
      const { shared } = this.layout;
      reserve(shared.byteLength);
      this.table = allocate(shared.byteLength);
      bytes.set(new Uint8Array(shared), this.table);
    }
    return this.table;
  }

  multiply(scalars: SharedArrayBuffer, points: SharedArrayBuffer, from: number, to: number): void {
    for (let at = from; at < to; at += BATCH)
      this.multiplyBatch(scalars, points, at, Math.min(to, at + BATCH));
  }

  private multiplyBatch(
    scalars: SharedArrayBuffer,
    points: SharedArrayBuffer,
    from: number,
    to: number,
  ): void {
    const { size, half, accumulator, differences, inverses } = this;
    const { bits, windows } = this.layout;
    const table = this.loadTable();
    const n = to - from;
    const perWindow = 2 ** (bits - 1);
    const digits = signedDigits(new Uint32Array(scalars, from * 32, n * 8), n, bits, windows);
    const started = new Uint8Array(n);
    const pending = new Uint32Array(n);
    for (let window = 0; window < windows; window++) {
      const windowTable = table + window * perWindow * size;
      let count = 0;
      for (let i = 0; i < n; i++) {
        const digit = digits[i * windows + window]!;
        if (digit === 0) continue;
        const target = accumulator + i * size;
        const other = windowTable + (Math.abs(digit) - 1) * size;
        if (started[i] === 0) {
          started[i] = 1;
          this.copy(other, target);
          if (digit > 0) this.copy(other + half, target + half);
          else this.negate(other + half, target + half);
          continue;
        }
        const difference = differences + count * half;
        this.sub(other, target, difference);
        // Needs a scalar within 2^bits of a multiple of r: never for hashed scalars, but not worth a wrong key.
        if (this.isZero(difference)) throw new Error(`point ${from + i} meets itself in window ${window}`);
        pending[count++] = i;
      }
      if (count === 0) continue;
      this.batchInvert(differences, half, count, inverses, half);
      for (let j = 0; j < count; j++) {
        const i = pending[j]!;
        const digit = digits[i * windows + window]!;
        const other = windowTable + (Math.abs(digit) - 1) * size;
        this.finishAddition(accumulator + i * size, other, inverses + j * half, digit < 0);
      }
    }
    // Points never started belong to scalar 0: all zero bytes, which is how infinity is written.
    for (let i = 0; i < n; i++)
      if (started[i] === 0) bytes.fill(0, accumulator + i * size, accumulator + (i + 1) * size);
    new Uint8Array(points).set(bytes.subarray(accumulator, accumulator + n * size), from * size);
  }
}

/** Digits d_j with Σ d_j·2^(bits·j) = scalar and -2^(bits-1) < d_j ≤ 2^(bits-1). */
function signedDigits(words: Uint32Array, n: number, bits: number, windows: number): Int32Array {
  const digits = new Int32Array(n * windows);
  const half = 2 ** (bits - 1);
  for (let i = 0; i < n; i++) {
    let carry = 0;
    for (let j = 0; j < windows; j++) {
      const bit = j * bits;
      const word = bit >>> 5;
      const shift = bit & 31;
      let digit = word < 8 ? words[i * 8 + word]! >>> shift : 0;
      if (shift + bits > 32 && word < 7) digit |= words[i * 8 + word + 1]! << (32 - shift);
      digit = (digit & (2 ** bits - 1)) + carry;
      carry = 0;
      if (digit > half) {
        digit -= 2 * half;
        carry = 1;
      }
      digits[i * windows + j] = digit;
    }
    if (carry !== 0) throw new Error("scalar out of range");
  }
  return digits;
}

const groups = new Map<GroupName, Group>();
for (const layout of tables) groups.set(layout.group, new Group(layout));

parentPort!.on("message", (job: PointJob) => {
  let reply: PointReply = null;
  try {
    const group = groups.get(job.group);
    if (group === undefined) throw new Error(`no table for ${job.group}`);
    if (job.kind === "table") group.buildTable(job.window);
    else group.multiply(job.scalars, job.points, job.from, job.to);
  } catch (error) {
    reply = error instanceof Error ? error.message : String(error);
  }
  parentPort!.postMessage(reply);
});
