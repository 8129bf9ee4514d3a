// SPDX-License-Identifier: GPL-3.0-or-later
//
// The auditor's page in headless Chromium: on an honest node the report of `vitalproof audit`, on a lying one what
// contradicts itself, and a sentence where the node goes away.
import { execFile } from "node:child_process";
import { readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { type AuditReport, contractInterfaces } from "@vitalproof/audit";
import { expect } from "chai";
import { toBeHex } from "ethers";
import type { Page, Request, Route } from "playwright-core";
import { onScenario, openPage } from "./support/stage.ts";

const run = promisify(execFile);
const VITALPROOF = join(import.meta.dirname, "../../packages/cli/bin/vitalproof.cjs");

const READS =
  /^eth_(chainId|blockNumber|getBlockByNumber|getLogs|getCode|call|getTransaction(ByHash|Receipt))$/;

const RECEIPT = "eth_getTransactionReceipt";

type Call = { readonly method: string };
type Log = { topics: string[]; data: string; transactionHash: string; logIndex: string };

const MANY = 250;

/** An event that the contract cannot emit, in the block of another. */
function made(log: Log, i: number): Log {
  return { ...log, topics: [toBeHex(i + 1, 32)], logIndex: toBeHex(1000 + i) };
}

describe("dApp: an auditor", () => {
  const stage = onScenario();

  it("gets the report that the command gives, byte for byte, and nothing but reads is asked", async function () {
    this.timeout(300_000);
    const { url, config } = stage();
    const { page, requests, close } = await openPage(stage());
    const calls: Call[] = [];
    page.on("request", (request) => {
      if (request.method() === "POST") calls.push(...([request.postDataJSON()].flat() as Call[]));
    });
    const html = join(tmpdir(), `vitalproof-audit-${process.pid}.html`);
    try {
      await page.goto(`${url}/#/audit`);
      await page.getByRole("link", { name: "Audit program 1" }).click();
      await verdict(page, /^Nothing contradicts itself: (\d+) of \1 proofs verified/);
      expect(await page.getByText("proof verified here", { exact: true }).count()).to.be.greaterThan(5);
      const json = await saved(page, "Save as JSON");
      const { chain, summary } = JSON.parse(json) as AuditReport;
      expect(summary.findings).to.deep.equal({ error: 0, warning: 0, notice: 0 });

      const command = await run(
        process.execPath,
        [
          ...[VITALPROOF, "audit", "--json", "--quiet", "--program", "1", "--html", html],
          ...[
            "--claims",
            config.contracts.claims,
            "--rpc",
            `${url}/rpc`,
            "--to-block",
            String(chain.toBlock),
          ],
        ],
        { cwd: tmpdir(), maxBuffer: 2 ** 26 },
      );
      expect(command.stderr).to.equal("");
      expect(JSON.parse(json)).to.deep.equal(JSON.parse(command.stdout));
      expect(json).to.equal(command.stdout);
      expect(await saved(page, "Save as HTML")).to.equal(await readFile(html, "utf8"));

      expect(calls.length).to.be.greaterThan(50);
      for (const { method } of calls) expect(method).to.match(READS);
      expect(
        requests.filter((address) => !address.startsWith(`${url}/`) && !address.startsWith("blob:")),
      ).to.deep.equal([]);
    } finally {
      await rm(html, { force: true });
      await close();
    }
  });

  it("names what a lying node contradicts: an event left out, an amount changed, hundreds made up", async function () {
    this.timeout(300_000);
    const { page, close } = await openPage(stage());
    const { claims, custody } = contractInterfaces();
    const settled = claims.getEvent("ClaimSettled")!.topicHash;
    const funded = custody.getEvent("EscrowFunded")!.topicHash;
    let lie: (log: Log, inReceipt: boolean) => Log[];
    try {
      await page.route("**/rpc", async (route) => {
        const method = methodOf(route.request());
        if (method !== "eth_getLogs" && method !== RECEIPT) return route.continue();
        const answer = await route.fetch();
        const body = (await answer.json()) as { result: Log[] | { logs: Log[] } };
        if (Array.isArray(body.result)) body.result = body.result.flatMap((log) => lie(log, false));
        else body.result.logs = body.result.logs.flatMap((log) => lie(log, true));
        return route.fulfill({ response: answer, json: body });
      });

      // Always the same one, whoever asks.
      let leftOut: string | undefined;
      lie = (log, inReceipt) => {
        if (inReceipt || log.topics[0] !== settled) return [log];
        leftOut ??= `${log.transactionHash}/${log.logIndex}`;
        return leftOut === `${log.transactionHash}/${log.logIndex}` ? [] : [log];
      };
      await page.goto(`${stage().url}/#/audit/1`);
      await verdict(page, /^\d+ errors? found\./);
      const findings = page.getByRole("region", { name: "Findings, errors first" });
      await findings.getByText("DATA_RECEIPT_DISAGREES").first().waitFor();
      await findings
        .getByText(/is in its transaction's receipt and was not/)
        .first()
        .waitFor();

      // Told alike by events and receipts, and still not what was transferred.
      lie = (log) => [log.topics[0] === funded ? { ...log, data: toBeHex(7n, 32) } : log];
      await page.getByRole("button", { name: "Audit again" }).click();
      await findings.getByText("FUNDING_WITHOUT_TRANSFER").first().waitFor();
      await verdict(page, /^\d+ errors? found\./);

      // More findings than one page of the table shows.
      lie = (log, inReceipt) =>
        inReceipt || log.topics[0] !== funded || log.topics[1] !== toBeHex(1, 32)
          ? [log]
          : [log, ...Array.from({ length: MANY }, (_, i) => made(log, i))];
      await page.getByRole("button", { name: "Audit again" }).click();
      await findings.getByText("DATA_EVENT_UNREADABLE").first().waitFor();
      const pages = page.getByRole("group", { name: "Pages of Findings, errors first" });
      await pages.getByText(/^1 to 100 of 2\d\d$/).waitFor();
      expect(await findings.getByRole("row").count()).to.equal(101);
      for (const _ of [1, 2]) await pages.getByRole("button", { name: "Next" }).click();
      await pages.getByText(/^201 to (2\d\d) of \1$/).waitFor();
    } finally {
      await close();
    }
  });

  it("is stopped, says when the node goes away in the middle, and tries again", async function () {
    this.timeout(300_000);
    const { page, faults, close } = await openPage(stage());
    let node: "silent" | "away" | "there" = "silent";
    const held: Route[] = [];
    try {
      await page.route("**/rpc", (route) => {
        if (node === "there" || methodOf(route.request()) !== RECEIPT) return route.continue();
        if (node === "away") return route.abort();
        held.push(route);
      });
      const asked = page.waitForRequest((request) => methodOf(request) === RECEIPT);
      await page.goto(`${stage().url}/#/audit/1`);
      await asked;
      await page.getByRole("button", { name: "Stop" }).click();
      await page.getByText("You stopped the audit. There is no result.").waitFor();
      for (const route of held) await route.abort().catch(() => undefined);

      node = "away";
      await page.getByRole("button", { name: "Try again" }).click();
      await page.getByText(`The node does not answer ${RECEIPT}.`).waitFor();
      expect(await page.getByRole("region", { name: "Verdict" }).count()).to.equal(0);
      for (const fault of faults.splice(0)) expect(fault).to.contain("ERR_FAILED");

      node = "there";
      await page.getByRole("button", { name: "Try again" }).click();
      await verdict(page, /^Nothing contradicts itself/);
    } finally {
      await close();
    }
  });

  it("says when the page's configuration names other contracts than the claims contract uses", async function () {
    this.timeout(300_000);
    const { page, close } = await openPage(stage());
    try {
      await page.route("**/config.json", async (route) => {
        const config = await (await route.fetch()).json();
        config.contracts.anchors = config.contracts.claims;
        await route.fulfill({ json: config });
      });
      await page.goto(`${stage().url}/#/audit/1`);
      await verdict(page, /^Nothing contradicts itself/);
      await page.getByText(/uses other contracts than this page's configuration: anchors\./).waitFor();
    } finally {
      await close();
    }
  });

  async function verdict(page: Page, sentence: RegExp): Promise<void> {
    await page.getByRole("region", { name: "Verdict" }).getByText(sentence).waitFor();
  }

  async function saved(page: Page, button: string): Promise<string> {
    const [file] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: button }).click(),
    ]);
    return readFile(await file.path(), "utf8");
  }
});

/** Of a single call; other requests, and batches, which only the rest of the page sends, have none. */
function methodOf(request: Request): string | undefined {
  return (request.postDataJSON() as Partial<Call> | null)?.method;
}
