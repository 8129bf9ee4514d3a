// SPDX-License-Identifier: GPL-3.0-or-later
//
// A session from application to payment. The chain is what a test says; log, vault, consent and keys are real.
import {
  anchorDayOf,
  type ClaimItem,
  circuitIdOf,
  circuitOf,
  type HttpAttester,
  type HttpDemo,
  memoryBackend,
  type Relayer,
  scopeOf,
  signAttestation,
  termsOf,
  VitalproofError,
} from "@vitalproof/sdk";
import { expect } from "chai";
import { type HDNodeWallet, Wallet, ZeroAddress } from "ethers";
import type { Offer, OwnPolicy, PatientChain, Payment, PeriodOnChain } from "../../src/patient/chain.ts";
import type { ProverClient } from "../../src/patient/proverClient.ts";
import { PatientSession } from "../../src/patient/session.ts";
import { Vault } from "../../src/patient/vault.ts";
import { codeOf, FIRST_EPOCH, PROFILE, PROOF, TestAttester } from "./helpers.ts";

const PASSPHRASE = "vier Wörter und ein Pferd";
const CIRCUIT = circuitOf("glucose-day");
const CLAIMS = "0x00000000000000000000000000000000000000C1";
const CONSENTS = "0x00000000000000000000000000000000000000C2";
const CUSTODY = "0x00000000000000000000000000000000000000C3";
const TOKEN = "0x00000000000000000000000000000000000000D1";
const SCOPES = "0x000000000000000000000000000000000000005C";
const DOMAIN = { chainId: 31337n, claims: CLAIMS };
const offer: Offer = {
  program: 3n,
  insurer: "0x00000000000000000000000000000000000000E1",
  group: 1n,
  scopeNumber: 1n,
  scope: scopeOf({ ...DOMAIN, scopes: SCOPES, scopeNumber: 1n }),
  circuit: CIRCUIT,
  terms: termsOf("time-in-range", { window: "1 day", unit: "mg/dL", offset: 0 }),
  offerHash: `0x${"0f".repeat(32)}`,
  escrow: 5n,
  token: TOKEN,
  benefit: 25n,
  free: 1000n,
  claimWindow: 86_400,
  reviewTime: 0,
  arbiter: ZeroAddress,
  arbiterTime: 0,
};

const making: ProverClient = {
  prove: async () => ({ circuit: CIRCUIT.name, proof: PROOF, publicInputs: [] }),
};
/** A prover that never ends, and tells when it was asked. */
function endless(): ProverClient & { asked: Promise<void> } {
  let told!: () => void;
  const asked = new Promise<void>((resolve) => {
    told = resolve;
  });
  const prove = () => {
    told();
    return new Promise<never>(() => undefined);
  };
  return { prove, asked };
}
const failing: ProverClient = { prove: () => Promise.reject(new VitalproofError("ABORTED", "Stopped.")) };

