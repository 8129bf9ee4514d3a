// SPDX-License-Identifier: GPL-3.0-or-later
//
// From a day that is over to money: sealed, anchored, proven, submitted and paid, with one more kill in between.

import { join } from "node:path";
import { anchorDayOf, httpRelayer } from "@vitalproof/sdk";
import { openDatabase } from "@vitalproof/services";
import { PROFILE, SimulatedAttester } from "../../simulation/index.ts";
import { usd } from "../demo/stage.ts";
import { GATHER } from "./site.ts";
import { dayEnd, passUntil, startGateway } from "./time.ts";
import { until } from "./until.ts";
import { GRACE, OFFSET, startRelayer, type Ward } from "./ward.ts";

const MINUTE = 60;
/** Seconds after which the gateway looks again at everything that waits. */
const LATER = 10 * MINUTE;

export async function sealAndReceive(ward: Ward): Promise<void> {
  const { report, gateway, patients } = ward;
  await report.step("the gateway seals the day and has receipts for it", async () => {
    await passUntil(ward, dayEnd(ward) + GRACE + MINUTE);
    await until("every log has its receipt", async () => {
      const { logs } = await gateway.status();
      return logs.filter(({ accepted }) => accepted === 1).length === patients.length;
    });
    return { value: undefined, detail: `${patients.length} heads; the attester sees no reading` };
  });
}

export async function anchor(ward: Ward): Promise<void> {
  const { report, site, group, epoch } = ward;
  const day = anchorDayOf(PROFILE, OFFSET, epoch);
  const anchors = site.world.anchorsAs(site.world.roles.relayer);
  await report.step("the attester closes the day and writes its root to the chain", async () => {
    await passUntil(ward, dayEnd(ward) + SimulatedAttester.TIMES.intakeTime + 2 * MINUTE);
    const { root } = await until("the day is anchored", () => anchors.anchorOf(group, day));
    return { value: undefined, detail: `one root for everybody's day, 0x${root.toString(16).slice(0, 12)}…` };
  });
}

/**
 * The gateway judges every day and proves those that meet the terms. It is killed before the relayer has any of the proofs.
 * @returns the states of claims in the store of the gateway when it was killed
 */
export async function proveAndClaim(
  ward: Ward,
  policies: ReadonlyMap<string, bigint>,
): Promise<Readonly<Record<string, number>>> {
  const { site, patients } = ward;
  await site.stopRelayer();
  const states = await proveAlone(ward, policies);
  await startRelayer(site, patients);
  await site.passUntil(site.clock.now + LATER);
  await claimTogether(ward, policies, states.sent ?? 0);
  return states;
}

function proveAlone(ward: Ward, policies: ReadonlyMap<string, bigint>): Promise<Record<string, number>> {
  const { report, site, gateway } = ward;
  const title = "the gateway checks each day's terms, then proves; the relayer is away";
  return report.step(title, async (progress) => {
    await passUntil(ward, site.clock.now + LATER);
    await until("every claim is proven and waits for the relayer, or is not to be proven", () => {
      progress(`${gateway.count("claim-proven")} proofs`);
      return areAll(ward, policies, ["sent", "unmet"]);
    });
    await gateway.kill();
    const value = await claimsIn(site.folder);
    const told = Object.entries(value).map(([state, count]) => `${count} ${state}`);
    return { value, detail: `SIGKILL with the proofs in its store: ${told.join(", ")}` };
  });
}

async function claimTogether(
  ward: Ward,
  policies: ReadonlyMap<string, bigint>,
  proven: number,
): Promise<void> {
  const { report, site } = ward;
  await report.step("gateway and relayer are back: one transaction for all claims", async (progress) => {
    await startGateway(ward);
    progress("the relayer waits for others");
    await until(
      "the relayer has all claims",
      async () => (await site.relayer.status()).requests.waiting === proven,
    );
    await passUntil(ward, site.clock.now + GATHER + 1);
    progress("it is mined");
    await until("every claim has ended", () => areAll(ward, policies, ["final", "unmet"]));
    return { value: undefined, detail: "proofs were kept, and none was made twice" };
  });
}

/** Whether the gateway has found every policy, and its one claim is in one of these states. */
async function areAll(
  { gateway }: Ward,
  policies: ReadonlyMap<string, bigint>,
  states: readonly ("sent" | "final" | "unmet")[],
): Promise<boolean> {
  const { policies: found } = await gateway.status();
  return (
    found.length === policies.size && found.every(({ claims }) => states.some((state) => claims[state] === 1))
  );
}

/** Has every policy paid on which something is owed; paying on the others is refused. @returns money by bed */
export async function payAll(
  { report, site, patients }: Ward,
  policies: ReadonlyMap<string, bigint>,
): Promise<ReadonlyMap<string, bigint>> {
  const claims = site.world.claimsAs(site.world.roles.relayer);
  const pay = (name: string) =>
    httpRelayer(site.relayerUrl, { token: site.token(name) }).pay(policies.get(name)!);
  const owed = new Map<string, bigint>();
  for (const [name, policy] of policies) owed.set(name, await claims.owedOf(policy));
  const due = [...owed].filter(([, amount]) => amount > 0n).map(([name]) => name);
  await report.step("the insurer's money goes to the payees", async () => {
    for (const name of due) await pay(name);
    return { value: undefined, detail: `${due.length} payments` };
  });
  for (const { bed } of patients.filter(({ bed: { name } }) => !due.includes(name)))
    await report.refusal(`a payment for ${bed.name} (${bed.told})`, ["ClaimsPayout_NothingOwed"], () =>
      pay(bed.name),
    );
  const paid = new Map<string, bigint>();
  for (const [name, policy] of policies)
    paid.set(name, await site.world.token.balanceOf(await claims.payeeOf(policy)));
  report.note([...paid].map(([name, amount]) => `${name}: ${usd(amount)}`).join("\n"));
  return paid;
}

/** While the gateway is dead. */
async function claimsIn(folder: string): Promise<Record<string, number>> {
  const database = await openDatabase(`sqlite:${join(folder, "gateway.db")}`);
  try {
    const rows = await database.reads.selectFrom("gateway_claim").select("state").execute();
    const counts: Record<string, number> = {};
    for (const { state } of rows) counts[state] = (counts[state] ?? 0) + 1;
    return counts;
  } finally {
    await database.close();
  }
}
