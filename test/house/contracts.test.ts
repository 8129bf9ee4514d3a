// SPDX-License-Identifier: GPL-3.0-or-later
//
// Contracts are called through the SDK's clients: typed, and with errors that say what was refused.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as sdk from "@vitalproof/sdk";
import * as ledger from "@vitalproof/sdk/ledger";
import { expect } from "chai";
import { root, sources } from "./support/importGraph.ts";

const CLIENTS = "packages/sdk/src/clients/";
/** Of the health ledger, which is a room of its own. */
const LEDGER_CLIENT = "packages/sdk/src/ledger/client.ts";
const MADE = /\bnew\s+(ethers\.)?Contract\s*\(/;
/** What a product's contract calls, and no account. */
const MODULES = ["commit", "open", "pay", "release"].map((called) => `CUSTODY_ABI: ${called}`);
/** Longer ones are two subjects. */
const LINES = 350;

const isTest = (file: string): boolean => /(^|\/)test\//.test(file);
const linesOf = (file: string): string[] => readFileSync(join(root, file), "utf8").split("\n");
const made = (files: readonly string[]): string[] =>
  files.flatMap((file) => linesOf(file).flatMap((line, i) => (MADE.test(line) ? [`${file}:${i + 1}`] : [])));

describe("contracts", () => {
  const files = sources();

  it("are made in the SDK's clients and nowhere else, but in tests", () => {
    expect(made(files.filter((file) => !isTest(file) && !file.startsWith(CLIENTS)))).to.deep.equal([]);
  });

  it("are made in one place there", () => {
    const places = made(files.filter((file) => file.startsWith(CLIENTS)));
    expect(places.map((place) => place.replace(/:\d+$/, ""))).to.deep.equal([`${CLIENTS}call.ts`]);
  });

  it("have a client for everything that an account can change, each by clients of its own", () => {
    const clients = files
      .filter((file) => file.startsWith(CLIENTS) || file === LEDGER_CLIENT)
      .map((file) => readFileSync(join(root, file), "utf8"));
    const missing: string[] = [];
    let changes = 0;
    for (const [name, value] of Object.entries({ ...sdk, ...ledger })) {
      if (!name.endsWith("_ABI")) continue;
      // A function of the same name in another contract's client does not count.
      const own = clients.filter((client) => client.includes(`>(${name}, `)).join("\n");
      for (const fragment of value as readonly string[]) {
        if (!fragment.startsWith("function ") || /\) (view|pure)\b/.test(fragment)) continue;
        changes += 1;
        const called = /^function (\w+)/.exec(fragment)![1]!;
        if (!own.includes(`#contract.${called}(`)) missing.push(`${name}: ${called}`);
      }
    }
    expect(changes).to.be.greaterThan(42);
    expect(missing).to.deep.equal(MODULES);
  });

  it("have clients that can be read whole", () => {
    const clients = files.filter((file) => file.startsWith(CLIENTS));
    expect(clients.length).to.be.greaterThan(5);
    expect(clients.filter((file) => linesOf(file).length > LINES)).to.deep.equal([]);
  });
});
