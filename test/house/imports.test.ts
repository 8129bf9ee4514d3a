// SPDX-License-Identifier: GPL-3.0-or-later
//
// Who may import whom: docs/architecture.md, "Who may import whom". Every import counts, of values and of types.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect } from "chai";
import { circlesOf, type Import, importsOf, reachable, root, sources } from "./support/importGraph.ts";

/** What each workspace may import of the others. */
const WORKSPACES: Readonly<Record<string, readonly string[]>> = {
  "packages/sdk": [],
  "packages/readers": ["packages/sdk"],
  "packages/audit": ["packages/sdk"],
  "packages/hardhat-circom": [],
  "packages/services": ["packages/sdk", "packages/readers"],
  "packages/cli": ["packages/sdk", "packages/readers", "packages/audit", "packages/services"],
  "apps/claims": ["packages/sdk", "packages/readers", "packages/audit"],
};

/** Tests of a package may use what all tests share, and a deployment. */
const SHARED_WITH_TESTS = /^(test\/(\w+\/)?support|ignition|simulation)\//;

/** Rooms of the SDK, and what they must not know, not even through others. */
const SDK_ROOMS: readonly (readonly [room: string, never: RegExp])[] = [
  ["hashes/", /\/(clients|settle|services)\/|\/generated\/(abi|contracts)/],
  ["terms/", /\/(clients|settle|services)\/|\/generated\/(abi|contracts)/],
  ["wire/", /\/(clients|settle|services)\/|\/generated\/(abi|contracts)/],
  ["clients/", /\/(people|settle|services|identity)\//],
  ["log/", /\/(clients|settle|services|people|attester)\//],
  ["people/sealer.ts", /\/(identity|clients|settle|services)\/|\/generated\/(abi|contracts)/],
];

/** Rooms of the app, and the others of its rooms that each may import. What has pages may import all but pages. */
const APP_ROOMS: Readonly<Record<string, readonly string[]>> = {
  config: [],
  words: [],
  wallet: ["config", "words"],
  chain: ["config", "words"],
  data: ["config", "words", "chain"],
  plans: ["config", "words", "chain", "data"],
  ui: ["config", "words", "wallet", "chain", "data", "plans"],
};

const files = sources();
const imports = importsOf(files);
const inside = imports.filter((each): each is Import & { to: string } => each.to !== undefined);

const workspaceOf = (file: string): string | undefined => /^(packages|apps)\/[^/]+/.exec(file)?.[0];
const isTest = (file: string): boolean => /^[^/]+\/[^/]+\/test\//.test(file);
const isSource = (file: string): boolean => /^[^/]+\/[^/]+\/(src|bin)\//.test(file);
const told = (broken: readonly Import[]): string[] => broken.map(({ from, to }) => `${from} imports ${to}`);

describe("imports", () => {
  it("are all followed: hundreds of files, and every relative one leads to a file", () => {
    expect(files.length).to.be.greaterThan(600);
    const lost = imports.filter(
      ({ specifier, to }) => /^\.{1,2}\/.*\.tsx?$/.test(specifier) && to === undefined,
    );
    // TypeChain's declarations are generated beside the sources and are not committed.
    expect(told(lost.filter(({ specifier }) => !/generated\/|\/types\//.test(specifier)))).to.deep.equal([]);
  });

  it("form no circle", () => {
    expect(circlesOf(imports)).to.deep.equal([]);
  });

  it("go from a workspace only to those below it, and never to the command", () => {
    const broken = inside.filter(({ from, to }) => {
      const [own, other] = [workspaceOf(from), workspaceOf(to)];
      if (own === other || other === undefined) return false;
      if (own === undefined) return other === "packages/cli";
      return !WORKSPACES[own]!.includes(other);
    });
    expect(told(broken)).to.deep.equal([]);
    const workspaces = new Set(files.flatMap((file) => workspaceOf(file) ?? []));
    expect([...workspaces].sort()).to.deep.equal(Object.keys(WORKSPACES).sort());
  });

  it("name another workspace by its package, not by a path into it", () => {
    const broken = inside.filter(
      ({ from, to, specifier }) =>
        specifier.startsWith(".") && workspaceOf(from) !== workspaceOf(to) && (isSource(to) || isTest(to)),
    );
    expect(told(broken)).to.deep.equal([]);
  });

  it("are not got around by a path in a text: no workspace has one into the sources of another", () => {
    const broken = files.flatMap((file) => {
      const own = workspaceOf(file);
      if (own === undefined) return [];
      const texts = readFileSync(join(root, file), "utf8").matchAll(
        /["'`]([^"'`\n]*\/src(?:\/[^"'`\n]*)?)["'`]/g,
      );
      return [...texts].flatMap(([, text]) => {
        const path = text!.startsWith(".") ? join(dirname(file), text!) : text!;
        const other = /(?:packages|apps)\/[^/]+(?=\/src)/.exec(path)?.[0];
        return other === undefined || other === own ? [] : [`${file} names ${text}`];
      });
    });
    expect(broken).to.deep.equal([]);
  });

  it("of a workspace's sources stay in workspaces; its tests also use what tests share", () => {
    const broken = inside.filter(({ from, to }) => {
      if (workspaceOf(from) === undefined || workspaceOf(to) !== undefined) return false;
      return isSource(from) || (isTest(from) && !SHARED_WITH_TESTS.test(to));
    });
    expect(told(broken)).to.deep.equal([]);
  });

  it("of sources never lead into tests", () => {
    expect(told(inside.filter(({ from, to }) => isSource(from) && isTest(to)))).to.deep.equal([]);
  });

  for (const [room, never] of SDK_ROOMS) {
    it(`of the SDK's ${room} do not reach what it must not know`, () => {
      const own = files.filter((file) => file.startsWith(`packages/sdk/src/${room}`));
      expect(own).not.to.deep.equal([]);
      const seen = [...reachable(imports, own)].filter((file) => never.test(file));
      expect(seen).to.deep.equal([]);
    });
  }

  it("of the app's rooms go one way", () => {
    const roomOf = (file: string): string => /^apps\/claims\/src\/(\w+)\//.exec(file)?.[1] ?? "";
    const broken = inside.filter(({ from, to }) => {
      const [own, other] = [roomOf(from), roomOf(to)];
      return own in APP_ROOMS && other !== "" && other !== own && !APP_ROOMS[own]!.includes(other);
    });
    expect(told(broken)).to.deep.equal([]);
    for (const room of Object.keys(APP_ROOMS)) expect(files.map(roomOf)).to.include(room);
  });

  it("of Hardhat's entry to the plugin load neither compiler nor snarkjs", () => {
    // Hardhat runs the entry at every start. Types cost nothing, and what is imported later is loaded later.
    const entry = importsOf(["packages/hardhat-circom/src/index.ts"], { onlyLoaded: true });
    expect(entry.map(({ specifier }) => specifier).sort()).to.deep.equal([
      "./ceremonyTasks.ts",
      "./errors.ts",
      "./onInstances.ts",
      "hardhat/config",
      "hardhat/plugins",
      "hardhat/types/arguments",
    ]);
    const ceremony = importsOf(["packages/hardhat-circom/src/ceremonyTasks.ts"], { onlyLoaded: true });
    expect(ceremony.map(({ specifier }) => specifier).sort()).to.deep.equal([
      "./onInstances.ts",
      "hardhat/config",
      "hardhat/types/arguments",
    ]);
    const instances = importsOf(["packages/hardhat-circom/src/onInstances.ts"], { onlyLoaded: true });
    expect(instances.map(({ specifier }) => specifier)).to.deep.equal(["hardhat/types/arguments"]);
    const errors = importsOf(["packages/hardhat-circom/src/errors.ts"], { onlyLoaded: true });
    expect(errors.map(({ specifier }) => specifier)).to.deep.equal(["hardhat/plugins"]);
  });
});

describe("the look for circles", () => {
  const imports = (...pairs: readonly string[]): Import[] =>
    pairs.map((pair) => ({ from: pair[0]!, specifier: "", to: pair[1]! }));

  it("finds one of two files, one of three, and a file that imports itself", () => {
    expect(circlesOf(imports("ab", "ba"))).to.deep.equal([["a", "b"]]);
    expect(circlesOf(imports("xa", "ab", "bc", "ca", "cd"))).to.deep.equal([["a", "b", "c"]]);
    expect(circlesOf(imports("aa"))).to.deep.equal([["a"]]);
    expect(circlesOf(imports("ab", "ba", "bc", "cd", "dc"))).to.have.deep.members([
      ["a", "b"],
      ["c", "d"],
    ]);
  });

  it("finds none where two ways lead to one file", () => {
    expect(circlesOf(imports("ab", "ac", "bd", "cd"))).to.deep.equal([]);
  });
});
