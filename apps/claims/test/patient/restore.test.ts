// SPDX-License-Identifier: GPL-3.0-or-later
//
// What a patient has after a backup was restored. The chain is what the test says; attester, vaults and logs are real.
import {
  anchorDayOf,
  circuitIdOf,
  circuitOf,
  controllerOf,
  dayEnd,
  epochEnd,
  type HttpAttester,
  type HttpDemo,
  memoryBackend,
  type Relayer,
  scopeOf,
  syntheticClarity,
  termsOf,
  verifyReceipt,
} from "@vitalproof/sdk";
import { expect } from "chai";
import { ZeroAddress } from "ethers";
import type { Offer, OwnPolicy, PatientChain, PeriodOnChain } from "../../src/patient/chain.ts";
import type { ProverClient } from "../../src/patient/proverClient.ts";
import type { PageTask } from "../../src/patient/proverProtocol.ts";
import { PatientSession } from "../../src/patient/session.ts";
import { Vault } from "../../src/patient/vault.ts";
import { FIRST_EPOCH, INTAKE_TIME, PROFILE, PROOF, TestAttester } from "./helpers.ts";

const PASSPHRASE = "vier Wörter und ein Pferd";
const CIRCUIT = circuitOf("glucose-day");
const CUSTODY = "0x00000000000000000000000000000000000000C3";
const DOMAIN = { chainId: 31337n, claims: "0x00000000000000000000000000000000000000C1" };
const offer: Offer = {
  program: 3n,
  insurer: "0x00000000000000000000000000000000000000E1",
  group: 1n,
  scopeNumber: 1n,
  scope: scopeOf({
    chainId: DOMAIN.chainId,
    scopes: "0x00000000000000000000000000000000000000C3",
    scopeNumber: 1n,
  }),
  circuit: CIRCUIT,
  terms: termsOf("time-in-range", { window: "1 day", unit: "mg/dL", offset: 0 }),
  offerHash: `0x${"0f".repeat(32)}`,
  escrow: 5n,
  token: "0x00000000000000000000000000000000000000D1",
  benefit: 25n,
  free: 1000n,
  claimWindow: 86_400,
  reviewTime: 0,
  arbiter: ZeroAddress,
  arbiterTime: 0,
};

