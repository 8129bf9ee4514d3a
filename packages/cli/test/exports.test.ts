// SPDX-License-Identifier: GPL-3.0-or-later
//
// Small files in the shapes that people's exports have, from the folder of real data beside the repository. Each case says
// which commands to run and what they must say (expected.json).
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { type Ran, ROOT, vitalproof } from "./support.ts";

const EXPORTS = join(ROOT, "..", "shared", "data", "exports");

type Expected = Readonly<Record<string, unknown>>;

/** "check 'a b.csv' --zone UTC" as a list; the cases say --statement for what is --question today. */
function argvOf(command: string): string[] {
  const words = [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!);
  return words.slice(1).map((word) => (word === "--statement" ? "--question" : word));
}

/**
 * What has changed since the cases were written, with the options that ask the same today. Missing readings of a window count
 * against worst-case terms, and terms over valid readings must limit how many may be missing.
 */
const ADDED: Readonly<Record<string, Readonly<Record<number, readonly string[]>>>> = {
  // Two hours of a day.
  "11-glooko-codes-1-and-2001": { 0: ["--semantics", "of-valid", "--coverage", "5"] },
  // Ten minutes of an hour.
  "38-o2ring-255": { 1: ["--semantics", "of-valid", "--coverage", "10"] },
  "56-oximeter-4s": { 1: ["--coverage", "10"] },
};

type Said = Record<string, unknown> & {
  report?: Record<string, unknown>;
  series?: Record<string, unknown>[];
};

/**
 * What an answer says under a name of the cases. They count slots from the first to the last reading; an answer is about
 * whole windows, and says both.
 */
function saidOf(json: Said, name: string): unknown {
  const [series] = json.series ?? [];
  const slotting = series?.slotting as Record<string, unknown> | null | undefined;
  if (["kept", "dropped", "coverage"].includes(name) && series !== undefined) return slotting?.[name];
  if (name === "first")
    return series === undefined
      ? undefined
      : new Date(1000 * Math.floor(Number(series.first))).toISOString().replace(".000Z", "Z");
  if (name === "low" || name === "high") return json.report?.[name];
  const between = json.between as Record<string, unknown> | undefined;
  return series?.[name] ?? between?.[name] ?? json[name];
}

function differences(json: Said, expected: Expected): string[] {
  return Object.entries(expected).flatMap(([name, wanted]) => {
    const got = saidOf(json, name);
    const allowed = Array.isArray(wanted) ? wanted : [wanted];
    const fits = allowed.some((one) =>
      typeof one === "number" ? Math.abs(Number(got) - one) < 5e-5 : String(got) === String(one),
    );
    return fits ? [] : [`${name} is ${JSON.stringify(got)}, not ${JSON.stringify(wanted)}`];
  });
}

/** Whether an answer refuses clearly: an exit code, a sentence, and a way out. */
function refusal({ code, err }: Ran): string[] {
  if (code === 0 || code === 1) return ["it does not refuse"];
  return /\S/.test(err) && !/internal/i.test(err) ? [] : [`it refuses without words: ${err}`];
}

function judge(
  ran: Ran,
  { refuse, or, either, says, "same answer as sealing": _sealing, ...wanted }: Expected,
): string[] {
  const found: string[][] = [];
  const answer = (): Said => JSON.parse(ran.out) as Said;
  const answered = ran.code === 0 || ran.code === 1;
  if (refuse === true) {
    const spoken =
      typeof says === "string" && !ran.err.includes(says) ? [`it does not say "${says}": ${ran.err}`] : [];
    found.push([...refusal(ran), ...spoken]);
  } else if (either === undefined || Object.keys(wanted).length > 0) {
    found.push(answered ? differences(answer(), wanted) : [`it ends with ${ran.code}: ${ran.err}`]);
  }
  if (typeof or === "string") found.push(refusal(ran));
  else if (or !== undefined)
    found.push(answered ? differences(answer(), or as Expected) : [`it ends with ${ran.code}: ${ran.err}`]);
  if (either !== undefined && Object.keys(wanted).length === 0) {
    // "names an option that chooses", in words.
    found.push(answered ? [] : /--\w+/.test(ran.err) ? [] : [`it names no option: ${ran.err}`]);
  }
  return found.some((one) => one.length === 0) ? [] : found.flat();
}

describe("exports as people have them", function () {
  this.timeout(60_000);
  const cases = existsSync(EXPORTS)
    ? readdirSync(EXPORTS, { withFileTypes: true }).filter((entry) => entry.isDirectory())
    : [];
  if (cases.length === 0) {
    it("skipped: the folder ../shared/data/exports is not beside the repository", function () {
      this.skip();
    });
  }
  for (const { name } of cases) {
    it(name, async () => {
      const cwd = join(EXPORTS, name);
      const { command, expect: expected } = JSON.parse(readFileSync(join(cwd, "expected.json"), "utf8")) as {
        command: string | string[];
        expect: Expected | Expected[];
      };
      const commands = [command].flat();
      const wanted = [expected].flat();
      expect(wanted).to.have.length(commands.length);
      for (const [i, text] of commands.entries()) {
        const ran = await vitalproof({ cwd }, "--json", ...argvOf(text), ...(ADDED[name]?.[i] ?? []));
        expect(judge(ran, wanted[i]!), text).to.deep.equal([]);
      }
    });
  }
});
