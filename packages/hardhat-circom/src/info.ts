// SPDX-License-Identifier: GPL-3.0-or-later
import { loadInstances } from "./instances.ts";
import { readTextIfExists } from "./internal/files.ts";
import { constraintsByPart } from "./internal/parts.ts";
import { instanceFiles, readManifest } from "./manifest.ts";
import type { CircomConfig, ConstraintCounts, KeyKind } from "./types.ts";

export interface CircuitInfo {
  readonly name: string;
  readonly version: number;
  readonly group: string;
  readonly verifier: string | null;
  /** The limit k of 2^k. */
  readonly maxDomain: number;
  /** From the committed manifest; undefined if there is none. */
  readonly manifest?: {
    readonly constraints: ConstraintCounts;
    readonly domain: number;
    readonly keyKind: KeyKind;
    readonly keyBytes: number;
    readonly verificationKeyHash: string;
  };
  /** Names of the public signals in the verifier's order; known after a build. */
  readonly publicSignals?: readonly string[];
  /**
   * Non-linear constraints by component of the main template; known after a build. Each constraint counts for the
   * component that most of its signals belong to, so the figures at the seams are approximate.
   */
  readonly parts?: Readonly<Record<string, number>>;
}

/** What is known about every instance of the list, without compiling anything. */
export async function circuitInfo(config: CircomConfig): Promise<CircuitInfo[]> {
  const instances = await loadInstances(config);
  return Promise.all(
    instances.map(async (instance): Promise<CircuitInfo> => {
      const manifest = await readManifest(config, instance);
      const files = instanceFiles(config, instance);
      const sym = await readTextIfExists(files.sym);
      const built = sym === undefined ? undefined : await constraintsByPart(files.r1cs, sym);
      const { name, version, group, verifier, maxDomain } = instance;
      return {
        name,
        version,
        group,
        verifier,
        maxDomain,
        ...(manifest === undefined
          ? {}
          : {
              manifest: {
                constraints: manifest.constraints,
                domain: manifest.domain,
                keyKind: manifest.key.kind,
                keyBytes: manifest.key.bytes,
                verificationKeyHash: manifest.verificationKeyHash,
              },
            }),
        ...built,
      };
    }),
  );
}
