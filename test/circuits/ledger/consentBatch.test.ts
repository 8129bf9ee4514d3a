// SPDX-License-Identifier: GPL-3.0-or-later
//
// H9, H10, H19: what no consent batch can hold. The liar's witness generator has no checks of its own.
import { R } from "@vitalproof/hardhat-circom/attack";
import {
  consentBatch,
  type Grant,
  grantDomainOf,
  isGrantSignature,
  type PageState,
  packRights,
  type Revocation,
} from "@vitalproof/sdk/ledger";
import { uncheckedConsentBatch } from "@vitalproof/sdk/measure";
import { expect } from "chai";
import { ADDRESS, grantOf, numberOf, pageOf, patientOf, RIGHTS } from "../../support/ledgerPage.ts";
import { type Circuit, compileInstance } from "../support/circuit.ts";
import type { CircuitInput } from "../support/tester.ts";

const GRANTS = 3;
const REVOCATIONS = 2;
/** Order of the curve's subgroup: S and S + l are one signature to whoever does not compare. */
const ORDER = 2736030358979909402780800718157159386076813972158567259200215660948447373041n;

type Request = {
  page?: PageState;
  form?: bigint;
  grants?: readonly Grant[];
  revocations?: readonly Revocation[];
};

describe("circuits: ledger, consent batch", function () {
  this.timeout(300_000);
  let circuit: Circuit;
  const { page, patients } = pageOf(100);
  before(async () => {
    circuit = await compileInstance("consent-batch-test");
  });

  const request = ({ form = 0n, grants = [], revocations = [], page: at = page }: Request) => ({
    ...{ circuit: "consent-batch", address: ADDRESS, page: at, form, grants, revocations },
  });
  const inputOf = (asked: Request, change: (input: Record<string, unknown>) => void = () => undefined) => {
    const { witness } = uncheckedConsentBatch(request(asked), {
      mostGrants: GRANTS,
      mostRevocations: REVOCATIONS,
      salt: numberOf("salt"),
    });
    const input = { ...witness.circuitInput() } as Record<string, unknown>;
    change(input);
    return input as CircuitInput;
  };
  const accepts = (asked: Request, change?: (input: Record<string, unknown>) => void) =>
    circuit.accepts(inputOf(asked, change));
  const codeOf = (asked: Request): string | undefined => {
    try {
      consentBatch(request(asked));
    } catch (error) {
      return (error as { code: string }).code;
    }
  };

  const newcomer = (i: number, rights = RIGHTS) => patientOf(`newcomer ${i}`, rights);
  const grants = (count: number, from = 100) =>
    Array.from({ length: count }, (_, i) => grantOf(newcomer(i), from + i));
  const revocation = (slot: number): Revocation => ({
    slot,
    consent: patients[slot]!.consent,
    secret: patients[slot]!.secret,
  });
  const put = (input: Record<string, unknown>, name: string, i: number, value: unknown): void => {
    input[name] = (input[name] as unknown[]).map((was, k) => (k === i ? value : was));
  };

  it("holds for honest batches: new, revoked, both, full pages, the last slot", async () => {
    const full = pageOf(256).page;
    const last = pageOf(255).page;
    for (const asked of [
      { grants: grants(GRANTS) },
      { revocations: [revocation(3), revocation(99)] },
      { grants: grants(2), revocations: [revocation(0)] },
      { page: full, revocations: [revocation(7)] },
      { page: last, grants: grants(1, 255) },
      { page: { leaves: [], live: 0n }, grants: grants(1, 0) },
    ]) {
      await circuit.honest(inputOf(asked));
      expect(await accepts(asked)).to.equal(true);
      expect(codeOf(asked)).to.equal(undefined);
    }
  });

  it("a consent given and taken back in one batch is filled and not live", async () => {
    const { consent, secret } = newcomer(0);
    const asked = { grants: grants(1), revocations: [{ slot: 100, consent, secret }] };
    expect(await accepts(asked)).to.equal(true);
    expect((consentBatch(request(asked)).page.live >> 100n) & 1n).to.equal(0n);
  });

  it("H10: on a full page no new consent fits, though its shift is that of an empty one", async () => {
    const full = pageOf(256).page;
    expect(codeOf({ page: full, grants: grants(1, 255) })).to.equal("INVALID_ARGUMENT");
    for (const granted of [1, 3]) {
      const lied = (input: Record<string, unknown>) => {
        input.granted = granted;
      };
      expect(await accepts({ page: full }, lied), `${granted}`).to.equal(false);
    }
  });

  const signed = grants(2);
  const lies: readonly (readonly [string, Request, ((input: Record<string, unknown>) => void)?])[] = [
    [
      "H9: without a signature",
      { grants: [{ ...signed[0]!, signature: { ...signed[0]!.signature, S: 5n } }] },
    ],
    ["H9: signed by another key", { grants: [{ ...signed[0]!, key: newcomer(7).key.publicKey }] }],
    ["H9: signed for another slot", { grants: [grantOf(newcomer(0), 101)] }],
    ["H9: signed for another page", { grants: [grantOf(newcomer(0), 100, { ...ADDRESS, page: 2n })] }],
    [
      "H9: signed for another contract",
      { grants: [grantOf(newcomer(0), 100, { ...ADDRESS, ledger: `0x${"b2".repeat(20)}` })] },
    ],
    ["H9: signed for another chain", { grants: [grantOf(newcomer(0), 100, { ...ADDRESS, chainId: 1n })] }],
    [
      "H9: rights wider than signed",
      { grants: signed },
      (input) => put(input, "grantMasks", 1, [255, 255, 255]),
    ],
    ["H9: an end later than signed", { grants: signed }, (input) => put(input, "grantUntil", 1, 50_000_000)],
    ["H9: an audit key that was not signed", { grants: signed }, (input) => put(input, "grantAudit", 1, 5n)],
    [
      "H9: a grantee of more than its bits",
      { grants: signed },
      (input) => put(input, "grantGrantee", 1, 2n ** 32n),
    ],
    [
      "H9: a consent of the page, signed anew for nobody, in a new slot",
      { grants: [{ ...grantOf(patients[0]!, 0) }] },
    ],
    ["H9: a key that is no point", { grants: signed }, (input) => put(input, "grantA", 0, [1n, 2n])],
    ["H9: R8 that is no point", { grants: signed }, (input) => put(input, "grantR8", 0, [1n, 2n])],
    ["H9: the neutral point as a key", { grants: [{ ...signed[0]!, key: [0n, 1n] }] }],
    [
      "H9: S of the order and more",
      {
        grants: [
          { ...signed[0]!, signature: { ...signed[0]!.signature, S: signed[0]!.signature.S + ORDER } },
        ],
      },
    ],
    ["H10: without the secret", { revocations: [{ ...revocation(3), secret: 5n }] }],
    ["H10: of another slot", { revocations: [{ ...revocation(3), slot: 4 }] }],
    ["H10: of an empty slot", { revocations: [{ ...revocation(3), slot: 150 }] }],
    [
      "H10: of a slot beyond the page",
      { revocations: [revocation(3)] },
      (input) => put(input, "slot", 0, 259),
    ],
    ["H10: twice in a batch", { revocations: [revocation(3), revocation(3)] }],
    [
      "H10: of a consent that is dead",
      { page: { ...page, live: page.live & ~8n }, revocations: [revocation(3)] },
    ],
    [
      "H10: counted and not made",
      { revocations: [revocation(3)] },
      (input) => {
        input.revoked = 2;
      },
    ],
    [
      "H10: made and not counted",
      { revocations: [revocation(3)] },
      (input) => {
        input.revoked = 0;
      },
    ],
    ["a leaf of before the batch changed", { grants: signed }, (input) => put(input, "leaves", 5, 7n)],
    ["a bit of before the batch changed", { grants: signed }, (input) => put(input, "live", 5, 0n)],
    ["a live bit that is 2", { grants: signed }, (input) => put(input, "live", 5, 2n)],
    [
      "one filled slot more",
      { grants: signed },
      (input) => {
        input.filled = 101;
      },
    ],
    [
      "one new consent less",
      { grants: signed },
      (input) => {
        input.granted = 1;
      },
    ],
    [
      "filled that is no count",
      { grants: signed },
      (input) => {
        input.filled = R - 1n;
      },
    ],
    [
      "another domain",
      { grants: signed },
      (input) => {
        input.domain = grantDomainOf({ ...ADDRESS, page: 2n });
      },
    ],
  ];
  for (const [title, asked, change] of lies) {
    it(`no witness: ${title}`, async () => {
      expect(await accepts(asked, change)).to.equal(false);
      if (change === undefined)
        expect(codeOf(asked)).to.be.oneOf(["GRANT_NOT_SIGNED", "REVOCATION_NOT_POSSIBLE"]);
    });
  }

  it("what a prover has behind the filled slots is no part of the page", async () => {
    const behind = (input: Record<string, unknown>) => put(input, "leaves", 102, 7n);
    expect(await accepts({ grants: signed }, behind)).to.equal(true);
  });

  it("H19: in a page with a form every new consent has exactly its rights", async () => {
    const form = packRights(RIGHTS);
    expect(await accepts({ form, grants: signed })).to.equal(true);
    const other = { ...RIGHTS, purposes: RIGHTS.purposes | 1 };
    const mixed = [signed[0]!, grantOf(newcomer(1, other), 101)];
    expect(await accepts({ grants: mixed })).to.equal(true);
    expect(await accepts({ form, grants: mixed })).to.equal(false);
    expect(codeOf({ form, grants: mixed })).to.equal("GRANT_NOT_SIGNED");
    const unsaid = (input: Record<string, unknown>) => {
      input.form = 0n;
    };
    expect(await accepts({ form, grants: mixed }, unsaid), "the form is a word").to.equal(false);
  });

  it("a signature holds for its message and key alone", () => {
    const { key } = newcomer(0);
    const signature = key.sign(77n);
    expect(isGrantSignature(77n, signature, key.publicKey)).to.equal(true);
    expect(isGrantSignature(78n, signature, key.publicKey)).to.equal(false);
    expect(isGrantSignature(77n, signature, newcomer(1).key.publicKey)).to.equal(false);
    expect(isGrantSignature(77n, { ...signature, S: signature.S + ORDER }, key.publicKey)).to.equal(false);
    expect(isGrantSignature(77n, { ...signature, R8: [1n, 2n] }, key.publicKey)).to.equal(false);
    expect(isGrantSignature(77n, signature, [0n, 1n])).to.equal(false);
    expect(key.sign(77n)).to.deep.equal(signature);
    expect(JSON.stringify(key)).to.equal('{"type":"SlotKey","secret":"(secret)"}');
  });
});
