// SPDX-License-Identifier: GPL-3.0-or-later
//
// docs/security.md names a test for every threat and every invariant; each of them is there, in the file that it names.
import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { SUITES } from "../../scripts/suites.ts";
import { root } from "./support/importGraph.ts";

const read = (file: string): string => readFileSync(join(root, file), "utf8");

/** Rows of the table under a heading, without its head: cells by row. */
function tableUnder(text: string, heading: string, first: string): string[][] {
  const lines = text.slice(text.indexOf(`\n## ${heading}\n`)).split("\n");
  const start = lines.findIndex((line) => line.startsWith(`| ${first} |`));
  const end = lines.findIndex((line, i) => i > start && !line.startsWith("|"));
  return lines.slice(start + 2, end).map((line) =>
    line
      .slice(1, -1)
      .split(/(?<!\\)\|/)
      .map((cell) => cell.trim()),
  );
}

/** Files by their short forms: one pattern with `<short>` for all of a row, or as many files as names. */
function filesByShort(rows: readonly string[][]): Map<string, string> {
  return new Map(
    rows.flatMap(([shorts, files]) => {
      const names = shorts!.split(", ");
      const paths = [...files!.matchAll(/`([^`]+)`/g)].map(([, path]) => path!);
      if (paths.length !== 1 && paths.length !== names.length)
        throw new Error(`docs/security.md: ${names.length} short forms, ${paths.length} files: ${shorts}`);
      return names.map((name, i) => [name, (paths[i] ?? paths[0]!).replace("<short>", name)] as const);
    }),
  );
}

interface Claim {
  readonly files: readonly string[];
  /** Parts of titles, each of which is in one of the files. */
  readonly titles: readonly string[];
}

/** What a cell says: segments of short forms, and titles in quotes or "titles with T1". */
function claimsOf(cell: string, files: ReadonlyMap<string, string>): { claims: Claim[]; unknown: string[] } {
  const unknown: string[] = [];
  const claims = cell.split(/;\s+/).map((segment) => {
    const titles = [...segment.matchAll(/"([^"]+)"/g)].map(([, title]) => title!);
    titles.push(...[...segment.matchAll(/titles with ([A-Z]\d+)/g)].map(([, number]) => number!));
    const [names] = segment.split(/\s*(?:"|\(|,? ?titles with|, such as|, all titles)/);
    const known = names!
      .split(/, | and /)
      .map((name) => name.trim())
      .filter((name) => name !== "");
    unknown.push(...known.filter((name) => !files.has(name)));
    return { files: known.flatMap((name) => files.get(name) ?? []), titles };
  });
  return { claims, unknown };
}

describe("docs/security.md", () => {
  const text = read("docs/security.md");
  const files = filesByShort(tableUnder(text, "Threats", "short"));
  const rows = [
    ...tableUnder(text, "Threats", "threat").map(([name, , tests]) => ({ name: name!, tests: tests! })),
    ...tableUnder(text, "Invariants", "invariant").map(([name, tests]) => ({ name: name!, tests: tests! })),
  ];
  const numberOf = (name: string) => /^[A-Z]\d+/.exec(name)?.[0];

  it("has a number for every threat and every invariant, each once", () => {
    const numbers = rows.map(({ name }) => numberOf(name));
    expect(numbers).to.not.include(undefined);
    expect(new Set(numbers).size).to.equal(numbers.length);
    expect(numbers).to.include.members(["T1", "T34", "C1", "C3", "P1", "P10", "A1", "V1", "V2", "N1"]);
  });

  it("names files that are there", () => {
    expect([...files.values()].filter((file) => !existsSync(join(root, file)))).to.deep.equal([]);
  });

  for (const { name, tests } of rows) {
    it(`${name}: every test that it names is there`, () => {
      const { claims, unknown } = claimsOf(tests, files);
      expect(unknown, "short forms that the table does not have").to.deep.equal([]);
      const missing = claims.flatMap(({ files: among, titles }) =>
        titles.filter((title) => !among.some((file) => read(file).includes(title))),
      );
      expect(missing, "titles that no named file has").to.deep.equal([]);
      expect(claims.flatMap(({ titles }) => titles).length).to.be.greaterThan(0);
    });
  }

  it("has a row for every number in a title of a test", () => {
    const known = new Set(rows.map(({ name }) => numberOf(name)));
    const titled = new Map<string, string>();
    for (const file of SUITES.flatMap((suite) => globSync(suite.files, { cwd: root }))) {
      for (const [, numbers] of read(file).matchAll(/(?:it|describe)\([`"]((?:[TPCVANHQ]\d+[, ]*)+):/g))
        for (const number of numbers!.match(/[A-Z]\d+/g)!) titled.set(number, file);
    }
    expect(titled.size).to.be.greaterThan(40);
    expect([...titled].filter(([number]) => !known.has(number))).to.deep.equal([]);
  });
});
