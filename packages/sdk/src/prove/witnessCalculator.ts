// SPDX-License-Identifier: GPL-3.0-or-later
import { FIELD } from "../field.ts";
import type { CircuitInput, CircuitValue } from "../witness/witness.ts";

/** What circom 2 exports from a circuit's WebAssembly; the program that circom writes next to it uses the same. */
type Circuit = {
  memory: WebAssembly.Memory;
  init(checks: number): void;
  getFieldNumLen32(): number;
  getSharedRWMemoryStart(): number;
  getInputSignalSize(high: number, low: number): number;
  setInputSignal(high: number, low: number, at: number): void;
  getInputSize(): number;
  getWitnessSize(): number;
  getWitness(at: number): void;
  getRawPrime(): void;
  getMessageChar(): number;
};

/** circom's exceptions by number. */
const REASONS = [
  "unknown error",
  "signal not found",
  "too many signals set",
  "signal already set",
  "assert failed",
  "not enough memory",
  "input signal array access exceeds the size",
];

/**
 * The witness of a circuit, as the bytes of a `.wtns` file. snarkjs does the same, but compiles the circuit and reserves
 * 2 GB of addresses for every proof; here a compiled circuit serves many, each in an instance of its own, so that no
 * proof meets what another left in memory.
 *
 * @throws Error naming a signal, or a template and its line; never a value
 */
export async function calculateWitness(
  module: WebAssembly.Module,
  input: CircuitInput,
): Promise<Uint8Array<ArrayBuffer>> {
  let circuit: Circuit | undefined;
  let trace = "";
  const message = (): string => {
    let text = "";
    for (let code = circuit?.getMessageChar() ?? 0; code !== 0; code = circuit?.getMessageChar() ?? 0) {
      text += String.fromCharCode(code);
    }
    return text;
  };
  const instance = await WebAssembly.instantiate(module, {
    runtime: {
      exceptionHandler: (code: number) => {
        throw new Error(`${REASONS[code] ?? REASONS[0]}. ${trace}`.trim());
      },
      printErrorMessage: () => {
        trace += `${message()}\n`;
      },
      // What a circuit prints with log() may be a value, so it is read and dropped.
      writeBufferMessage: () => void message(),
      showSharedRWMemory: () => {},
    },
  });
  circuit = instance.exports as unknown as Circuit;
  circuit.init(0);
  const words = circuit.getFieldNumLen32();
  const shared = new Uint32Array(circuit.memory.buffer, circuit.getSharedRWMemoryStart(), words);
  setInputs(circuit, shared, input);
  return wtnsFile(circuit, shared);
}

function setInputs(circuit: Circuit, shared: Uint32Array, input: CircuitInput): void {
  let given = 0;
  for (const [name, value] of Object.entries(input)) {
    const [high, low] = signalHash(name);
    const values: bigint[] = [];
    flatten(value, values);
    const wanted = circuit.getInputSignalSize(high, low);
    if (wanted < 1) throw new Error(`The circuit has no input ${name}.`);
    if (values.length !== wanted)
      throw new Error(`Input ${name} takes ${wanted} values, given are ${values.length}.`);
    values.forEach((each, at) => {
      let rest = ((each % FIELD) + FIELD) % FIELD;
      for (let word = 0; word < shared.length; word++) {
        shared[word] = Number(rest & 0xffffffffn);
        rest >>= 32n;
      }
      circuit.setInputSignal(high, low, at);
    });
    given += values.length;
  }
  const wanted = circuit.getInputSize();
  if (given < wanted) throw new Error(`The circuit takes ${wanted} values, given are ${given}.`);
}

/** The file's format: magic, version 2, section 1 with the prime and the count, section 2 with the values. */
function wtnsFile(circuit: Circuit, shared: Uint32Array): Uint8Array<ArrayBuffer> {
  const words = shared.length;
  const size = circuit.getWitnessSize();
  const head = 3 + 3 + 1 + words + 1 + 3;
  const file = new Uint32Array(head + size * words);
  circuit.getRawPrime();
  // "wtns", version, sections; then id and length in 64 bits of each section. Little-endian, as WebAssembly is.
  file.set([0x736e7477, 2, 2, 1, 8 + words * 4, 0, words * 4, ...shared, size, 2]);
  new DataView(file.buffer).setBigUint64((head - 2) * 4, BigInt(size * words * 4), true);
  for (let at = 0; at < size; at++) {
    circuit.getWitness(at);
    file.set(shared, head + at * words);
  }
  return new Uint8Array(file.buffer);
}

function flatten(value: CircuitValue, into: bigint[]): void {
  if (typeof value === "bigint" || typeof value === "number") into.push(BigInt(value));
  else for (const each of value) flatten(each, into);
}

/** FNV-1a in 64 bits, by which circom finds an input. */
function signalHash(name: string): [high: number, low: number] {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(name)) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  }
  return [Number(hash >> 32n), Number(hash & 0xffffffffn)];
}
