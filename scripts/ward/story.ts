// SPDX-License-Identifier: GPL-3.0-or-later
//
// A ward of five beds: devices over MQTT, an outage, a storm of duplicates, a gateway that is killed, and the claims that
// come out right.
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import type { Report } from "../demo/report.ts";
import { wrongIn } from "./check.ts";
import { anchor, payAll, proveAndClaim, sealAndReceive } from "./claims.ts";
import { coverAll } from "./cover.ts";
import { connectAll, liveDay, sendTooLate } from "./day.ts";
import { factsOf, type WardFacts, type WardResult } from "./facts.ts";
import type { Site } from "./site.ts";
import { refuseStrangers } from "./strangers.ts";
import { startGateway } from "./time.ts";
import { until } from "./until.ts";
import { setWard, type Ward } from "./ward.ts";

export interface WardOptions {
  /** Is shown what came out while everything still runs. */
  readonly atEnd?: (ward: Ward, result: WardResult) => Promise<void>;
  /** Is given what ends everything at once, for a process that is interrupted. */
  readonly onStart?: (end: () => void) => void;
}

/** Tells the story, and leaves nothing behind. @throws Error for what does not happen at all */
export async function tellWard(
  hre: HardhatRuntimeEnvironment,
  report: Report,
  { atEnd = async () => undefined, onStart = () => undefined }: WardOptions = {},
): Promise<WardResult> {
  const ends: (() => unknown)[] = [];
  let site: Site | undefined;
  let ward: Ward | undefined;
  onStart(() => {
    ward?.gateway.end();
    site?.forget();
  });
  try {
    report.section(
      "A ward: five beds, an attester, a relayer, an insurer, and a gateway in a process of its own",
    );
    ward = await setWard(hre, report, (made) => {
      site = made;
    });
    const facts = await tell(ward, ends);
    const result = { ...facts, wrong: wrongIn(facts) };
    await atEnd(ward, result);
    return result;
  } catch (error) {
    for (const line of site?.warnings ?? []) report.note(line);
    for (const line of ward?.gateway.warnings ?? []) report.note(JSON.stringify(line));
    throw error;
  } finally {
    for (const end of ends) await end();
    await ward?.gateway.stop();
    await site?.close();
  }
}

async function tell(ward: Ward, ends: (() => unknown)[]): Promise<WardFacts> {
  const { report, gateway } = ward;
  await report.step("the gateway starts, and opens a log for each bed", async () => {
    await startGateway(ward);
    await until("all logs are open", async () => {
      const { logs } = await gateway.status();
      return logs.filter(({ isOpen }) => isOpen).length === ward.patients.length;
    });
    return { value: undefined, detail: "its broker knows each device by user and password" };
  });
  const policies = await coverAll(ward);
  await refuseStrangers(ward);
  const wearers = await connectAll(ward);
  ends.push(() => Promise.all(wearers.map(({ device }) => device.end())));
  report.section("A day");
  await liveDay(ward, wearers);
  await sealAndReceive(ward);
  await sendTooLate(ward, wearers);
  report.section("Claims");
  await anchor(ward);
  const atLastKill = await proveAndClaim(ward, policies);
  const paid = await payAll(ward, policies);
  return factsOf(ward, { policies, wearers, paid, atLastKill });
}