describe("patient: a restored backup", function () {
  this.timeout(60_000);

  it("finds policy and money again, continues the log at the attester's head, and says what is lost", async () => {
    const attester = new TestAttester();
    const first = await Vault.create(memoryBackend(), PASSPHRASE, { logN: 14 });
    const controller = controllerOf(first.identity, { ...DOMAIN, program: 3n, index: 0 }).address;
    // Two days are with the attester, the third is over and was never sent.
    const old = await attester.logOfWeek(first.store, first.identity.subject, first.device, 2);
    attester.now = epochEnd(PROFILE, 0, FIRST_EPOCH + 2) + 3600;
    const backup = await first.backup(PASSPHRASE);

    const roots = new Map<number, bigint>();
    const tasks: PageTask[] = [];
    const paid: bigint[] = [];
    const chain = {
      now: async () => attester.now,
      offers: async () => [{ ...offer, program: 4n }, offer],
      policyOf: async (at: Offer, account: string): Promise<OwnPolicy | undefined> =>
        at.program === 3n && account === controller
          ? {
              policy: 7n,
              firstEpoch: FIRST_EPOCH,
              periods: 5,
              controller,
              payee: controller,
              owed: 50n,
              paid: 0n,
            }
          : undefined,
      period: async (_: Offer, __: bigint, period: number): Promise<PeriodOnChain> => {
        const anchorDay = anchorDayOf(PROFILE, 0, FIRST_EPOCH + period);
        return {
          state: period < 2 ? "credited" : "open",
          anchorRoot: roots.get(anchorDay) ?? 0n,
          anchorDay,
          anchorFrom: 0,
          closesAt: attester.now + 86_400,
          circuit: circuitIdOf(CIRCUIT.name, CIRCUIT.version),
        };
      },
      payments: async () =>
        paid.map((amount) => ({ amount, payee: controller, transaction: "0x04", time: 1 })),
      isGranted: async () => false,
      isRevoked: async () => false,
      anchors: {
        domain: async () => attester.domain,
        group: async () => ({ attester: attester.attester.address }),
      },
      claims: { address: DOMAIN.claims, domain: async () => DOMAIN },
      custody: { address: CUSTODY },
    } as unknown as PatientChain;
    const service = {
      enrol: (request: Parameters<HttpAttester["enrol"]>[0]) => attester.intake.openLog(request),
      continueLog: (request: Parameters<HttpAttester["continueLog"]>[0]) =>
        attester.intake.continueLog(request),
      submitHead: (head: Parameters<HttpAttester["submitHead"]>[0]) => attester.intake.submit(head),
      path: (day: number, leaf: bigint) => attester.anchoring.path(day, leaf),
    } as unknown as HttpAttester;
    const prover: ProverClient = {
      prove: async (task) => {
        tasks.push(task);
        return { circuit: CIRCUIT.name, proof: PROOF, publicInputs: [] };
      },
    };

    const backend = memoryBackend();
    const vault = await Vault.restore(backend, backup, PASSPHRASE, { logN: 14 });
    expect(vault.device.publicKey).to.not.equal(first.device.publicKey);
    const parts = {
      vault,
      chain,
      attester: service,
      demo: { now: async () => attester.now } as unknown as HttpDemo,
      prover,
    };
    const session = await PatientSession.open(parts);
    const found = await session.view();
    expect([found.policy?.policy, found.policy?.owed, found.offer?.program]).to.deep.equal([7n, 50n, 3n]);
    const state = (name: string) => found.steps.find((step) => step.name === name)!.state;
    expect([state("payment"), state("enrol"), state("prove")]).to.deep.equal(["can", "can", "no"]);

    // The money does not need the log.
    paid.push(50n);
    const carrier = { pay: async () => ({ transaction: "0x04" }) } as unknown as Relayer;
    expect((await session.pay(found, carrier)).amount).to.equal(50n);

    expect(await session.enrol({ profile: PROFILE.name, offset: 0 })).to.equal(true);
    const { head } = await attester.intake.stateOf(first.identity.subject, PROFILE.name);
    const continued = await session.view();
    // The third day could have been reported by the old device only: it is a gap.
    expect(continued.log?.opening).to.include({ firstEpoch: FIRST_EPOCH + 3, genesis: head });
    expect(continued.days!.periods.map((day) => day.state)).to.deep.equal([
      "lost",
      "lost",
      "lost",
      "open",
      "open",
    ]);

    const days = syntheticClarity({ firstDay: "2026-03-05", days: ["good", "good"] });
    await session.importFile(new TextEncoder().encode(days), { zone: "UTC" });
    attester.now = epochEnd(PROFILE, 0, FIRST_EPOCH + 3) + 60;
    expect(await session.sealAndSend()).to.deep.equal({ sent: 1, gaps: [] });
    const day = anchorDayOf(PROFILE, 0, FIRST_EPOCH + 3);
    attester.now = dayEnd(day) + INTAKE_TIME + 60;
    roots.set(day, (await attester.anchoring.close(day))!.root);
    const later = await session.view();
    expect(later.steps.find((step) => step.name === "prove")).to.deep.include({ state: "can", periods: [3] });
    await session.prove(later, 3);
    const [task] = tasks;
    expect(task?.kind === "claim" && task.request.previousHead).to.equal(head);

    // The same from the page's next visit on, and the old log's heads are the attester's first ones.
    vault.lock();
    const again = await PatientSession.open({ ...parts, vault: await Vault.unlock(backend, PASSPHRASE) });
    expect((await again.view()).log?.nextEpoch).to.equal(FIRST_EPOCH + 4);
    for (const { receipt } of old.epochs.slice(0, 2)) {
      verifyReceipt(attester.domain, receipt!, attester.attester.address);
    }
  });

  it("asks the attester again with the same device when the first answer was lost", async () => {
    const attester = new TestAttester();
    const vault = await Vault.create(memoryBackend(), PASSPHRASE, { logN: 14 });
    const { subject } = vault.identity;
    const opening = await attester.enrol(subject, vault.device);
    const request = { subject, device: vault.device, profile: PROFILE.name };
    const once = await attester.intake.continueLog(request);
    expect(once).to.deep.equal(opening);
    expect(await attester.intake.continueLog(request)).to.deep.equal(once);
  });
});
