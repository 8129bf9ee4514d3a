// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";
import { expect } from "chai";
import { loadConfig, parseConfig } from "../src/config/config.ts";

const BASE = "http://127.0.0.1:8080/app/";
const KEY = `0x${"ab".repeat(32)}`;

// biome-ignore lint/suspicious/noExplicitAny: what a deployer wrote may be anything
type Raw = any;

/** As the demonstration's services write it. */
function example(): Record<string, unknown> {
  const address = (n: number) => `0x${n.toString(16).padStart(40, "0")}`;
  return {
    name: "Vitalproof demo",
    chain: {
      id: 31337,
      name: "Local demo chain",
      rpc: "/rpc",
      explorer: null,
      currency: { name: "Ether", symbol: "ETH", decimals: 18 },
    },
    contracts: {
      claims: address(1),
      anchors: address(2),
      consents: address(3),
      circuits: address(4),
      scopes: address(5),
      pauses: address(6),
      custody: address(7),
    },
    tokens: [{ address: address(5), symbol: "tUSDC", decimals: 6, mintable: true }],
    fromBlock: 0,
    artifacts: "/artifacts",
    relayer: "/relayer",
    attester: "/attester",
    groups: [{ id: "1", name: "Demo attester", assurance: "self-attested" }],
    demo: {
      accounts: [{ name: "Demo insurer", privateKey: KEY }],
      clock: "/demo/clock",
      applications: "/demo/applications",
    },
  };
}

function refused(change: (file: Raw) => void): VitalproofError {
  const file = example();
  change(file);
  try {
    parseConfig(JSON.stringify(file), BASE);
  } catch (error) {
    if (error instanceof VitalproofError) return error;
  }
  throw new Error("It was taken.");
}

describe("config.json", () => {
  it("may name a health ledger, its hospitals, and none", () => {
    expect(parseConfig(JSON.stringify(example()), BASE)).to.deep.include({
      ledger: undefined,
      hospitals: [],
    });
    const file: Raw = example();
    const account = `0x${"12".repeat(20)}`;
    file.contracts.ledger = account;
    file.hospitals = [{ account, name: "St. Example" }];
    expect(parseConfig(JSON.stringify(file), BASE)).to.deep.include({
      ledger: account,
      hospitals: file.hospitals,
    });
    expect(refused((raw) => (raw.contracts.ledger = "0x12")).details).to.include({
      member: "contracts.ledger",
    });
    expect(refused((raw) => (raw.hospitals = [{ name: "x" }])).details).to.include({
      member: "hospitals[0].account",
    });
  });

  it("is taken as the services write it, paths made absolute", () => {
    const config = parseConfig(JSON.stringify(example()), BASE);
    expect(config.chain.rpc).to.equal("http://127.0.0.1:8080/rpc");
    expect(config.groups[0]!.id).to.equal(1n);
    expect(config.demo?.applications).to.equal("http://127.0.0.1:8080/demo/applications");
    expect(config.tokens[0]!.mintable).to.equal(true);
  });

  it("does without relayer, attester and demo", () => {
    const { relayer: _r, attester: _c, demo: _d, ...file } = example();
    const config = parseConfig(JSON.stringify(file), BASE);
    expect(config).to.include({ relayer: undefined, attester: undefined, demo: undefined });
  });

  it("calls a block final at once where the number of confirmations is left out", () => {
    expect(parseConfig(JSON.stringify(example()), BASE).chain.confirmations).to.equal(1);
    const file: Raw = example();
    file.chain.confirmations = 12;
    expect(parseConfig(JSON.stringify(file), BASE).chain.confirmations).to.equal(12);
  });

  const wrong: [string, (file: Raw) => void, RegExp][] = [
    ["a missing chain", (file) => delete file.chain, /chain is missing/],
    ["a chain id as text", (file) => (file.chain.id = "31337"), /chain\.id is "31337"/],
    [
      "an address one digit short",
      (file) => (file.contracts.claims = `0x${"1".repeat(39)}`),
      /contracts\.claims/,
    ],
    ["an rpc of another kind", (file) => (file.chain.rpc = "ftp://x"), /chain\.rpc/],
    ["decimals above 36", (file) => (file.tokens[0].decimals = 37), /tokens\[0\]\.decimals is 37/],
    ["tokens that are no list", (file) => (file.tokens = {}), /tokens is/],
    ["a group's number without quotes", (file) => (file.groups[0].id = 1), /groups\[0\]\.id is 1/],
    ["an unknown assurance class", (file) => (file.groups[0].assurance = "gold"), /groups\[0\]\.assurance/],
    ["no confirmation at all", (file) => (file.chain.confirmations = 0), /chain\.confirmations is 0/],
    ["confirmations as text", (file) => (file.chain.confirmations = "3"), /chain\.confirmations is "3"/],
    ["a block below 0", (file) => (file.fromBlock = -1), /fromBlock is -1/],
  ];
  for (const [what, change, says] of wrong) {
    it(`names the member of ${what}`, () => {
      const error = refused(change);
      expect(error.code).to.equal("DOCUMENT_INVALID");
      expect(error.shortMessage).to.match(says);
      expect(error.hint).to.match(/^It must be /);
    });
  }

  it("never repeats a private key", () => {
    const error = refused((file: Raw) => (file.demo.accounts[0].privateKey = KEY.slice(0, -1)));
    expect(error.message)
      .to.match(/demo\.accounts\[0\]\.privateKey/)
      .and.not.contain("abab");
  });

  it("says what is not JSON, what is not there and what cannot be reached", async () => {
    expect(() => parseConfig("{,}", BASE)).to.throw(VitalproofError, /not valid JSON/);
    const gone = async () => new Response("", { status: 404 });
    await loadConfig(BASE, gone as typeof fetch).then(
      () => expect.fail(),
      (error) =>
        expect(error.message)
          .to.match(/404/)
          .and.match(/config\.json/),
    );
    const dead = async () => Promise.reject(new TypeError("fetch failed"));
    await loadConfig(BASE, dead as typeof fetch).then(
      () => expect.fail(),
      (error) => expect(error.code).to.equal("FILE_UNREADABLE"),
    );
  });
});