/** A patient with a week in the log, and a chain that says what a test says. */
async function world({ restored = false } = {}) {
  const attester = new TestAttester();
  const backend = memoryBackend();
  const vault = await Vault.create(backend, PASSPHRASE, { logN: 14 });
  const log = await attester.logOfWeek(vault.store, vault.identity.subject, vault.device, 2);
  // A restored backup holds the identity alone.
  if (!restored) await vault.keep("enrolment", { opening: log.opening });
  const day = anchorDayOf(PROFILE, 0, FIRST_EPOCH);
  const { root } = await attester.anchoring.path(day, log.leaf(FIRST_EPOCH));
  const said = {
    owed: 0n,
    paid: 0n,
    granted: false,
    payments: [] as Payment[],
    issued: true,
    /** Who signs attestations in the attester's place. */
    signer: undefined as Wallet | HDNodeWallet | undefined,
  };
  const chain = {
    now: async () => attester.now,
    offers: async () => [offer],
    policyOf: async (_: Offer, controller: string): Promise<OwnPolicy | undefined> => {
      const { issued, owed, paid } = said;
      const cover = { policy: 7n, firstEpoch: FIRST_EPOCH, periods: 1 };
      return issued ? { ...cover, controller, payee: controller, owed, paid } : undefined;
    },
    period: async (): Promise<PeriodOnChain> => ({
      state: "open",
      anchorRoot: root,
      anchorDay: day,
      anchorFrom: 0,
      closesAt: attester.now + 86_400,
      circuit: circuitIdOf(CIRCUIT.name, CIRCUIT.version),
    }),
    payments: async () => said.payments,
    isGranted: async () => said.granted,
    isRevoked: async () => false,
    custody: { address: CUSTODY },
    claims: {
      address: CLAIMS,
      domain: async () => DOMAIN,
      claimPurpose: async () => `0x${"11".repeat(32)}`,
      periodOf: async () => ({ state: "credited", until: 0 }),
    },
    anchors: { group: async () => ({ attester: attester.attester.address }) },
    consents: { domain: async () => ({ chainId: 31337n, consents: CONSENTS }) },
  } as unknown as PatientChain;
  const service: Pick<HttpAttester, "path" | "attest"> = {
    path: (which, leaf) => attester.anchoring.path(which, leaf),
    attest: async ({ attestation }) => signAttestation(said.signer ?? attester.attester, DOMAIN, attestation),
  };
  const open = async (prover: ProverClient = making) =>
    PatientSession.open({
      vault: await Vault.unlock(backend, PASSPHRASE),
      chain,
      attester: service as HttpAttester,
      demo: {
        now: async () => attester.now,
        leaveApplication: async () => undefined,
      } as unknown as HttpDemo,
      prover,
    });
  return { open, said };
}

/** A relayer that takes everything and says what it was given. */
function relaying(): Relayer & { items: ClaimItem[]; consents: string[] } {
  const items: ClaimItem[] = [];
  const consents: string[] = [];
  return {
    items,
    consents,
    consent: async ({ signature }) => {
      consents.push(signature);
      return { transaction: "0x01" };
    },
    revoke: async () => ({ transaction: "0x02" }),
    claim: async (item) => {
      items.push(item);
      return { outcome: "settled", transaction: "0x03", blockNumber: 3 };
    },
    pay: async () => ({ transaction: "0x04" }),
  };
}

const stepOf = ({ steps }: { steps: readonly { name: string; state: string }[] }, name: string) =>
  steps.find((each) => each.name === name)?.state;

