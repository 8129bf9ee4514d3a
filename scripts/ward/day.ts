// SPDX-License-Identifier: GPL-3.0-or-later
//
// The day that counts: devices measure and send, and the gateway is killed while messages are on their way.
import { READINGS } from "./beds.ts";
import { Device } from "./device.ts";
import { Sampler } from "./sampler.ts";
import { clockText, dayEnd, passUntil, startGateway, timeOf } from "./time.ts";
import { GRACE, type Ward } from "./ward.ts";

/** Readings that are sent together: those of two hours. */
const STRETCH = 24;

/**
 * Parts of the day, up to a place in it. In some the gateway is killed: after so many acknowledgements of a first half of the
 * messages, in the moment in which the second half leaves.
 */
type Scene = {
  readonly until: number;
  readonly killAfter?: number;
  /** The place in the day until which it is off then. */
  readonly offUntil?: number;
};
const SCENES: readonly Scene[] = [
  { until: 72 },
  { until: 96, killAfter: 1 },
  { until: 120 },
  { until: 144, killAfter: 40, offUntil: 192 },
  { until: 216 },
  { until: 240, killAfter: 80 },
  { until: READINGS },
];

/** A device at a bed, and what it measures. */
export interface Wearer {
  readonly device: Device;
  readonly sampler: Sampler;
}

export async function connectAll({ report, patients, brokerPort, epoch }: Ward): Promise<readonly Wearer[]> {
  return report.step(`${patients.length} devices connect to the gateway's broker`, async () => {
    const value = await Promise.all(
      patients.map(async ({ bed, account }) => ({
        device: await Device.connect(account, brokerPort),
        sampler: new Sampler(bed, (place) => timeOf({ epoch }, place)),
      })),
    );
    return { value, detail: "MQTT with QoS 1; each has its own user, and one topic" };
  });
}

/** From midnight to midnight, and a while longer. */
export async function liveDay(ward: Ward, wearers: readonly Wearer[]): Promise<void> {
  let from = 0;
  for (const scene of SCENES) {
    const { until, killAfter, offUntil } = scene;
    if (killAfter === undefined) await quietHours(ward, wearers, from, until);
    else await killedHours(ward, wearers, from, { until, killAfter, offUntil });
    from = offUntil ?? until;
  }
  await sendLate(ward, wearers);
}

async function quietHours(
  ward: Ward,
  wearers: readonly Wearer[],
  from: number,
  until: number,
): Promise<void> {
  await ward.report.step(`${span(ward, from, until)}: readings arrive`, async (progress) => {
    const before = totalOf(wearers).acknowledged;
    for (let at = from; at < until; at += STRETCH) {
      progress(clockText(timeOf(ward, at)));
      await measure(ward, wearers, at, at + STRETCH);
      await settle(wearers);
    }
    const messages = totalOf(wearers).acknowledged - before;
    return { value: undefined, detail: `${messages} messages on disk and acknowledged` };
  });
}

async function killedHours(
  ward: Ward,
  wearers: readonly Wearer[],
  from: number,
  { until, killAfter, offUntil = until }: Required<Pick<Scene, "until" | "killAfter">> & Scene,
): Promise<void> {
  const { report, gateway, site } = ward;
  const off = offUntil > until ? ", and off for hours" : "";
  await report.step(`${span(ward, from, offUntil)}: the gateway is killed${off}`, async (progress) => {
    const half = (from + until) / 2;
    const enough = acknowledgements(wearers, killAfter);
    await measure(ward, wearers, from, half);
    await enough;
    await site.passUntil(timeOf(ward, until));
    send(wearers, half, until);
    await gateway.kill();
    const open = totalOf(wearers).waiting;
    if (open === 0) throw new Error("The gateway was to be killed while messages were on their way.");
    for (let at = until; at < offUntil; at += STRETCH) await measure(ward, wearers, at, at + STRETCH);
    const kept = totalOf(wearers).waiting;
    progress("it starts again");
    await startGateway(ward);
    progress(`${totalOf(wearers).waiting} messages to come`);
    await settle(wearers);
    const detail = `SIGKILL with ${open} messages on their way; the devices kept ${kept}, and sent them when it was back`;
    return { value: undefined, detail };
  });
}

/** What was offline comes late: in time for the day, and, after it was sealed, too late. */
async function sendLate(ward: Ward, wearers: readonly Wearer[]): Promise<void> {
  const { report } = ward;
  const end = dayEnd(ward);
  await passUntil(ward, end + GRACE / 2);
  await report.step(
    `${clockText(end + GRACE / 2)}: a sensor sends the hours that it was offline`,
    async () => {
      let late = 0;
      for (const { device, sampler } of wearers) {
        const samples = sampler.bed.offline?.sends === "in-time" ? sampler.takeKept() : sampler.takeLast();
        if (sampler.bed.offline !== undefined) late += samples.length;
        device.send(samples);
      }
      await settle(wearers);
      return { value: undefined, detail: `${late} readings, before the grace is over` };
    },
  );
}

/** @returns how many came too late */
export async function sendTooLate({ report }: Ward, wearers: readonly Wearer[]): Promise<void> {
  await report.step("another sensor comes back when its day is sealed", async () => {
    let late = 0;
    for (const { device, sampler } of wearers) {
      const samples = sampler.takeKept();
      late += samples.length;
      device.send(samples);
    }
    await settle(wearers);
    return {
      value: undefined,
      detail: `${late} readings, refused and acknowledged: it need not send them again`,
    };
  });
}

async function measure(ward: Ward, wearers: readonly Wearer[], from: number, to: number): Promise<void> {
  await passUntil(ward, timeOf(ward, to));
  send(wearers, from, to);
}

function send(wearers: readonly Wearer[], from: number, to: number): void {
  for (const { device, sampler } of wearers) device.send(sampler.measure(from, to));
}

async function settle(wearers: readonly Wearer[]): Promise<void> {
  await Promise.all(wearers.map(({ device }) => device.settle()));
}

/** Resolves at once when so many more acknowledgements have come. */
function acknowledgements(wearers: readonly Wearer[], count: number): Promise<void> {
  const goal = totalOf(wearers).acknowledged + count;
  return new Promise((resolve) => {
    for (const { device } of wearers) {
      device.heard = () => {
        if (totalOf(wearers).acknowledged >= goal) resolve();
      };
    }
  });
}

function totalOf(wearers: readonly Wearer[]): Record<"acknowledged" | "waiting", number> {
  const total = { acknowledged: 0, waiting: 0 };
  for (const { device } of wearers) {
    total.acknowledged += device.acknowledged;
    total.waiting += device.waiting;
  }
  return total;
}

function span(ward: Ward, from: number, until: number): string {
  return `${clockText(timeOf(ward, from))} to ${clockText(timeOf(ward, until))}`;
}
