// SPDX-License-Identifier: GPL-3.0-or-later
import { JsonNumber } from "@vitalproof/readers/rules";
import { levelOf } from "../topic.ts";
import { placeOf, type Tree } from "./document.ts";
import type { Finder } from "./jsonPath.ts";
import { Refused } from "./refusal.ts";
import type { NameRule } from "./settings.ts";

const NAME = /^[^\p{Cc}]{1,128}$/u;

/** Where names are looked for. */
export type Places = {
  readonly topic: string;
  readonly finder: Finder;
  readonly sample: Tree;
};

/**
 * What a rule names. Everything that its paths find must say the same: a message whose device and hub
 * name two devices belongs to neither.
 * @returns undefined where there is nothing
 * @throws Refused with `several`
 */
export function nameOf(
  rule: NameRule,
  { topic, finder, sample }: Places,
  several: "several-devices" | "several-sources",
): string | undefined {
  if ("text" in rule) return rule.text;
  if ("level" in rule) return checked(levelOf(topic, rule.level));
  const found = [rule.path].flat().flatMap((path) => finder.all(path, sample));
  const names = new Set(found.map(({ exact }) => checked(exact instanceof JsonNumber ? exact.text : exact)));
  if (names.size > 1) throw new Refused(several, placeOf(found[1]!.path));
  const [name] = names;
  return name;
}

function checked(value: unknown): string | undefined {
  return typeof value === "string" && NAME.test(value) ? value : undefined;
}
