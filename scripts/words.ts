// SPDX-License-Identifier: GPL-3.0-or-later
//
// Counts the turns of phrase that docs/guidelines.md asks to avoid, in the documents and in the sources without tests,
// and fails when one of them is used more often than its limit.
//
//   npm run words             counts
//   npm run words -- --list   each place
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

interface Rule {
  readonly name: string;
  readonly pattern: RegExp;
  readonly instead: string;
  /** Places where the phrase is right. */
  readonly most: number;
}

const RULES: readonly Rule[] = [
  {
    name: "is no X",
    pattern: /(?<!\bthere )\bis no (?!longer\b|more\b|less\b)/gi,
    instead: "is not a …",
    most: 0,
  },
  { name: "is none", pattern: /(?<!\bthere )\bis none\b/gi, instead: "is not one of …, must be …", most: 0 },
  { name: "stands", pattern: /\bstands?\b(?! for\b)/gi, instead: "is, comes, was recorded", most: 0 },
  {
    name: "held against",
    pattern: /\bh[eo]ld (?:\w+ )?against\b/gi,
    instead: "checked against, compared with",
    most: 0,
  },
  { name: "lies", pattern: /\blies\b/gi, instead: "is", most: 0 },
  {
    name: "whoever, anybody",
    pattern: /\b(?:whoever|anybody|nobody's)\b/gi,
    instead: "anyone, the person who",
    most: 0,
  },
  { name: "for ever", pattern: /\bfor ever\b/gi, instead: "permanently", most: 0 },
  {
    name: "take in, back, over",
    pattern: /\b(?:tak(?:e|es|en|ing)|took) (?:in|back|over)\b/gi,
    instead: "accept, revoke, import",
    most: 0,
  },
  { name: "made-up", pattern: /\bmade-up\b/gi, instead: "synthetic", most: 0 },
  { name: "by itself", pattern: /\bby (?:it|them)sel(?:f|ves)\b/gi, instead: "on its own", most: 0 },
  { name: "in the clear", pattern: /\bin the clear\b/gi, instead: "without a proof", most: 0 },
  { name: "beside", pattern: /\bbeside\b/gi, instead: "next to", most: 0 },
  {
    name: "clinic, carrier, home",
    pattern: /\b(?:clinics?(?:'s)?|carriers?(?:'s)?|home folder)\b/gi,
    instead: "attester, relayer, vault",
    most: 0,
  },
];

const root = join(import.meta.dirname, "..");
const listed = process.argv.includes("--list");
const files = execFileSync("git", ["ls-files"], { cwd: root, encoding: "utf8" })
  .split("\n")
  .filter((file) => /\.(md|ts|tsx|sol|circom|html|json)$/.test(file))
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
      for (const [rule, found] of places) {
        for (const _ of line.matchAll(rule.pattern)) found.push(`${file}:${index + 1}: ${line.trim()}`);
      }
    });
}

let over = 0;
for (const [{ name, most, instead }, found] of places) {
  const tooMany = found.length > most;
  if (tooMany) over += 1;
  if (tooMany || listed) {
    console.log(`${tooMany ? "!" : " "} ${name}: ${found.length}, at most ${most}. Write: ${instead}.`);
  }
  if (listed) for (const place of found) console.log(`    ${place}`);
}
if (over > 0) {
  console.error("Rewrite these phrases in plain English (docs/guidelines.md); --list shows each place.");
  process.exit(1);
}
console.log(`${files.length} files keep to the words of docs/guidelines.md.`);
