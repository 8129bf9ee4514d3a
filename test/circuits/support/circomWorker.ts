// SPDX-License-Identifier: GPL-3.0-or-later
//
// circom in a thread. Its WebAssembly is compiled and optimised once for all circuits of a run: in a process for each of
// them that takes longer than a small circuit itself.
import * as fs from "node:fs";
import { createRequire } from "node:module";
import { parse } from "node:path";
import { parentPort } from "node:worker_threads";

export interface CircomRun {
  readonly id: number;
  /** With absolute paths. */
  readonly args: readonly string[];
}
export interface CircomResult {
  readonly id: number;
  /** What circom printed, where it refused the circuit. */
  readonly failure?: string;
}

const require = createRequire(import.meta.url);
const { CircomRunner, bindings } = require("circom2");
const circom = WebAssembly.compile(fs.readFileSync(require.resolve("circom2/circom.wasm")));
const { root } = parse(import.meta.dirname);

parentPort!.on("message", async ({ id, args }: CircomRun) => {
  let printed = "";
  const writeSync = (file: number, bytes: Uint8Array, ...range: [number?, number?, number?]): number => {
    if (file > 2) return fs.writeSync(file, bytes, ...range);
    const [from = 0, length = bytes.length - from] = range;
    printed += Buffer.from(bytes.subarray(from, from + length)).toString();
    return length;
  };
  const runner = new CircomRunner({
    args,
    env: {},
    preopens: { [root]: root },
    bindings: { ...bindings, fs: { ...fs, writeSync } },
  });
  runner.compile = () => circom;
  let result: CircomResult = { id };
  try {
    await runner.execute();
  } catch (error) {
    result = { id, failure: `${printed}${error}` };
  }
  parentPort!.postMessage(result);
});
