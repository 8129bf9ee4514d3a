// SPDX-License-Identifier: GPL-3.0-or-later
import { globSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import { expect } from "chai";

/** Rooms that belong to one product each. A new product is added here. */
const PRODUCTS = ["claims", "ledger", "research"];
const ROOMS = [
  "registries",
  "custody",
  "verification",
  "verifiers",
  "libraries",
  "interfaces",
  "types",
  "mocks",
];

/**
 * What each room may import besides itself and packages. Products see registries through their interfaces alone, and
 * never each other. `interfaces` holds the products' interfaces too, until each has a folder of its own.
 */
const MAY: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(
    PRODUCTS.map((product) => [product, ["interfaces", "libraries", "types", "verification"]]),
  ),
  registries: ["interfaces", "libraries", "types", "verification"],
  custody: ["interfaces", "types"],
  verification: ["interfaces", "libraries"],
  verifiers: [],
  libraries: ["interfaces", "types"],
  interfaces: ["types"],
  types: [],
};

type Import = { readonly file: string; readonly room: string; readonly path: string; readonly to: string };

function imports(): Import[] {
  return globSync("contracts/**/*.sol")
    .filter((file) => !file.endsWith(".t.sol"))
    .flatMap((file) =>
      [...readFileSync(file, "utf8").matchAll(/from "(\.[^"]+)";/g)].map(([, path]) => {
        const target = posix.join(posix.dirname(file), path!);
        return { file, room: file.split("/")[1]!, path: target, to: target.split("/")[1]! };
      }),
    );
}

describe("imports of contracts", () => {
  it("every folder has a rule", () => {
    const rooms = new Set(globSync("contracts/*/**/*.sol").map((file) => file.split("/")[1]));
    expect([...rooms].sort()).to.deep.equal([...PRODUCTS, ...ROOMS].sort());
  });

  it("go from a product to interfaces, verification and libraries, and to no other product", () => {
    const found = imports().filter(({ room }) => room !== "mocks");
    expect(found.length).to.be.greaterThan(80);
    const wrong = found.filter(({ room, to }) => to !== room && !MAY[room]!.includes(to));
    expect(wrong.map(({ file, path }) => `${file} imports ${path}`)).to.deep.equal([]);
  });

  it("no registry knows a product's interface", () => {
    const wrong = imports().filter(
      ({ room, path }) => room === "registries" && /\/IClaimsPayout\.sol$/.test(path),
    );
    expect(wrong.map(({ file, path }) => `${file} imports ${path}`)).to.deep.equal([]);
  });
});
