// SPDX-License-Identifier: GPL-3.0-or-later
// Vectors for an implementation of the formats in another language; docs/protocol.md says what they mean.
// `npm run generate` writes them to test/vectors.
// Numbers are decimal strings, bytes are hex without prefix, addresses and digests with one.
import { fileURLToPath } from "node:url";
import { bigintText, TAGS } from "../src/index.ts";
import { seededRandom } from "../src/synthetic/random.ts";
import { codes, contexts, hashes, heads, trees } from "./vectors/heads.ts";
import { chain, signatures } from "./vectors/messages.ts";
import { checks, terms } from "./vectors/terms.ts";

export const VECTORS = fileURLToPath(new URL("../../../test/vectors/", import.meta.url));

/** All vector files by name; the same on every machine. */
export function makeVectors(): Record<string, string> {
  const random = seededRandom(20_261_120);
  const content = {
    tags: Object.entries(TAGS).map(([name, value]) => ({ name, value })),
    hashes: hashes(random),
    heads: heads(random),
    contexts: contexts(random),
    terms: terms(),
    checks: checks(seededRandom(20_261_121)),
    codes: codes(),
    trees: trees(random),
    signatures: signatures(),
    chain: chain(),
  };
  return Object.fromEntries(Object.entries(content).map(([name, cases]) => [`${name}.json`, format(cases)]));
}

/** One case per line, so that a change shows as the lines it touches. */
function format(cases: readonly object[]): string {
  const line = (one: object): string => JSON.stringify(one, bigintText);
  return `[\n${cases.map((one) => `  ${line(one)}`).join(",\n")}\n]\n`;
}
