// SPDX-License-Identifier: GPL-3.0-or-later
//
// After each contract test the auditor goes over what the test left on the chain: what the contracts allowed, its own
// rules must allow as well. With LONG=1 after every test of every file, else after those of stops and successors, the rules
// with most cases, and of bound consents. Proofs here are a mock's or under keys that it is not given, so they are unknown
// to it; everything else is re-executed.
import { basename } from "node:path";
import { audit, contractInterfaces, type FindingCode, rpcChainData } from "@vitalproof/audit";
import { expect } from "chai";
import { connection } from "./support/network.ts";

const LONG = process.env.LONG === "1";

/** What is audited in an ordinary run. */
const AUDITED = ["stops.test.ts", "circuitStops.test.ts", "turns.test.ts", "boundConsents.test.ts"];
/** What some tests do to the chain beside the contracts: they overwrite a verifier's code. */
const DONE_BY_TESTS: readonly FindingCode[] = ["VERIFIER_CODE_CHANGED"];
/** These tokens tell of no transfer, lie about it, or change balances by themselves. */
const ODD_TOKENS = ["tokens.test.ts", "reentrance.test.ts"];

let audits = 0;

afterEach("the auditor agrees with what the contracts allowed", async function () {
  this.timeout(120_000);
  const file = basename(this.currentTest?.file ?? "");
  if (ODD_TOKENS.includes(file) || (!AUDITED.includes(file) && !LONG)) return;
  const request = (method: string, params: readonly unknown[]) =>
    connection.provider.request({ method, params: [...params] });
  const topic = contractInterfaces().claims.getEvent("ProgramCreated")!.topicHash;
  const created = (await request("eth_getLogs", [
    { fromBlock: "0x0", toBlock: "latest", topics: [topic] },
  ])) as { address: string; topics: string[] }[];
  for (const { address, topics } of created) {
    const { findings } = await audit({
      data: rpcChainData(request),
      claims: address,
      program: BigInt(topics[1]!),
      keys: new Map(),
    });
    const errors = findings.filter(
      ({ severity, code }) => severity === "error" && !DONE_BY_TESTS.includes(code),
    );
    expect(errors, `program ${topics[1]}`).to.deep.equal([]);
    audits++;
  }
});

after(() => {
  if (audits > 0) console.log(`    ${audits} audits of what contract tests left, without an error`);
});
