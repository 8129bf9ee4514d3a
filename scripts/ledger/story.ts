// SPDX-License-Identifier: GPL-3.0-or-later
//
// The story of `npm run demo -- --ledger`: consents that nobody sees, a day of accesses under one proof, one that no proof
// can hide, an emergency, a revocation while the hospital is silent, and what a patient reads from the chain alone.
import { DAY, prove } from "@vitalproof/sdk";
import {
  type Access,
  accessBatch,
  accountingOf,
  archiveOf,
  assertGiven,
  type Disclosure,
  LedgerClient,
  type RebuiltPage,
  readHistory,
  rebuildPage,
  verifyArchive,
} from "@vitalproof/sdk/ledger";
import { uncheckedAccessBatch } from "@vitalproof/sdk/measure";
import { childProcessProver } from "@vitalproof/sdk/node";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import { World } from "../../simulation/index.ts";
import type { Report } from "../demo/report.ts";
import {
  admit,
  CIRCUITS,
  dataClass,
  dayOfAccesses,
  type Hospital,
  type LedgerPatient,
  openHospital,
  PATIENTS,
  purpose,
  role,
} from "./hospital.ts";

export interface LedgerResult {
  readonly page: string;
  readonly consents: number;
  readonly accesses: number;
  readonly emergencies: number;
  /** Of the patient who reads: what the hospital recorded under their consent, and what they found on the chain. */
  readonly patient: { readonly recorded: number; readonly found: readonly Disclosure[] };
  readonly proofsVerified: number;
  readonly wrong: readonly string[];
}

/** The patient who revokes and reads. */
const ANNA = 3;
/** A Monday. */
const START = Date.UTC(2026, 2, 2) / 1000 - 3_600;
const HOUR = 3_600;

export async function tellLedger(hre: HardhatRuntimeEnvironment, report: Report): Promise<LedgerResult> {
  report.section("A hospital and a ledger");
  const world = await report.step("contracts deployed", async () => {
    const value = await World.create(hre, START, ["glucose-day", ...Object.values(CIRCUITS), "own-slot"]);
    return { value, detail: `HealthLedger at ${value.addresses.ledger}` };
  });
  const hospital = await report.step("the hospital opens a page for 256 consents", async () => {
    const value = await openHospital(world);
    return { value, detail: `page ${value.page.address.page}, kept by ${world.roles.attester.address}` };
  });

  const patients = await giveConsents(report, hospital);
  const recorded = await showDay(report, hospital, patients);
  await showForce(report, hospital, patients[ANNA]!);
  const after = await showAfter(report, hospital);
  return showAccounting(report, hospital, patients, { recorded: recorded + after, wrong: [] });
}

async function giveConsents(report: Report, hospital: Hospital): Promise<LedgerPatient[]> {
  const { page, world } = hospital;
  report.section("Consents");
  const patients: LedgerPatient[] = [];
  await report.step(`${PATIENTS} patients sign a consent each, with keys that nothing links`, async () => {
    for (let i = 0; i < PATIENTS; i++) patients.push(await admit(hospital));
    return { value: undefined, detail: "for treatment and payment; genetics and mental health are left out" };
  });
  const hash = await report.step("all of them go on the chain under one proof", async () => {
    const { happened } = await page.close();
    const { hash } = happened[0]!;
    return {
      value: hash,
      gas: await gasOf(world, hash),
      detail: "12 leaves of 32 bytes, which show nothing",
    };
  });
  await page.settled(hash);
  await report.step("every wallet computes its leaf again before it says `given`", async () => {
    const { leaves, live } = await rebuilt(hospital);
    for (const { kept } of patients) assertGiven(kept.consent, kept.slot, leaves, { live });
    return { value: undefined, detail: "from the transaction's data, not from what the hospital says" };
  });
  return patients;
}

/** @returns accesses to Anna's data */
async function showDay(
  report: Report,
  hospital: Hospital,
  patients: readonly LedgerPatient[],
): Promise<number> {
  const { page, world, client } = hospital;
  report.section("A day of accesses");
  const from = world.now;
  const accesses = dayOfAccesses(from);
  await world.passUntil(from + DAY + HOUR);
  await page.advance();
  for (const access of accesses) await page.record(access);
  report.note(`${accesses.length} accesses of physicians, nurses, laboratory and billing are recorded.`);

  const curious = {
    ...{
      key: "curious",
      slot: ANNA,
      actor: 999,
      role: role("administration"),
      purpose: purpose("treatment"),
    },
    ...{ class: dataClass("mental-health"), at: from + 10 * HOUR, glass: 0 as const },
  };
  await report.refusal(
    "somebody of the administration looks at Anna's mental health: the hospital's own software says no",
    ["ACCESS_NOT_ALLOWED"],
    () => page.record(curious),
  );
  const state = await client.page(page.address.page);
  const { leaves, live } = await rebuilt(hospital);
  const access: Access = { ...curious, minute: 600, consent: patients[ANNA]!.kept.consent };
  const request = {
    circuit: CIRCUITS.accesses,
    address: page.address,
    page: { leaves, live },
    ...{ base: state.logged, span: 1_440, accesses: [access] },
  };
  await report.refusal(
    "the same in a batch that is not checked: the circuit has no witness",
    ["WITNESS_REJECTED"],
    async () => {
      const { witness } = uncheckedAccessBatch(request, { most: 64, nonce: 1n, salt: 1n });
      await prove(childProcessProver(), await world.artifacts.load(CIRCUITS.accesses), witness);
    },
  );

  await page.record({
    ...{ key: "emergency", slot: 7, actor: 101, role: role("physician"), purpose: purpose("treatment") },
    ...{ class: dataClass("mental-health"), at: from + 15 * HOUR, glass: 1 },
  });
  report.note(
    "In an emergency a physician breaks the glass: it is logged, counted in public, and the patient reads it.",
  );
  await report.step("the whole day goes on the chain under one proof", async () => {
    const { happened, missed } = await page.close();
    const { hash, count } = happened[0]!;
    if (missed.length > 0) throw new Error(`${missed.length} accesses are missed`);
    const gas = await gasOf(world, hash);
    await page.settled(hash);
    return { value: undefined, gas, detail: `${count} accesses, 1 of them an emergency` };
  });
  await report.refusal(
    "a record that is changed afterwards: the proof is of other bytes",
    ["HealthLedger_NotProven"],
    async () => {
      const good = accessBatch({
        ...request,
        base: (await client.page(page.address.page)).logged,
        ...{ span: 0, accesses: [{ ...access, class: dataClass("clinical"), minute: 0 }] },
      });
      const { proof } = await prove(
        childProcessProver(),
        await world.artifacts.load(CIRCUITS.accesses),
        good.witness,
      );
      await client.logAccesses(page.address.page, { ...good, body: flipped(good.body) }, proof);
    },
  );
  return accesses.filter(({ slot }) => slot === ANNA).length;
}