describe("patient: claiming", function () {
  this.timeout(60_000);

  it("offers a proof again that closing the page cut off, and keeps one that was made until it is sent", async () => {
    const { open } = await world();
    const prover = endless();
    const closed = await open(prover);
    await Promise.race([closed.prove(await closed.view(), 0), prover.asked]);

    const second = await open();
    let view = await second.view();
    expect(view.unfinished).to.deep.equal({ kind: "claim", policy: 7n, period: 0 });
    expect(view.proofs.size).to.equal(0);
    expect(stepOf(view, "prove")).to.equal("can");
    await second.prove(view, 0);
    view = await second.view();
    expect(view.unfinished).to.equal(undefined);

    const third = await open(failing);
    const relayer = relaying();
    await third.consent(offer, 30, relayer);
    view = await third.view();
    expect(view.unfinished).to.equal(undefined);
    expect(stepOf(view, "prove")).to.equal("done");
    expect(stepOf(view, "submit")).to.equal("can");
    expect(await third.submit(view, 0, relayer)).to.include({ outcome: "settled" });
    expect(relayer.items).to.have.lengthOf(1);
    expect(relayer.items[0]).to.deep.include({ policy: 7n, period: 0, proof: PROOF });
    expect(relayer.items[0]!.consentId).to.equal(view.consent!.consentId);
  });

  it("takes a proof that failed or was stopped for over", async () => {
    const { open } = await world();
    const session = await open(failing);
    expect(await codeOf(session.prove(await session.view(), 0))).to.equal("ABORTED");
    expect((await (await open()).view()).unfinished).to.equal(undefined);
  });

  it("finds an application again that was not finished, and applies with the account to be paid", async () => {
    const { open, said } = await world();
    said.issued = false;
    const prover = endless();
    const closed = await open(prover);
    await Promise.race([closed.apply(offer, { periods: 1 }), prover.asked]);
    const session = await open();
    expect((await session.view()).unfinished).to.deep.equal({ kind: "application" });
    const payee = Wallet.createRandom().address;
    const file = await session.apply(offer, { periods: 1, payee: payee.toLowerCase() });
    const { attestation } = JSON.parse(file);
    expect(attestation.payee).to.equal(payee);
    expect(JSON.parse(await session.apply(offer, { periods: 1 })).attestation.payee).to.equal(ZeroAddress);
    expect(await codeOf(session.apply(offer, { periods: 1, payee: TOKEN }))).to.equal("INVALID_ARGUMENT");
  });

  it("keeps no application that another account than the attester's signed", async () => {
    const { open, said } = await world();
    said.issued = false;
    said.signer = Wallet.createRandom();
    const session = await open();
    expect(await codeOf(session.apply(offer, { periods: 1 }))).to.equal("ATTESTATION_MISMATCH");
    expect((await session.view()).application).to.equal(undefined);
  });

  it("does not apply for a program whose days are not the log's, and names both offsets", async () => {
    const { open } = await world();
    const elsewhere = { ...offer, terms: { ...offer.terms, offset: 92 } };
    const session = await open(failing);
    const error = await session.apply(elsewhere, { periods: 1 }).catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(VitalproofError);
    const { code, message } = error as VitalproofError;
    expect(code).to.equal("LOG_MISMATCH");
    expect(message).to.contain("offset 92").and.to.contain("offset 0");
  });

  it("finds policy and money of a restored identity without a log", async () => {
    const { open, said } = await world({ restored: true });
    said.owed = 25n;
    const view = await (await open()).view();
    expect(view.log).to.equal(undefined);
    expect(view.policy).to.include({ policy: 7n, owed: 25n });
    expect(stepOf(view, "payment")).to.equal("can");
    expect(view.steps.find(({ name }) => name === "prove")?.reason).to.contain("not in this vault");
  });

  it("finds a consent again that arrived while the page was closed", async () => {
    const { open, said } = await world();
    const session = await open();
    let id = "";
    const lost: Relayer = {
      ...relaying(),
      consent: async ({ consent }) => {
        id = consent.receiptHash;
        throw new VitalproofError("SERVICE_UNREACHABLE", "The service cannot be reached.");
      },
    };
    expect(await codeOf(session.consent(offer, 30, lost))).to.equal("SERVICE_UNREACHABLE");
    expect((await session.view()).consent).to.equal(undefined);
    said.granted = true;
    const found = (await (await open()).view()).consent;
    expect(found?.consent.receiptHash).to.equal(id);
    expect(JSON.parse(found!.receipt).kind).to.equal("vitalproof/consent-receipt");
  });

  it("has what is owed paid out, and says what the chain says of it", async () => {
    const { open, said } = await world();
    const session = await open();
    said.owed = 25n;
    const view = await session.view();
    expect(stepOf(view, "payment")).to.equal("can");
    expect(await codeOf(session.pay(view, relaying()))).to.equal("CONTRACT_CALL_FAILED");
    const payment = { amount: 25n, payee: view.policy!.payee, transaction: "0x04", time: 1 };
    Object.assign(said, { owed: 0n, paid: 25n, payments: [payment] });
    expect(await session.pay(view, relaying())).to.deep.equal(payment);
    expect((await session.view()).payments).to.deep.equal([payment]);
  });

  it("gives the key of the policy's own account sealed, to who has the passphrase", async () => {
    const { open } = await world();
    const session = await open();
    const view = await session.view();
    expect(await codeOf(session.accountKey(view, "another passphrase"))).to.equal("PASSPHRASE_WRONG");
    const file = await session.accountKey(view, PASSPHRASE);
    const { address, privateKey } = await Wallet.fromEncryptedJson(file, PASSPHRASE);
    expect(address).to.equal(view.policy!.controller);
    expect(file).not.to.contain(privateKey.slice(2));
  });
});
