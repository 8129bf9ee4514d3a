// SPDX-License-Identifier: GPL-3.0-or-later
//
// Finds the turns of phrase that docs/guidelines.md asks to avoid, in the documents and in the sources without tests,
// and fails when there is one. A part of `npm run lint`.
//
//   npm run words             counts, silent when there is nothing
//   npm run words -- --list   each place
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

interface Rule {
  readonly name: string;
  readonly pattern: RegExp;
  readonly instead: string;
}

const RULES: readonly Rule[] = [
  {
    name: "is no X",
    pattern: /(?<!\bthere )\b(?:is|are|was|were) no (?!longer\b|more\b|less\b)/gi,
    instead: "is not a …",
  },
  {
    name: "is none",
    pattern: /(?<!\bthere )\b(?:is|are|was|were) none\b/gi,
    instead: "is not one of …, must be …",
  },
  { name: "stands", pattern: /\bstands?\b(?! for\b)/gi, instead: "is, comes, was recorded" },
  {
    name: "held against",
    pattern: /\b(?:held|hold|holding) (?:\w+ ){0,4}against\b/gi,
    instead: "checked against, compared with",
  },
  { name: "lies", pattern: /\blies\b/gi, instead: "is" },
  {
    name: "whoever, anybody",
    pattern: /\b(?:whoever|anybody|nobody's)\b/gi,
    instead: "anyone, the person who",
  },
  { name: "for ever", pattern: /\bfor ever\b/gi, instead: "permanently" },
  {
    name: "take in, back, over",
    pattern: /\b(?:tak(?:e|es|en|ing)|took) (?:in|back|over|(?:\w+ ){1,3}back)\b/gi,
    instead: "accept, revoke, import",
  },
  { name: "made-up", pattern: /\bmade-up\b/gi, instead: "synthetic" },
  { name: "by itself", pattern: /\bby (?:it|them)sel(?:f|ves)\b/gi, instead: "on its own" },
  { name: "in the clear", pattern: /\bin the clear\b/gi, instead: "without a proof" },
  { name: "beside", pattern: /\bbeside\b/gi, instead: "next to" },
  {
    name: "clinic, carrier, home",
    // "clinic" in quotes is the key of a record in vaults that an earlier version made.
    pattern: /(?<!")\b(?:clinics?(?:'s)?|carriers?(?:'s)?|home folder)\b(?!")/gi,
    instead: "attester, relayer, vault",
  },
];

const root = join(import.meta.dirname, "..");
const listed = process.argv.includes("--list");
const files = execFileSync("git", ["ls-files"], { cwd: root, encoding: "utf8" })
  .split("\n")
  .filter((file) => /\.(md|ts|tsx|cjs|sol|circom|html|json)$/.test(file))
  .filter(
    (file) =>
      !/(^|\/)(test|fixtures|generated|artifacts|adr)\/|\.t\.sol$|^package[^s]|^CHANGELOG|^docs\/guidelines|^scripts\/words/.test(
        file,
      ),
  )
  .filter((file) => !file.endsWith(".json") || /^circuits\/[^/]+$/.test(file));

const places = new Map<Rule, string[]>(RULES.map((rule) => [rule, []]));
for (const file of files) {
  readFileSync(join(root, file), "utf8")
    .split("\n")
    .forEach((line, index) => {
      for (const [rule, where] of places) {
        for (const _ of line.matchAll(rule.pattern)) where.push(`${file}:${index + 1}: ${line.trim()}`);
      }
    });
}

let found = 0;
for (const [{ name, instead }, where] of places) {
  found += where.length;
  if (where.length === 0) continue;
  console.error(`${name}: ${where.length}. Write: ${instead}.`);
  if (listed) for (const place of where) console.error(`    ${place}`);
}
if (found > 0) {
  console.error(
    "Rewrite these phrases in plain English (docs/guidelines.md); `npm run words -- --list` shows each place.",
  );
  process.exit(1);
}
