// SPDX-License-Identifier: GPL-3.0-or-later
//
// As much of WebAssembly's binary format as the hash of the anchor tree needs: functions over i32 and i64 that call each
// other, and one memory. https://webassembly.github.io/spec/core/binary/
export type Code = readonly number[];

const I32 = 0x7f;
const I64 = 0x7e;
const NOTHING = 0x40;

/** Unsigned LEB128. */
function unsigned(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  do {
    bytes.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
    rest >>>= 7;
  } while (rest !== 0);
  return bytes;
}

/** Signed LEB128. */
function signed(value: bigint): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (;;) {
    const byte = Number(rest & 0x7fn);
    rest >>= 7n;
    if ((rest === 0n && byte < 0x40) || (rest === -1n && byte >= 0x40)) return [...bytes, byte];
    bytes.push(byte | 0x80);
  }
}

const vector = (items: readonly Code[]): number[] => [...unsigned(items.length), ...items.flat()];
const sized = (bytes: Code): number[] => [...unsigned(bytes.length), ...bytes];
const section = (id: number, body: Code): number[] => [id, ...sized(body)];
const name = (text: string): number[] => sized([...new TextEncoder().encode(text)]);

/** One after the other; a spread of long code would overflow the stack. */
export function join(...parts: readonly Code[]): Code {
  return parts.flat();
}

export const get = (local: number): Code => [0x20, ...unsigned(local)];
export const set = (local: number): Code => [0x21, ...unsigned(local)];
/** Sets it, and leaves it on the stack. */
export const tee = (local: number): Code => [0x22, ...unsigned(local)];
export const i32 = (value: number): Code => [0x41, ...signed(BigInt(value))];
export const i64 = (value: bigint): Code => [0x42, ...signed(BigInt.asIntN(64, value))];
/** Of 64 bits, at the address on the stack and `offset` bytes on. */
export const load = (offset: number): Code => [0x29, 3, ...unsigned(offset)];
export const store = (offset: number): Code => [0x37, 3, ...unsigned(offset)];
export const call = (index: number): Code => [0x10, ...unsigned(index)];
export const repeat = (body: Code): Code => [0x03, NOTHING, ...body, 0x0b];
/** Back to the start of the innermost `repeat` while the i32 on the stack is not 0. */
export const againIf: Code = [0x0d, 0];
export const add: Code = [0x7c];
export const sub: Code = [0x7d];
export const mul: Code = [0x7e];
export const and: Code = [0x83];
export const or: Code = [0x84];
export const shl: Code = [0x86];
/** The sign is kept. */
export const shrSigned: Code = [0x87];
export const shr: Code = [0x88];
export const addI32: Code = [0x6a];
export const subI32: Code = [0x6b];

/** A function without a result: parameters are i32, further locals i64. */
export type Func = { readonly params: number; readonly locals: number; readonly body: Code };

/**
 * A module that imports its memory as `env.memory`.
 * @param exported the index of each exported function by name
 */
export function moduleOf(
  funcs: readonly Func[],
  exported: Readonly<Record<string, number>>,
): Uint8Array<ArrayBuffer> {
  const types = funcs.map(({ params }) => [0x60, ...vector(Array(params).fill([I32])), 0]);
  const bodies = funcs.map(({ locals, body }) =>
    sized([...(locals === 0 ? [0] : [1, ...unsigned(locals), I64]), ...body, 0x0b]),
  );
  return new Uint8Array([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, vector(types)),
    ...section(2, vector([[...name("env"), ...name("memory"), 2, 0, 1]])),
    ...section(3, vector(funcs.map((_, i) => unsigned(i)))),
    ...section(7, vector(Object.entries(exported).map(([key, i]) => [...name(key), 0, ...unsigned(i)]))),
    ...section(10, vector(bodies)),
  ]);
}
