// SPDX-License-Identifier: GPL-3.0-or-later
import {
  epochEnd,
  type HttpAttester,
  type HttpDemo,
  memoryBackend,
  type SignedHead,
  syntheticClarity,
  VitalproofError,
} from "@vitalproof/sdk";
import { expect } from "chai";
import type { PatientChain } from "../../src/patient/chain.ts";
import { nextOf } from "../../src/patient/journey.ts";
import { PatientSession, type SessionParts } from "../../src/patient/session.ts";
import { Vault } from "../../src/patient/vault.ts";
import { codeOf, FIRST_DAY, FIRST_EPOCH, INTAKE_TIME, PROFILE, START, TestAttester } from "./helpers.ts";

const PASSPHRASE = "vier Wörter und ein Pferd";

/** An error as it arrives over HTTP: plain details. */
function overHttp(error: unknown): never {
  if (!(error instanceof VitalproofError)) throw error;
  const { code, message, details } = error.toJSON() as {
    code: never;
    message: string;
    details: Record<string, string>;
  };
  throw new VitalproofError(code, message, { details });
}

/** A session whose attester is the SDK's intake; of the chain only what sealing asks is there. */
async function parts(
  attester: TestAttester,
  backend = memoryBackend(),
): Promise<SessionParts & { heads: SignedHead[] }> {
  const heads: SignedHead[] = [];
  const vault = (await Vault.exists(backend))
    ? await Vault.unlock(backend, PASSPHRASE)
    : await Vault.create(backend, PASSPHRASE, { logN: 14 });
  const service: Pick<HttpAttester, "enrol" | "submitHead"> = {
    async enrol({ subject, device, ...log }) {
      await attester.intake.registerPerson(subject);
      await attester.intake.enrolDevice({ device, subject, profile: log.profile });
      return attester.intake.openLog({ subject, ...log });
    },
    submitHead: (head) => {
      heads.push(head);
      return attester.intake.submit(head).catch(overHttp);
    },
  };
  const chain = {
    offers: async () => [],
    anchors: {
      domain: async () => attester.domain,
      group: async () => ({ attester: attester.attester.address }),
    },
  };
  return {
    heads,
    vault,
    attester: service as HttpAttester,
    chain: chain as unknown as PatientChain,
    demo: { now: async () => attester.now } as unknown as HttpDemo,
    prover: { prove: () => Promise.reject(new Error("no proof is to be made")) },
  };
}

const file = (): Uint8Array => new TextEncoder().encode(syntheticClarity({ firstDay: FIRST_DAY }));
const log = { profile: PROFILE.name, offset: 0 } as const;

describe("patient: session", () => {
  it("enrols, imports and seals, and goes on after the vault was locked", async () => {
    const attester = new TestAttester(START - 3600);
    const backend = memoryBackend();
    const first = await parts(attester, backend);
    const session = await PatientSession.open(first);
    expect(await codeOf(session.sealAndSend())).to.equal("NOT_THERE");
    await session.enrol(log);
    const imported = await session.importFile(file(), { zone: "UTC" });
    expect(imported.file.format).to.equal("dexcom-clarity");
    expect(imported.log.taken).to.equal(imported.file.taken).and.to.be.greaterThan(1800);
    attester.now = epochEnd(PROFILE, 0, FIRST_EPOCH) + 60;
    expect(await session.sealAndSend()).to.deep.equal({ sent: 1, gaps: [] });
    first.vault.lock();

    const again = await PatientSession.open(await parts(attester, backend));
    const view = await again.view();
    expect(view.log?.opening.firstEpoch).to.equal(FIRST_EPOCH);
    expect(view.log?.nextEpoch).to.equal(FIRST_EPOCH + 1);
    expect(view.steps.find(({ name }) => name === "seal")).to.include({ state: "wait" });
    expect(view.steps.find(({ name }) => name === "apply")?.reason).to.contain("No insurer");
  });

  it("follows the attester over days whose heads came too late", async () => {
    const attester = new TestAttester(START - 3600);
    const session = await PatientSession.open(await parts(attester));
    await session.enrol(log);
    await session.importFile(file(), { zone: "UTC" });
    // Two days' deadlines pass; the third day's head is still in time.
    attester.now = epochEnd(PROFILE, 0, FIRST_EPOCH + 2) + 60;
    const { sent, gaps } = await session.sealAndSend();
    expect(gaps).to.deep.equal([FIRST_EPOCH, FIRST_EPOCH + 1]);
    expect(sent).to.equal(1);
    attester.now = epochEnd(PROFILE, 0, FIRST_EPOCH + 2) + INTAKE_TIME + 60;
    expect(await session.sealAndSend()).to.deep.equal({ sent: 0, gaps: [] });
  });

  it("names days that would be sealed with few readings, and wants them imported first", async () => {
    const attester = new TestAttester(START - 3600);
    const session = await PatientSession.open(await parts(attester));
    await session.enrol(log);
    expect(await session.thinEpochs()).to.deep.equal([]);
    attester.now = epochEnd(PROFILE, 0, FIRST_EPOCH) + 60;
    expect(await session.thinEpochs()).to.deep.equal([{ epoch: FIRST_EPOCH, filled: 0, samples: 288 }]);
    const steps = (await session.view()).steps;
    expect(nextOf(steps)).to.include({ name: "import" });
    expect(nextOf(steps)!.reason).to.contain("0 of 288 readings");
    expect(steps.find(({ name }) => name === "seal")).to.include({ state: "can" });
    await session.importFile(file(), { zone: "UTC" });
    expect(await session.thinEpochs()).to.deep.equal([]);
    expect(nextOf((await session.view()).steps)).to.include({ name: "seal" });
    await session.sealAndSend();
    // Readings of later days wait: nothing is to be done but to wait.
    expect(nextOf((await session.view()).steps)).to.equal(undefined);
  });

  it("T33: hands the attester heads whose members are those of a head", async () => {
    const attester = new TestAttester(START - 3600);
    const own = await parts(attester);
    const session = await PatientSession.open(own);
    await session.enrol(log);
    await session.importFile(file(), { zone: "UTC" });
    attester.now = epochEnd(PROFILE, 0, FIRST_EPOCH) + 60;
    await session.sealAndSend();
    expect(own.heads.map((head) => Object.keys(head).sort())).to.deep.equal([
      ["context", "device", "group", "inner", "previous", "signature", "subject"],
    ]);
  });

  it("refuses a receipt that is not the group's attester's", async () => {
    const attester = new TestAttester(START - 3600);
    const own = await parts(attester);
    const other = new TestAttester();
    const chain = {
      anchors: {
        domain: async () => attester.domain,
        group: async () => ({ attester: other.attester.address }),
      },
    };
    const session = await PatientSession.open({ ...own, chain: chain as unknown as PatientChain });
    await session.enrol(log);
    attester.now = epochEnd(PROFILE, 0, FIRST_EPOCH) + 60;
    expect(await codeOf(session.sealAndSend())).to.equal("RECEIPT_INVALID");
  });
});
