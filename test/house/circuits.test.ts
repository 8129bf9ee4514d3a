// SPDX-License-Identifier: GPL-3.0-or-later
//
// Which circuit may include which: docs/architecture.md, "Who may import whom".
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect } from "chai";
import { circlesOf, type Import, root } from "./support/importGraph.ts";

/** Folders of circuits/ that belong to no product, and the others that each may include. */
const SHARED: Readonly<Record<string, readonly string[]>> = { lib: [], record: ["lib"] };

const files = execFileSync("git", ["ls-files", "--", "circuits/*.circom"], { cwd: root, encoding: "utf8" })
  .split("\n")
  .filter((file) => file !== "");
const includes: Import[] = files.flatMap((from) =>
  [...readFileSync(join(root, from), "utf8").matchAll(/^include "([^"]+)";/gm)].map(([, specifier]) => {
    const path = join(dirname(from), specifier!);
    // A file that is not there comes from circomlib.
    return { from, specifier: specifier!, to: existsSync(join(root, path)) ? path : undefined };
  }),
);
const folderOf = (file: string): string => file.split("/")[1]!;
const told = (broken: readonly Import[]): string[] => broken.map(({ from, to }) => `${from} includes ${to}`);

/** Includes of these files that break the rule: product, then record, then lib. Mains include no gadgets. */
function broken(all: readonly Import[]): Import[] {
  return all.filter(({ from, to }) => {
    if (to === undefined) return false;
    const [own, other] = [folderOf(from), folderOf(to)];
    if (own === other) return false;
    if (own === "main") return other === "lib";
    return !(SHARED[own] ?? Object.keys(SHARED)).includes(other);
  });
}

describe("includes of circuits", () => {
  it("are all found: what a file names relative to itself is there", () => {
    expect(files.length).to.be.greaterThan(25);
    const lost = includes.filter(({ specifier, to }) => to === undefined && specifier.includes("/"));
    expect(told(lost)).to.deep.equal([]);
  });

  it("form no circle", () => {
    expect(circlesOf(includes)).to.deep.equal([]);
  });

  it("go from a product to the record and to gadgets, never to another product, and never back", () => {
    expect(told(broken(includes))).to.deep.equal([]);
  });

  it("would be refused between products, from a gadget and from the record", () => {
    const each = (from: string, to: string): Import => ({
      from: `circuits/${from}.circom`,
      specifier: "",
      to: `circuits/${to}.circom`,
    });
    const wrong = [
      each("claims/a", "research/b"),
      each("lib/a", "record/b"),
      each("record/a", "claims/b"),
      each("claims/a", "main/b"),
      each("main/a", "lib/b"),
    ];
    const right = [each("claims/a", "record/b"), each("claims/a", "lib/b"), each("main/a", "claims/b")];
    expect(broken([...wrong, ...right])).to.deep.equal(wrong);
  });
});
