// SPDX-License-Identifier: GPL-3.0-or-later
//
// Proofs of bindings in the health ledger: where they are in calldata, and the circuit that they may be of.
import { type Proof, proofCalldata, type VerificationKey } from "@vitalproof/sdk";
import { boundConsentIdOf, HEALTH_LEDGER_ABI, type Matter, packRights } from "@vitalproof/sdk/ledger";
import { expect } from "chai";
import { concat, Interface, ZeroHash } from "ethers";
import { bindProofsIn } from "../src/calldata.ts";
import type { CircuitState } from "../src/circuits/types.ts";
import { checkBindings } from "../src/ledgerProofs.ts";
import { StopHistory } from "../src/stops.ts";
import { account } from "./support/events.ts";
import { MATTER, OTHER, RIGHTS, START, Story } from "./support/ledgerStory.ts";

describe("audit: proofs of bindings", () => {
  const abi = new Interface(HEALTH_LEDGER_ABI);
  const LEDGER = account(9);
  const CIRCUIT = `0x${"5a".repeat(32)}`;
  const proof: Proof = {
    a: [1n, 2n],
    b: [
      [3n, 4n],
      [5n, 6n],
    ],
    c: [7n, 8n],
  };
  const rights = packRights(RIGHTS);
  const call = (changes: { slot?: number; circuit?: string; matter?: Matter; rights?: bigint } = {}) => {
    const { slot = 1, circuit = CIRCUIT, matter = MATTER } = changes;
    return abi.encodeFunctionData("bind", [
      ...[1n, circuit, slot, changes.rights ?? rights, Object.values(matter)],
      proofCalldata(proof),
    ]);
  };
  const wanted = { page: 1n, slot: 1, rights, matter: MATTER };

  it("are found in the calldata, directly and inside another contract's, for exactly what was bound", () => {
    expect(bindProofsIn(abi, call(), wanted)).to.deep.equal([{ circuit: CIRCUIT, proof }]);
    expect(bindProofsIn(abi, concat(["0x12345678", call({ slot: 2 }), call()]), wanted)).to.have.length(1);
    for (const other of [
      { ...wanted, page: 2n },
      { ...wanted, slot: 2 },
      { ...wanted, rights: rights + 1n },
      ...(["patient", "grantee"] as const).map((who) => ({ ...wanted, matter: { ...MATTER, [who]: OTHER } })),
      { ...wanted, matter: { ...MATTER, purpose: ZeroHash } },
      { ...wanted, matter: { ...MATTER, program: 2n } },
    ])
      expect(bindProofsIn(abi, call(), other)).to.deep.equal([]);
    expect(bindProofsIn(abi, call().slice(0, -2), wanted)).to.deep.equal([]);
    expect(bindProofsIn(abi, "0x", wanted)).to.deep.equal([]);
  });

  const BOUND_AT = START + 90;
  const circuit = (changes: Partial<CircuitState> = {}): CircuitState => ({
    ...({ verificationKeyHash: "0xaa", addedAt: START, suspensions: new StopHistory() } as CircuitState),
    ...({ family: "0x6c65646765722d62696e640000000000", retiredAt: undefined, forgedAt: undefined } as const),
    ...changes,
  });
  const check = async (
    record: CircuitState | undefined,
    options: { input?: string; keyHash?: string; holds?: boolean } = {},
  ) => {
    const { findings, state } = Story.begun().bind(1, 90);
    const consent = state.consents.get(boundConsentIdOf(1n, 1, MATTER))!;
    const { input = call(), keyHash = "0xaa", holds = true } = options;
    let asked: readonly bigint[] = [];
    await checkBindings(
      {
        ...{ chainId: 5n, ledger: LEDGER, abi, findings, progress: () => {} },
        keys: new Map([
          [keyHash, { circuit: "bind-slot", key: {} as VerificationKey, keyKind: "production" }],
        ]),
        circuits: new Map(record === undefined ? [] : [[CIRCUIT, record]]),
        transactions: new Map([
          [consent.transaction, { input, succeeded: true, blockNumber: 1, logs: [] } as never],
        ]),
        verify: (_, inputs) => {
          asked = inputs;
          return holds;
        },
      },
      [consent],
    );
    return { codes: findings.all().map(({ code }) => code), asked };
  };

  it("are verified for the root, slot, action, rights and grantee that events tell of", async () => {
    const { codes, asked } = await check(circuit());
    expect(codes).to.deep.equal([]);
    expect([asked[0], asked[1], asked[3], asked[4]]).to.deep.equal([7n, 1n, rights, 1n]);
    expect((await check(circuit(), { holds: false })).codes).to.deep.equal(["CONSENT_PROOF_INVALID"]);
    expect((await check(circuit(), { input: "0x" })).codes).to.deep.equal(["CONSENT_PROOF_MISSING"]);
    expect((await check(circuit(), { keyHash: "0xbb" })).codes).to.deep.equal(["CONSENT_KEY_UNKNOWN"]);
  });

  it("V2: are of a circuit for bindings that was in force in that second", async () => {
    const stopped = (start: number, end: number) => {
      const suspensions = new StopHistory();
      suspensions.begin(start, end, "why");
      return circuit({ suspensions });
    };
    const right = [
      circuit({ retiredAt: BOUND_AT + 1 }),
      circuit({ forgedAt: BOUND_AT + 1, retiredAt: BOUND_AT + 1 }),
      // Exposed after it in the same block.
      circuit({ forgedAt: BOUND_AT, retiredAt: BOUND_AT }),
      stopped(BOUND_AT - 9, BOUND_AT),
      stopped(BOUND_AT + 1, BOUND_AT + 9),
    ];
    const wrong = [
      undefined,
      circuit({ family: "0x6c65646765722d736c6f740000000000" }),
      circuit({ addedAt: BOUND_AT + 1 }),
      circuit({ retiredAt: BOUND_AT }),
      circuit({ forgedAt: BOUND_AT - 1, retiredAt: BOUND_AT - 1 }),
      stopped(BOUND_AT - 9, BOUND_AT + 1),
    ];
    for (const [i, record] of right.entries())
      expect((await check(record)).codes, `right ${i}`).to.deep.equal([]);
    for (const [i, record] of wrong.entries())
      expect((await check(record)).codes, `wrong ${i}`).to.deep.equal(["CONSENT_CIRCUIT_WRONG"]);
  });
});
