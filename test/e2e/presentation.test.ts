// SPDX-License-Identifier: GPL-3.0-or-later
//
// Circuits proven off chain: an alert against the attester's receipt before
// the day is anchored, and several circuits together, as the inclusion
// criteria of a trial. Real proofs of the small test instances.
import { join } from "node:path";
import {
  Anchoring,
  type AnchorPath,
  ATTESTER_OVERLAP,
  attestHolder,
  createIdentity,
  distributionTerms,
  enrolmentWitness,
  type HolderAttestation,
  type Identity,
  Intake,
  Log,
  memoryStore,
  type Presentation,
  type PresentationRequest,
  type PresentationTrust,
  packTerms,
  policyHashOf,
  presentationWitness,
  profileOf,
  prove,
  type SignedReceipt,
  SimulatedDevice,
  scopeOf,
  signAttestation,
  storeRecords,
  termsForPeriod,
  VitalproofError,
  verifyPresentation,
} from "@vitalproof/sdk";
import { diskArtifacts } from "@vitalproof/sdk/node";
import { expect } from "chai";
import { Wallet, ZeroHash } from "ethers";
import { sharedProver } from "../../simulation/index.ts";

const root = join(import.meta.dirname, "../..");
const artifacts = diskArtifacts(join(root, "circuits/artifacts"), { large: join(root, "build/circuits") });
const prover = sharedProver;
const keyOf = async (circuit: string) => (await artifacts.load(circuit)).verificationKey;

const profile = profileOf("test-16");
const DAY = profile.epochSeconds;
const FIRST = 20_000;
const END = (FIRST + 2) * DAY;
const GROUP = 7n;
const chainId = 31_337n;
const verifier = { chainId, account: "0x00000000000000000000000000000000000000e1" };
const anchors = { chainId, anchors: "0x00000000000000000000000000000000000000a1" };
const attester = Wallet.createRandom();

const request: PresentationRequest = {
  verifier,
  scopeNumber: 1n,
  group: GROUP,
  maxAge: 3_600,
  statements: [
    {
      circuit: "distribution-direct-test",
      terms: distributionTerms({
        circuit: "distribution-direct-test",
        band: { atLeast: 3, atMost: 7 },
        share: { atLeast: 50 },
      }),
    },
    {
      circuit: "distribution-histogram-test",
      terms: distributionTerms({ circuit: "distribution-histogram-test", mean: { atMost: 8 } }),
    },
  ],
};
const alert: PresentationRequest = { ...request, statements: request.statements.slice(0, 1) };

interface Person {
  readonly identity: Identity;
  readonly log: Log;
  readonly receipt: SignedReceipt;
  readonly path: AnchorPath;
  readonly anchorDay: number;
}

/** The code of a refusal; "nothing" when there was none. */
async function codeOf(act: Promise<unknown>): Promise<string> {
  try {
    await act;
    return "nothing";
  } catch (error) {
    if (error instanceof VitalproofError) return error.code;
    throw error;
  }
}

/** A person whose two days at the value 5 are sealed, taken in and anchored. */
async function person(): Promise<Person> {
  let now = FIRST * DAY + 60;
  const store = memoryStore();
  const intake = new Intake({
    records: storeRecords(store),
    group: GROUP,
    intakeTime: 7_200,
    domain: anchors,
    signer: attester,
    clock: () => now,
  });
  const identity = createIdentity();
  const { subject } = identity;
  await intake.registerPerson(subject);
  const device = new SimulatedDevice();
  await intake.enrolDevice({ device, subject, profile: profile.name });
  const log = await Log.create(
    memoryStore(),
    "log",
    await intake.openLog({ subject, profile: profile.name, offset: 0 }),
  );
  const readings = Array.from({ length: 2 * profile.slots }, (_, slot) => ({
    time: FIRST * DAY + slot * profile.interval + 1,
    value: slot % 5 === 4 ? 9 : 5,
    unit: "1",
  }));
  await log.append(readings);
  let receipt: SignedReceipt | undefined;
  for (const epoch of [FIRST, FIRST + 1]) {
    now = (epoch + 1) * DAY + 60;
    await log.seal(now);
    receipt = await intake.submit(await log.sign(epoch, device));
    await log.accept(epoch, receipt);
  }
  const { anchorDay, leaf } = receipt!;
  now = (anchorDay + 1) * 86_400 + 7_201;
  const anchoring = new Anchoring(storeRecords(store), intake);
  await anchoring.close(anchorDay);
  return { identity, log, receipt: receipt!, path: await anchoring.path(anchorDay, leaf), anchorDay };
}

