// SPDX-License-Identifier: GPL-3.0-or-later
//
// The services of `npm run dapp` in a process of their own, and Chromium on their page.
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type Browser, chromium, type Page } from "playwright-core";
import { TAKES_PICTURES } from "./pictures.ts";

const root = join(import.meta.dirname, "../../..");
const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";

export interface Stage {
  readonly url: string;
  readonly config: {
    readonly chain: { readonly id: number };
    readonly contracts: Readonly<Record<"claims" | "custody" | "ledger" | "pauses" | "scopes", string>>;
    readonly tokens: readonly { readonly address: string }[];
  };
  readonly browser: Browser;
  close(): Promise<void>;
}

/**
 * Services with a chain of their own, and a browser, for the tests of one `describe`; skipped with the reason where there
 * is no browser.
 * @returns the stage, to be asked for inside of tests
 */
export function onStage(): () => Stage {
  let world: Stage | undefined;
  beforeWithBrowser(async () => {
    world = await openStage();
  });
  after(() => world?.close());
  return () => world!;
}

let scenario: Promise<Stage> | undefined;

/**
 * The scenario's first days (all of them where pictures are taken), for tests that only look: one stage for the whole run.
 * @returns the stage, to be asked for inside of tests
 */
export function onScenario(): () => Stage {
  let world: Stage | undefined;
  beforeWithBrowser(async () => {
    scenario ??= openStage("--scenario", "--days", TAKES_PICTURES ? "30" : "5");
    world = await scenario;
  });
  return () => world!;
}

// Benches open stages too, and have no hooks.
if (typeof after === "function") after(async () => (await scenario)?.close());

/** A browser alone. @returns the browser, to be asked for inside of tests */
export function onBrowser(): () => Pick<Stage, "browser"> {
  let browser: Browser | undefined;
  beforeWithBrowser(async () => {
    browser = await openBrowser();
  });
  after(() => browser?.close());
  return () => ({ browser: browser! });
}

function beforeWithBrowser(open: () => Promise<void>): void {
  before(async function () {
    this.timeout(600_000);
    if (!existsSync(CHROMIUM)) {
      console.log("      skipped: no Chromium; install Debian's package chromium or set CHROMIUM");
      this.skip();
    }
    await open();
  });
}

/** What Chromium would ask of others on its own is switched off: tests talk to loopback only. */
function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/** Starts services and browser. The page must have been built (`npm run dapp:build`). */
export async function openStage(...options: readonly string[]): Promise<Stage> {
  const services = spawn("node", ["scripts/dapp.ts", "--no-build", "--json", "--port", "0", ...options], {
    cwd: root,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const url = await urlOf(services);
  const [config, browser] = await Promise.all([
    fetch(`${url}/config.json`).then((response) => response.json() as Promise<Stage["config"]>),
    openBrowser(),
  ]);
  return {
    url,
    config,
    browser,
    async close() {
      await browser.close();
      const ended = new Promise((resolve) => services.once("exit", resolve));
      services.kill("SIGINT");
      await ended;
    },
  };
}

async function urlOf(services: ChildProcess): Promise<string> {
  const ended = new Promise<never>((_, reject) =>
    services.once("exit", (code) => reject(new Error(`the services ended with code ${code}`))),
  );
  const line = new Promise<string>((resolve) =>
    createInterface({ input: services.stdout! }).once("line", resolve),
  );
  const { url } = JSON.parse(await Promise.race([line, ended])) as { url: string };
  ended.catch(() => undefined);
  return url;
}

/**
 * A page of its own, with every address that it asked. A fault of the page's code fails the test.
 * @param options `faults`: what the test itself makes happen
 */
export async function openPage(
  { browser }: Pick<Stage, "browser">,
  options: { width?: number; colorScheme?: "light" | "dark"; faults?: RegExp } = {},
) {
  const context = await browser.newContext({
    viewport: { width: options.width ?? 1280, height: 900 },
    colorScheme: options.colorScheme ?? "light",
  });
  // Other suites may have both processors.
  context.setDefaultTimeout(120_000);
  const requests: string[] = [];
  const faults: string[] = [];
  const reopen = async (): Promise<Page> => {
    const page = await context.newPage();
    page.on("request", (request) => requests.push(request.url()));
    page.on("pageerror", (error) => faults.push(error.message));
    page.on("console", (message) => {
      if (message.type() === "error") faults.push(message.text());
    });
    return page;
  };
  return {
    page: await reopen(),
    /** Another page of the same person, after the first was closed. */
    reopen,
    requests,
    faults,
    async close() {
      await context.close();
      const unexpected = faults.filter((fault) => options.faults?.test(fault) !== true);
      if (unexpected.length > 0) throw new Error(`The page reported: ${unexpected.join("; ")}`);
    },
  };
}
