// SPDX-License-Identifier: GPL-3.0-or-later
import { parseArgs } from "node:util";

export const USAGE = `npm run mutants [-- OPTIONS]

Makes one small mistake at a time in the contracts of money, consent and record, and sees whether a test notices.

  --contract NAME   only of this contract or library; may be repeated. Default: all
  --branches        only those that never take a way of an \`if\`, a loop or \`?:\`
  --sample N        so many of each deployed contract, drawn by a seeded shuffle
  --seed N          another shuffle, and so another sample
  --minutes N       stop after this time; the shuffle keeps it a fair sample
  --resume          keep earlier results; run unexplained survivors and the rest
  --list            only name the mutants
  --report          write test/contracts/MUTANTS.md from the results so far
  --breaks          the mistakes of breaks.json, for the random Solidity tests alone
  --only WORDS      with --breaks: those with these words in their name; may be repeated
  --json            the summary for machines

All mutants would take some four hours of one core; two runs for different contracts can go on side by side. Results are kept in
build/mutants/, one line per mutant, and hold only for the source they were made from. scripts/mutants/explained.json
says why a survivor is harmless.
Exit code: 1 if a mutant survives unexplained or a break is not noticed, 2 for wrong usage.`;

export interface Options {
  /** Names of files without folder and .sol; undefined for all. */
  readonly contracts: readonly string[] | undefined;
  /** Of each deployed contract; infinite for all. */
  readonly sample: number;
  /** After which no mutant is begun; infinite without a limit. */
  readonly minutes: number;
  readonly seed: number;
  readonly action: "run" | "list" | "report" | "breaks";
  /** Only mutants that always take one way at a branch. */
  readonly branches: boolean;
  readonly resume: boolean;
  /** Parts of names of breaks. */
  readonly only: readonly string[];
  readonly json: boolean;
  readonly help: boolean;
}

/** @throws Error for unknown options and contracts, for numbers out of range, and for two actions at once */
export function parseOptions(args: readonly string[], contracts: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      contract: { type: "string", multiple: true },
      sample: { type: "string" },
      minutes: { type: "string" },
      seed: { type: "string", default: "1986622572" },
      branches: { type: "boolean", default: false },
      resume: { type: "boolean", default: false },
      list: { type: "boolean", default: false },
      report: { type: "boolean", default: false },
      breaks: { type: "boolean", default: false },
      only: { type: "string", multiple: true },
      json: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  for (const name of values.contract ?? [])
    if (!contracts.includes(name))
      throw new Error(`There is no contract "${name}". Contracts: ${contracts.join(", ")}.`);
  const positive = (flag: "sample" | "minutes") => {
    const text = values[flag];
    if (text === undefined) return Number.POSITIVE_INFINITY;
    const value = Number(text);
    if (!(value > 0)) throw new Error(`--${flag} takes a number above 0, not "${text}".`);
    return value;
  };
  const seed = Number(values.seed);
  if (!(Number.isInteger(seed) && seed > 0))
    throw new Error(`--seed takes a whole number above 0, not "${values.seed}".`);
  const actions = (["list", "report", "breaks"] as const).filter((name) => values[name]);
  if (actions.length > 1) throw new Error(`--${actions.join(" and --")} exclude each other: give one.`);
  const action = actions[0] ?? "run";
  if (values.only !== undefined && action !== "breaks")
    throw new Error("--only names breaks: give --breaks as well.");
  return {
    contracts: values.contract,
    sample: positive("sample"),
    minutes: positive("minutes"),
    seed,
    action,
    branches: values.branches,
    resume: values.resume,
    only: values.only ?? [""],
    json: values.json,
    help: values.help,
  };
}
