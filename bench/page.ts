// SPDX-License-Identifier: GPL-3.0-or-later
import { spawnSync } from "node:child_process";
import { prove } from "@vitalproof/sdk";
import { childProcessProver } from "@vitalproof/sdk/node";
import type { Page } from "playwright-core";
import { InsurerPage } from "../test/web/support/insurer.ts";
import { PatientPage } from "../test/web/support/patient.ts";
import { openPage, openStage, type Stage } from "../test/web/support/stage.ts";
import { webServer } from "../test/web/support/webServer.ts";
import { proofArtifacts, root } from "./circuits.ts";
import { type Say, step } from "./progress.ts";
import type { PagePart, PageProof, ViewRow } from "./report.ts";
import { median, round, spreadOf } from "./statistics.ts";
import { witnessOf } from "./witness.ts";

/**
 * The phone and network of Lighthouse's mobile runs: a processor four times as slow, 1.6 Mbit/s down, 750 kbit/s up, 150 ms
 * there and back (github.com/GoogleChrome/lighthouse, core/config/constants.js, mobileSlow4G). Lighthouse computes what
 * such a network would have done; here it is slowed down for real.
 */
const PHONE = { cpu: 4, latency: 150, down: (1.6 * 1024 * 1024) / 8, up: (750 * 1024) / 8 };
/** The width and height of Lighthouse's phone. */
const SCREEN = { width: 412, height: 823 };
const VIEWS = ["#/insurer", "#/patient"] as const;
const RUNS = 5;
const CIRCUIT = "glucose-day";
/** A task above this many milliseconds blocks what a person does meanwhile (web.dev/articles/tbt). */
const LONG_TASK = 50;

/** First visits on a slow phone, and proofs made in the page. */
export async function measurePage(): Promise<
  Omit<PagePart, "measured" | "full" | "seconds" | "environment">
> {
  await step("building the page", async () => {
    const { status } = spawnSync("vite", ["build", "--logLevel", "warn", "apps/claims"], {
      cwd: root,
      stdio: "inherit",
    });
    if (status !== 0) throw new Error("the page could not be built; see above");
  });
  const stage = await step("services and browser", () => openStage());
  try {
    const views = [];
    for (const view of VIEWS)
      views.push(await step(`first visits of ${view}`, (say) => measureView(stage, view, say)));
    return {
      chromium: stage.browser.version(),
      views,
      proof: await step(`${CIRCUIT} proven in the page`, () => measureProof(stage)),
    };
  } finally {
    await stage.close();
  }
}

async function measureView(stage: Stage, view: string, say: Say): Promise<ViewRow> {
  const chain = { ...stage.config.chain, rpc: "/node" };
  const { address, ...server } = await webServer(
    JSON.stringify({ ...stage.config, chain }),
    `${stage.url}/rpc`,
  );
  try {
    const visits: Visit[] = [];
    for (let run = 0; run < RUNS; run++) {
      say(`${run + 1} of ${RUNS}`);
      visits.push(await visit(stage, `${address}${view}`));
    }
    const spread = (pick: (one: Visit) => number, digits = 0) => spreadOf(visits.map(pick), digits);
    return {
      view,
      runs: RUNS,
      requests: median(visits.map(({ requests }) => requests)),
      bytes: median(visits.map(({ bytes }) => bytes)),
      firstContentfulPaint: spread(({ fcp }) => fcp),
      largestContentfulPaint: spread(({ lcp }) => lcp),
      totalBlockingTime: spread(({ tbt }) => tbt),
      cumulativeLayoutShift: spread(({ cls }) => cls, 3),
    };
  } finally {
    await server.close();
  }
}

interface Visit {
  readonly requests: number;
  readonly bytes: number;
  readonly fcp: number;
  readonly lcp: number;
  readonly tbt: number;
  readonly cls: number;
}

