// SPDX-License-Identifier: GPL-3.0-or-later
//
// The process in which one service is measured at one size: its memory and its processor time are that of this file.
import { migrate, openDatabase } from "@vitalproof/services";
import { type Cost, costOf, heapInUse } from "../test/support/cost.ts";
import { GatewayLoad } from "../test/support/gatewayLoad.ts";
import { AttesterDay } from "./attesterDay.ts";

/** What is measured, and how much of it. */
export type ServicesWork =
  | { readonly service: "gateway"; readonly devices: number; readonly readings: number }
  | { readonly service: "gateway at pace"; readonly devices: number; readonly seconds: number }
  | { readonly service: "attester"; readonly people: number };

export interface ServicesJob {
  readonly work: ServicesWork;
  /** Addresses of two empty databases: one to measure on, one to warm up on. */
  readonly urls: readonly [string, string];
  /** Process id of their server, where there is one. */
  readonly server?: number;
}

/** Megabytes of the heap in use after garbage was collected, with a tenth of the readings stored and with all. */
export interface Heap {
  readonly tenth: number;
  readonly all: number;
}

export type ServicesResult =
  /** Of the nine tenths that came after the first, and of sealing a day of all logs. */
  | { readonly service: "gateway"; readonly ingest: Cost; readonly seal: Cost; readonly heap: Heap }
  | { readonly service: "gateway at pace"; readonly pace: Cost }
  | { readonly service: "attester"; readonly heads: Cost; readonly close: Cost; readonly paths: Cost };

/** With which the engine compiles what runs often, before the clock starts. */
const WARM = { readings: 5_000, people: 100 };

async function resultOf({ work, urls, server }: ServicesJob): Promise<ServicesResult> {
  const [measured, warm] = await Promise.all(urls.map(opened));
  if (work.service === "attester") {
    const first = await AttesterDay.prepare(warm!, Math.min(WARM.people, work.people));
    for (const step of stepsOf(first)) await step();
    const day = await AttesterDay.prepare(measured!, work.people);
    const [submit, end, answer] = stepsOf(day);
    return {
      service: "attester",
      heads: await costOf(submit, server),
      close: await costOf(end, server),
      paths: await costOf(answer, server),
    };
  }
  const first = await GatewayLoad.start(warm!, Math.min(20, work.devices));
  const load = await GatewayLoad.start(measured!, work.devices);
  if (work.service === "gateway at pace") {
    await first.give(WARM.readings);
    return { service: "gateway at pace", pace: await costOf(() => load.keepPace(work.seconds), server) };
  }
  await first.give(Math.min(WARM.readings, work.readings));
  await load.give(work.readings / 10);
  const tenth = heapInUse();
  const ingest = await costOf(() => load.give(work.readings), server);
  const heap = { tenth, all: heapInUse() };
  const seal = await costOf(() => load.seal(), server);
  const { given, waiting } = await load.counts();
  if (given !== work.readings || waiting !== 0)
    throw new Error(`Of ${work.readings} readings ${given} are counted, and ${waiting} wait.`);
  return { service: "gateway", ingest, seal, heap };
}

const stepsOf = (day: AttesterDay) => [() => day.submit(), () => day.close(), () => day.paths()] as const;

async function opened(url: string) {
  const database = await openDatabase(url);
  await migrate(database);
  return database;
}

process.once("disconnect", () => process.exit(1));
process.once("message", (job: ServicesJob) => {
  void resultOf(job).then((result) => process.send!(result, () => process.exit(0)));
});
