// SPDX-License-Identifier: GPL-3.0-or-later
import { isDeepStrictEqual } from "node:util";
import type { CircuitManifest } from "../types.ts";

/** The links of the chain from circuit to verifier, in order. A break is named after the first one that fails. */
export const LINKS = [
  "circuit → r1cs",
  "r1cs → key",
  "key → verification key",
  "verification key → verifier",
  "manifest",
] as const;

export type Link = (typeof LINKS)[number];

export interface BrokenLink {
  readonly link: Link;
  /** What differs, with both values. */
  readonly detail: string;
}

/** Compares a committed manifest with what the sources give. */
export function compareManifests(committed: CircuitManifest, expected: CircuitManifest): BrokenLink[] {
  const broken: BrokenLink[] = [];
  const hash = (link: Link, kind: keyof CircuitManifest["sha256"]) => {
    const [is, should] = [committed.sha256[kind], expected.sha256[kind]];
    if (is !== should)
      broken.push({
        link,
        detail: `the manifest has ${kind} ${short(is)}, the sources give ${short(should)}`,
      });
  };
  hash("circuit → r1cs", "r1cs");
  hash("circuit → r1cs", "wasm");
  hash("r1cs → key", "zkey");
  hash("key → verification key", "verificationKey");
  if (committed.verificationKeyHash !== expected.verificationKeyHash) {
    broken.push({
      link: "key → verification key",
      detail: `the manifest has verificationKeyHash ${committed.verificationKeyHash}, the sources give ${expected.verificationKeyHash}`,
    });
  }
  hash("verification key → verifier", "verifier");
  const rest = (manifest: CircuitManifest) => {
    const { sha256: _, verificationKeyHash: __, ...other } = manifest;
    return other as Record<string, unknown>;
  };
  const [is, should] = [rest(committed), rest(expected)];
  for (const key of new Set([...Object.keys(is), ...Object.keys(should)])) {
    if (isDeepStrictEqual(is[key], should[key])) continue;
    broken.push({
      link: key === "sources" || key === "compiler" ? "circuit → r1cs" : "manifest",
      detail: `the manifest has ${key} ${JSON.stringify(is[key])}, the sources give ${JSON.stringify(should[key])}`,
    });
  }
  return broken.sort((a, b) => LINKS.indexOf(a.link) - LINKS.indexOf(b.link));
}

function short(hash: string | null | undefined): string {
  return typeof hash === "string" ? `${hash.slice(0, 16)}…` : "none";
}