async function showForce(report: Report, hospital: Hospital, { wallet, kept }: LedgerPatient): Promise<void> {
  const { world, page } = hospital;
  report.section("The hospital is silent");
  await report.step(
    "Anna rebuilds the page from the chain alone, proves which slot is hers, and revokes",
    async () => {
      const { leaves } = await rebuilt(hospital);
      const witness = wallet.forcedRevocation(kept, leaves);
      const { proof } = await prove(childProcessProver(), await world.artifacts.load("own-slot"), witness);
      // Sent by a relayer: it would link an account of hers to the slot.
      const relayed = new LedgerClient(world.addresses.ledger, world.roles.relayer);
      const { gasUsed } = await relayed.revokeByForce(page.address.page, kept.slot, proof);
      return { value: undefined, gas: gasUsed, detail: "in force with this transaction; nobody was asked" };
    },
  );
}

/** @returns accesses to Anna's data */
async function showAfter(report: Report, { page, world }: Hospital): Promise<number> {
  await world.follow();
  await world.passUntil(world.now + 10 * 60);
  await page.advance();
  const later = {
    ...{ slot: ANNA, actor: 102, role: role("physician"), purpose: purpose("treatment") },
    ...{ class: dataClass("clinical"), at: world.now - 120 },
  };
  await report.refusal("the next access to her data", ["ACCESS_NOT_ALLOWED"], () =>
    page.record({ ...later, key: "later", glass: 0 }),
  );
  await page.record({ ...later, key: "later-emergency", glass: 1 });
  await report.step("an emergency still can be logged, and she will read it", async () => {
    const { happened } = await page.close();
    return {
      value: undefined,
      gas: await gasOf(world, happened[0]!.hash),
      detail: "flagged for everybody to count",
    };
  });
  return 1;
}

async function showAccounting(
  report: Report,
  hospital: Hospital,
  patients: readonly LedgerPatient[],
  { recorded, wrong }: { recorded: number; wrong: string[] },
): Promise<LedgerResult> {
  const { world, page } = hospital;
  report.section("What the chain says");
  const { kept } = patients[ANNA]!;
  const { found, batches } = await report.step(
    "Anna reads who looked, from the chain and with her key alone",
    async () => {
      const { batches } = await rebuilt(hospital);
      const accounting = accountingOf(kept, batches);
      return {
        value: { found: accounting.rows, batches },
        detail: `${accounting.rows.length} accesses among ${accounting.tried.records} records`,
      };
    },
  );
  for (const line of tableOf(found)) report.note(line);
  if (found.length !== recorded) wrong.push(`Anna found ${found.length} accesses, ${recorded} were recorded`);

  const proofsVerified = await report.step(
    "anyone verifies every proof again, from an archive of the calldata",
    async () => {
      const history = await readHistory(world.addresses.ledger, world.roles.stranger, page.address.page);
      const names = [...Object.values(CIRCUITS), "own-slot"] as const;
      const keys = await Promise.all(
        names.map(async (name) => [name, (await world.artifacts.load(name)).verificationKey] as const),
      );
      const { proofs } = verifyArchive(archiveOf(history), {
        verificationKeys: Object.fromEntries(keys),
        page: await hospital.client.page(page.address.page),
      });
      return {
        value: proofs,
        detail: `${proofs} proofs are right, and lead to the page as the chain has it`,
      };
    },
  );
  const accesses = batches.reduce((sum, { header }) => sum + header.count, 0);
  const emergencies = batches.reduce((sum, { header }) => sum + header.emergencies, 0);
  return {
    page: String(page.address.page),
    consents: patients.length,
    ...{ accesses, emergencies, patient: { recorded, found }, proofsVerified, wrong },
  };
}

async function rebuilt({ world, page }: Hospital): Promise<RebuiltPage> {
  return rebuildPage(await readHistory(world.addresses.ledger, world.roles.stranger, page.address.page));
}

async function gasOf(world: World, hash: string): Promise<bigint> {
  return (await world.connection.ethers.provider.getTransactionReceipt(hash))!.gasUsed;
}

function flipped(body: string): string {
  return body.slice(0, -1) + (body.endsWith("0") ? "1" : "0");
}

function tableOf(rows: readonly Disclosure[]): string[] {
  return rows.map(({ at, actor, role: as, purpose: why, class: what, emergency }) =>
    [
      new Date(at * 1000).toISOString().slice(0, 16).replace("T", " "),
      `actor ${actor}`.padEnd(10),
      as.padEnd(15),
      why.padEnd(10),
      what.padEnd(14),
      emergency ? "EMERGENCY" : "",
    ].join("  "),
  );
}