/** The attester's attestation of the person to a verifier, over a real enrolment proof. */
async function attested(
  who: Person,
  account = verifier.account,
): Promise<Pick<PresentationTrust, "attestation" | "attestationSignature">> {
  const domain = { chainId, claims: account };
  const scope = scopeOf({ chainId, scopes: account, scopeNumber: 1n });
  const attestation: HolderAttestation = {
    program: 0n,
    offerHash: ZeroHash,
    holder: who.identity.holder(scope),
    controller: attester.address,
    payee: "0x0000000000000000000000000000000000000000",
    firstEpoch: 0,
    periods: 0,
    nonce: 1n,
    expiry: BigInt(END + 86_400),
  };
  const witness = enrolmentWitness(who.identity.secret(), {
    scope,
    policyHash: policyHashOf(domain, attestation),
  });
  const { proof, publicInputs } = await prove(prover, await artifacts.load("enrolment"), witness);
  const attestationSignature = await attestHolder(
    { attestation, scopeNumber: 1n, subject: who.identity.subject, proof, publicInputs },
    {
      domain,
      scopes: account,
      signer: attester,
      verificationKey: await keyOf("enrolment"),
      people: { knows: async () => true },
      now: END,
    },
  );
  return { attestation, attestationSignature };
}

async function present(
  who: Person,
  asked: PresentationRequest,
  evidence: "receipt" | "anchor",
): Promise<Presentation> {
  const proofs = [];
  for (const [i, { circuit, terms }] of asked.statements.entries()) {
    const witness = presentationWitness(who.identity.secret(), asked, i, {
      ...who.log.period(FIRST, 2),
      path: evidence === "receipt" ? { receiptLeaf: who.receipt.leaf } : who.path,
    });
    const { proof } = await prove(prover, await artifacts.load(circuit), witness);
    proofs.push({
      circuit,
      terms: packTerms(termsForPeriod(terms, FIRST)),
      proof,
      evidence: evidence === "receipt" ? { receipt: who.receipt } : { anchorDay: who.anchorDay },
    });
  }
  const { account: scopes } = asked.verifier;
  return {
    holder: who.identity.holder(scopeOf({ chainId, scopes, scopeNumber: asked.scopeNumber })),
    proofs,
  };
}

