// SPDX-License-Identifier: GPL-3.0-or-later

/** What a proof takes of the machine. */
export type Needs = {
  /** Bytes of key and program, downloaded once. */
  readonly download: number;
  /** MiB while it runs, an estimate. */
  readonly memory: number;
};

/** The witness program of every circuit of this version: 1.5 to 1.9 MB (docs/instances.md). */
const PROGRAM = 1_900_000;
/**
 * snarkjs takes about 400 MiB at a domain of 2^14 and 600 MiB at 2^16, on two processors (docs/provers.md): a line
 * through both. Not measured in browsers; more processors take more.
 */
const [SMALL, LARGE] = [
  { domain: 2 ** 14, memory: 400 },
  { domain: 2 ** 16, memory: 600 },
];

/** @param manifest text of a circuit's manifest. Undefined, or a text that is not a manifest, gives undefined */
export function needsOf(manifest: string | undefined): Needs | undefined {
  if (manifest === undefined) return undefined;
  let read: { domain?: unknown; key?: { bytes?: unknown } } | null;
  try {
    read = JSON.parse(manifest);
  } catch {
    return undefined;
  }
  const [domain, bytes] = [read?.domain, read?.key?.bytes];
  if (typeof domain !== "number" || typeof bytes !== "number") return undefined;
  const slope = (LARGE.memory - SMALL.memory) / (LARGE.domain - SMALL.domain);
  const memory = SMALL.memory + Math.max(0, 2 ** domain - SMALL.domain) * slope;
  return { download: bytes + PROGRAM, memory: Math.ceil(memory / 50) * 50 };
}

/** What to know before a proof begins. */
export function needsText({ download, memory }: Needs): string {
  return `A proof takes a download of ${(download / 1e6).toFixed(0)} MB, which this browser keeps for the next one, and about ${memory} MiB of memory while it is made.`;
}
