// SPDX-License-Identifier: GPL-3.0-or-later
import { epochEnd, memoryBackend, type SignedHead, syntheticClarity, VitalproofError } from "@vitalproof/sdk";
import { expect } from "chai";
import type { PatientChain } from "../../src/patient/chain.ts";
import type { ClinicService, DemoService } from "../../src/patient/services.ts";
import { PatientSession, type SessionParts } from "../../src/patient/session.ts";
import { Vault } from "../../src/patient/vault.ts";
import { codeOf, FIRST_DAY, FIRST_EPOCH, INTAKE_TIME, PROFILE, START, TestClinic } from "./helpers.ts";

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

/** A session whose clinic is the SDK's intake; of the chain only what sealing asks is there. */
async function parts(
  clinic: TestClinic,
  backend = memoryBackend(),
): Promise<SessionParts & { heads: SignedHead[] }> {
  const heads: SignedHead[] = [];
  const vault = (await Vault.exists(backend))
    ? await Vault.unlock(backend, PASSPHRASE)
    : await Vault.create(backend, PASSPHRASE, { logN: 14 });
  const service: Pick<ClinicService, "enrol" | "submitHead"> = {
    async enrol({ subject, device, ...log }) {
      await clinic.intake.registerPerson(subject);
      await clinic.intake.enrolDevice({ device, subject, profile: log.profile });
      return clinic.intake.openLog({ subject, ...log });
    },
    submitHead: (head) => {
      heads.push(head);
      return clinic.intake.submit(head).catch(overHttp);
    },
  };
  const chain = {
    offers: async () => [],
    anchors: {
      domain: async () => clinic.domain,
      group: async () => ({ attester: clinic.attester.address }),
    },
  };
  return {
    heads,
    vault,
    clinic: service as ClinicService,
    chain: chain as unknown as PatientChain,
    demo: { now: async () => clinic.now } as unknown as DemoService,
    prover: { prove: () => Promise.reject(new Error("no proof is to be made")) },
  };
}

const file = (): Uint8Array => new TextEncoder().encode(syntheticClarity({ firstDay: FIRST_DAY }));
const log = { profile: PROFILE.name, offset: 0 } as const;

describe("patient: session", () => {
  it("enrols, imports and seals, and goes on after the vault was locked", async () => {
    const clinic = new TestClinic(START - 3600);
    const backend = memoryBackend();
    const first = await parts(clinic, backend);
    const session = await PatientSession.open(first);
    expect(await codeOf(session.sealAndSend())).to.equal("NOT_THERE");
    await session.enrol(log);
    const imported = await session.importFile(file(), { zone: "UTC" });
    expect(imported.file.format).to.equal("dexcom-clarity");
    expect(imported.log.taken).to.equal(imported.file.taken).and.to.be.greaterThan(1800);
    clinic.now = epochEnd(PROFILE, 0, FIRST_EPOCH) + 60;
    expect(await session.sealAndSend()).to.deep.equal({ sent: 1, gaps: [] });
    first.vault.lock();

    const again = await PatientSession.open(await parts(clinic, backend));
    const view = await again.view();
    expect(view.log?.opening.firstEpoch).to.equal(FIRST_EPOCH);
    expect(view.log?.nextEpoch).to.equal(FIRST_EPOCH + 1);
    expect(view.steps.find(({ name }) => name === "seal")).to.include({ state: "wait" });
    expect(view.steps.find(({ name }) => name === "apply")?.reason).to.contain("No insurer");
  });

  it("follows the clinic over days whose heads came too late", async () => {
    const clinic = new TestClinic(START - 3600);
    const session = await PatientSession.open(await parts(clinic));
    await session.enrol(log);
    await session.importFile(file(), { zone: "UTC" });
    // Two days' deadlines pass; the third day's head is still in time.
    clinic.now = epochEnd(PROFILE, 0, FIRST_EPOCH + 2) + 60;
    const { sent, gaps } = await session.sealAndSend();
    expect(gaps).to.deep.equal([FIRST_EPOCH, FIRST_EPOCH + 1]);
    expect(sent).to.equal(1);
    clinic.now = epochEnd(PROFILE, 0, FIRST_EPOCH + 2) + INTAKE_TIME + 60;
    expect(await session.sealAndSend()).to.deep.equal({ sent: 0, gaps: [] });
  });

  it("T33: hands the clinic heads whose members are those of a head", async () => {
    const clinic = new TestClinic(START - 3600);
    const own = await parts(clinic);
    const session = await PatientSession.open(own);
    await session.enrol(log);
    await session.importFile(file(), { zone: "UTC" });
    clinic.now = epochEnd(PROFILE, 0, FIRST_EPOCH) + 60;
    await session.sealAndSend();
    expect(own.heads.map((head) => Object.keys(head).sort())).to.deep.equal([
      ["context", "device", "group", "head", "previous", "signature", "subject"],
    ]);
  });

  it("refuses a receipt that is not the group's attester's", async () => {
    const clinic = new TestClinic(START - 3600);
    const own = await parts(clinic);
    const other = new TestClinic();
    const chain = {
      anchors: {
        domain: async () => clinic.domain,
        group: async () => ({ attester: other.attester.address }),
      },
    };
    const session = await PatientSession.open({ ...own, chain: chain as unknown as PatientChain });
    await session.enrol(log);
    clinic.now = epochEnd(PROFILE, 0, FIRST_EPOCH) + 60;
    expect(await codeOf(session.sealAndSend())).to.equal("RECEIPT_INVALID");
  });
});