async function visit({ browser }: Stage, address: string): Promise<Visit> {
  const context = await browser.newContext({ viewport: SCREEN });
  try {
    const page = await context.newPage();
    const devtools = await context.newCDPSession(page);
    await devtools.send("Network.enable");
    await devtools.send("Network.emulateNetworkConditions", {
      offline: false,
      latency: PHONE.latency,
      downloadThroughput: PHONE.down,
      uploadThroughput: PHONE.up,
    });
    await devtools.send("Emulation.setCPUThrottlingRate", { rate: PHONE.cpu });
    let bytes = 0;
    let requests = 0;
    devtools.on("Network.loadingFinished", ({ encodedDataLength }) => {
      bytes += encodedDataLength;
      requests += 1;
    });
    await page.addInitScript(observe);
    await page.goto(address);
    await page.getByRole("heading").first().waitFor();
    // After its first pictures the page looks at the chain.
    await page.waitForTimeout(5000);
    const seen = await page.evaluate(() => (globalThis as unknown as { seen: Seen }).seen);
    const tbt = seen.tasks
      .filter(([start]) => start >= seen.fcp)
      .reduce((sum, [, length]) => sum + Math.max(0, length - LONG_TASK), 0);
    return { requests, bytes, fcp: seen.fcp, lcp: seen.lcp, tbt, cls: seen.cls };
  } finally {
    await context.close();
  }
}

interface Seen {
  fcp: number;
  lcp: number;
  cls: number;
  tasks: [start: number, length: number][];
}

/** Runs in the page, before its own code. */
function observe(): void {
  const seen: Seen = { fcp: 0, lcp: 0, cls: 0, tasks: [] };
  Object.assign(globalThis, { seen });
  const on = (
    type: string,
    take: (entry: PerformanceEntry & { value?: number; hadRecentInput?: boolean }) => void,
  ) => new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({ type, buffered: true });
  on("paint", ({ name, startTime }) => {
    if (name === "first-contentful-paint") seen.fcp = startTime;
  });
  on("largest-contentful-paint", ({ startTime }) => {
    seen.lcp = startTime;
  });
  on("layout-shift", ({ value = 0, hadRecentInput }) => {
    if (hadRecentInput !== true) seen.cls += value;
  });
  on("longtask", ({ startTime, duration }) => seen.tasks.push([startTime, duration]));
}

/** A claim's proof from the press of the button: with the key to load, with the key kept, and by Node in between. */
async function measureProof(stage: Stage): Promise<PageProof> {
  const [desk, home] = [await openPage(stage), await openPage(stage)];
  try {
    const insurer = new InsurerPage(desk.page, stage);
    await insurer.connect("#/insurer/new");
    await insurer.publish();
    await insurer.fund();
    const patient = new PatientPage(home.page, stage);
    await patient.create();
    await patient.enrol();
    await patient.apply(3);
    await insurer.go("Issue");
    await insurer.issue();
    await patient.consent();
    await patient.import(["good", "good", "good"]);
    await patient.seal(3);
    const node: number[] = [];
    const page: number[] = [];
    for (let round = 0; round < 3; round++) {
      page.push(await pageProof(home.page, patient));
      node.push(await nodeProof());
    }
    const [first, ...kept] = page as [number, ...number[]];
    return {
      circuit: CIRCUIT,
      first: round(first),
      kept: round(median(kept)),
      node: round(median(node)),
      ratio: round(median(kept) / median(node), 2),
    };
  } finally {
    await Promise.all([desk.close(), home.close()]);
  }
}

async function pageProof(page: Page, patient: PatientPage): Promise<number> {
  await patient.passTime(patient.proofs.first());
  await page.evaluate(() => performance.mark("pressed"));
  const label = await patient.proofs.first().textContent();
  await patient.prove();
  const took = await page.evaluate(
    () => performance.now() - performance.getEntriesByName("pressed").at(-1)!.startTime,
  );
  await patient.claims.getByRole("button", { name: label! }).waitFor({ state: "detached" });
  return took;
}

/** Milliseconds of the same circuit's proof in a process of its own, as the command makes it. */
async function nodeProof(): Promise<number> {
  const started = performance.now();
  await prove(childProcessProver(), await proofArtifacts.load(CIRCUIT), witnessOf(CIRCUIT));
  return performance.now() - started;
}