describe("e2e: circuits off chain", () => {
  let alice: Person;
  let trust: PresentationTrust;
  let alerted: Presentation;
  let together: Presentation;

  before(async function () {
    this.timeout(300_000);
    alice = await person();
    trust = {
      attester: attester.address,
      anchors,
      ...(await attested(alice)),
      now: END + 600,
      anchorRootOf: async (day) => (day === alice.anchorDay ? alice.path.root : undefined),
    };
    alerted = await present(alice, alert, "receipt");
    together = await present(alice, request, "anchor");
  });

  const verify = (change: {
    request?: PresentationRequest;
    presentation?: Presentation;
    trust?: Partial<PresentationTrust>;
  }) =>
    verifyPresentation(
      change.request ?? alert,
      change.presentation ?? alerted,
      { ...trust, ...change.trust },
      keyOf,
    );
  const withProof = (of: Presentation, change: Partial<Presentation["proofs"][number]>): Presentation => ({
    ...of,
    proofs: [{ ...of.proofs[0]!, ...change }, ...of.proofs.slice(1)],
  });

  it("T14: an alert holds against the receipt alone, before any anchor", async () => {
    const found = await verify({ trust: { anchorRootOf: undefined } });
    expect(found).to.deep.equal({ holder: alerted.holder, start: FIRST * DAY, end: END });
  });

  it("T14: two circuits over the same days of one person hold together, against the anchor", async () => {
    const found = await verify({ request, presentation: together });
    expect(found.end - found.start).to.equal(2 * DAY);
  });

  it("T14: an answer is fresh to the last second of its age, and stale one second later", async () => {
    expect(await codeOf(verify({ trust: { now: END + 3_600 } }))).to.equal("nothing");
    expect(await codeOf(verify({ trust: { now: END + 3_601 } }))).to.equal("PRESENTATION_STALE");
    expect(await codeOf(verify({ trust: { now: END - 1 } }))).to.equal("PRESENTATION_STALE");
  });

  it("T11: an alert made for one verifier, scope number or chain is nothing to another", async () => {
    const account = "0x00000000000000000000000000000000000000e2";
    const other = { ...alert, verifier: { chainId, account } };
    // The attestation is for the first verifier …
    expect(await codeOf(verify({ request: other }))).to.equal("ATTESTATION_MISMATCH");
    // … and with one for the second the holder is another.
    const forOther = await attested(alice, account);
    expect(await codeOf(verify({ request: other, trust: forOther }))).to.equal("ATTESTATION_MISMATCH");
    const renamed = { ...alerted, holder: forOther.attestation.holder };
    expect(await codeOf(verify({ request: other, presentation: renamed, trust: forOther }))).to.equal(
      "PROOF_INVALID",
    );
    expect(await codeOf(verify({ request: { ...alert, scopeNumber: 2n } }))).to.equal("PROOF_INVALID");
    const elsewhere = { ...alert, verifier: { ...verifier, chainId: 1n } };
    expect(await codeOf(verify({ request: elsewhere }))).to.equal("ATTESTATION_MISMATCH");
  });

  it("T10: a holder whom the attester does not attest, an expired or a forged attestation are refused", async () => {
    const bob = await attested(await person());
    expect(await codeOf(verify({ trust: bob }))).to.equal("ATTESTATION_MISMATCH");
    expect(
      await codeOf(
        verify({
          trust: { now: Number(trust.attestation.expiry) + 1 },
          request: { ...alert, maxAge: undefined },
        }),
      ),
    ).to.equal("ATTESTATION_EXPIRED");
    expect(await codeOf(verify({ trust: { attester: Wallet.createRandom().address } }))).to.equal(
      "ATTESTATION_MISMATCH",
    );
    expect(await codeOf(verify({ trust: { attestationSignature: "0x1234" } }))).to.equal(
      "ATTESTATION_MISMATCH",
    );
  });

  it("T11: other terms, another first epoch or another circuit than asked for are refused", async () => {
    const { terms, circuit } = alert.statements[0]!;
    const easier = {
      ...alert,
      statements: [{ circuit, terms: { ...terms, shareMin: 1 } as typeof terms }],
    };
    expect(await codeOf(verify({ request: easier }))).to.equal("PRESENTATION_MISMATCH");
    const moved = withProof(alerted, { terms: packTerms(termsForPeriod(terms, FIRST - 1)) });
    const late = { ...alert, maxAge: undefined };
    expect(await codeOf(verify({ request: late, presentation: moved }))).to.equal("PRESENTATION_MISMATCH");
    const renamed = withProof(alerted, { circuit: "distribution-histogram-test" });
    expect(await codeOf(verify({ presentation: renamed }))).to.equal("PRESENTATION_MISMATCH");
    expect(await codeOf(verify({ request }))).to.equal("PRESENTATION_MISMATCH");
    const swapped = { ...together, proofs: [...together.proofs].reverse() };
    expect(await codeOf(verify({ request, presentation: swapped }))).to.equal("PRESENTATION_MISMATCH");
  });

  it("T28: after a change of attester, a receipt of the previous one counts for its time, and its attestation no longer", async () => {
    const next = Wallet.createRandom();
    const { attestation } = trust;
    const domain = { chainId, claims: verifier.account };
    const attestationSignature = await signAttestation(next, domain, attestation);
    const changed = (until: number): Partial<PresentationTrust> => ({
      attester: next.address,
      attestationSignature,
      previous: [{ attester: attester.address, since: 0, until }],
    });
    const { receivedAt } = alice.receipt;
    const found = await verify({ trust: changed(receivedAt + 1) });
    expect(found.holder).to.equal(alerted.holder);
    const late = changed(receivedAt - ATTESTER_OVERLAP);
    expect(await codeOf(verify({ trust: late }))).to.equal("RECEIPT_INVALID");
    expect(await codeOf(verify({ trust: { ...late, previous: [] } }))).to.equal("RECEIPT_INVALID");
    const { attestationSignature: old } = trust;
    expect(
      await codeOf(verify({ trust: { ...changed(receivedAt + 1), attestationSignature: old } })),
    ).to.equal("ATTESTATION_MISMATCH");
  });

  it("T7: another receipt, group, day or root than the proof's is refused", async () => {
    const bob = await person();
    const foreign = withProof(alerted, { evidence: { receipt: bob.receipt } });
    expect(await codeOf(verify({ presentation: foreign }))).to.equal("PROOF_INVALID");
    const altered = withProof(alerted, { evidence: { receipt: { ...alice.receipt, receivedAt: 1 } } });
    expect(await codeOf(verify({ presentation: altered }))).to.equal("RECEIPT_INVALID");
    expect(await codeOf(verify({ request: { ...alert, group: 8n } }))).to.equal("PRESENTATION_MISMATCH");
    const wrongDay = withProof(together, { evidence: { anchorDay: alice.anchorDay + 1 } });
    expect(await codeOf(verify({ request, presentation: wrongDay }))).to.equal("PRESENTATION_MISMATCH");
    expect(
      await codeOf(verify({ request, presentation: together, trust: { anchorRootOf: undefined } })),
    ).to.equal("ANCHOR_DAY_UNKNOWN");
    expect(
      await codeOf(verify({ request, presentation: together, trust: { anchorRootOf: async () => 5n } })),
    ).to.equal("PROOF_INVALID");
    const anchored = withProof(alerted, { evidence: { anchorDay: alice.anchorDay } });
    expect(alice.path.siblings).to.have.length(0);
    // One leaf a day is also a tree of one leaf, so here the anchor's root is the receipt's leaf.
    expect(await codeOf(verify({ presentation: anchored }))).to.equal("nothing");
  });

  it("T10: two people cannot answer one request together", async () => {
    const bob = await person();
    const his = await present(bob, request, "receipt");
    const mixed = { holder: together.holder, proofs: [together.proofs[0]!, his.proofs[1]!] };
    expect(await codeOf(verify({ request, presentation: mixed }))).to.equal("PROOF_INVALID");
  });
});
