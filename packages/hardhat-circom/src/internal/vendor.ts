// SPDX-License-Identifier: GPL-3.0-or-later

// snarkjs and ffjavascript ship no types. They are loaded here, when needed only (importing snarkjs alone costs
// about 80 ms), and typed as far as this plugin calls them.

/** The raw WebAssembly functions of ffjavascript's BN254: every argument is a pointer or a length. */
export type WasmFunctions = Readonly<Record<string, (...args: number[]) => number>>;

/** What a thread of our own needs to compute in BN254. */
export interface CurveModule {
  /** A WebAssembly module that imports `env.memory` and keeps the end of its used memory in word 0. */
  readonly code: Uint8Array;
  /** Memory it starts with, in pages of 64 KiB. */
  readonly pages: number;
  /** Generators, Jacobian, Montgomery form, little endian. */
  readonly generators: { readonly G1: Uint8Array; readonly G2: Uint8Array };
}

/**
 * ffjavascript's BN254 module. It is built here and handed to threads, since ffjavascript cannot be imported in
 * them: its `web-worker` dependency takes every worker thread for one of its own.
 */
export async function loadCurveModule(): Promise<CurveModule> {
  const specifier: string = "ffjavascript";
  const { buildBn128 } = (await import(specifier)) as {
    buildBn128(singleThread: boolean): Promise<{
      readonly tm: { readonly code: Uint8Array };
      readonly G1: { readonly g: Uint8Array };
      readonly G2: { readonly g: Uint8Array };
    }>;
  };
  const curve = await buildBn128(true);
  return { code: curve.tm.code.slice(), pages: 25, generators: { G1: curve.G1.g, G2: curve.G2.g } };
}

/** What snarkjs logs through; `error` says why a verification failed. */
export interface SnarkjsLogger {
  info(message: string): void;
  debug(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

export interface Snarkjs {
  readonly powersOfTau: {
    verify(ptau: string, logger?: SnarkjsLogger): Promise<boolean>;
  };
  readonly zKey: {
    exportVerificationKey(zkey: string): Promise<Record<string, unknown>>;
    exportSolidityVerifier(zkey: string, templates: { groth16: string }): Promise<string>;
    verifyFromR1cs(r1cs: string, ptau: string, zkey: string, logger?: SnarkjsLogger): Promise<boolean>;
    /** These three give a hash, and something else where they refuse. */
    newZKey(r1cs: string, ptau: string, to: string, logger?: SnarkjsLogger): Promise<unknown>;
    contribute(
      from: string,
      to: string,
      name: string,
      entropy: string,
      logger?: SnarkjsLogger,
    ): Promise<unknown>;
    beacon(
      from: string,
      to: string,
      name: string,
      value: string,
      iterationsExp: number,
      logger?: SnarkjsLogger,
    ): Promise<unknown>;
  };
  /** Uses no curve. */
  readonly wtns: {
    calculate(input: unknown, wasm: string, file: { type: "mem"; data?: Uint8Array }): Promise<void>;
  };
}

/** Its curve keeps worker threads alive: use what needs one only in a process that is ended afterwards. */
export async function loadSnarkjs(): Promise<Snarkjs> {
  const specifier: string = "snarkjs";
  return (await import(specifier)) as Snarkjs;
}
