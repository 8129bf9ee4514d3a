// SPDX-License-Identifier: GPL-3.0-or-later
//
// A day from a file to a payment, in headless Chromium on both sides, against the real chain and with real proofs made
// in the page.
import { ClaimsClient, syntheticClarity } from "@vitalproof/sdk";
import { expect } from "chai";
import { JsonRpcProvider } from "ethers";
import type { Locator, Page } from "playwright-core";
import { connectInsurer, fund, onStage, openPage, signAll } from "./support/stage.ts";

const PASSPHRASE = "four words nobody knows";
const ATTESTATION = [
  ...["attestation", "program", "holder", "controller", "payee", "firstEpoch", "periods", "nonce", "expiry"],
];
const PROOF = ["proof", "a", "b", "c"];
const DEVICE = ["device", "curve", "publicKey"];
/** What the services are told in all of this: every member of every body that the patient's page posts to them. */
const TOLD: Readonly<Record<string, readonly string[]>> = {
  "/clinic/people": ["subject", ...DEVICE, "profile", "offset", "firstEpoch"],
  "/clinic/attestations": [...ATTESTATION, "scopeNumber", "subject", ...PROOF, "publicInputs"],
  "/clinic/heads": ["group", "subject", "previous", "head", "context", ...DEVICE, "signature"],
  "/demo/applications": [...ATTESTATION, "signature"],
  "/demo/clock": ["to"],
  "/relayer/consents": [
    ...["consent", "patient", "grantee", "purpose", "program", "from", "until", "receiptHash", "nonce"],
    ...["deadline", "signature"],
  ],
  "/relayer/claims": ["policy", "period", "consentId", "statement", "anchorRoot", ...PROOF],
};
/** What the patient's page asks the chain: it looks, and sends nothing. */
const ASKED = /^eth_(blockNumber|call|chainId|getBlockByNumber|getCode|getLogs)$/;

describe("dApp: a claim from file to credit", () => {
  const stage = onStage();

  it("T33: insurer publishes, patient enrols, applies, consents, imports, seals, proves and claims; no reading leaves the page", async function () {
    this.timeout(600_000);
    const world = stage();
    const insurer = await openPage(world);
    const patient = await openPage(world);
    const bodies: { path: string; body: string }[] = [];
    patient.page.on("request", (request) => {
      const body = request.postData();
      if (body !== null) bodies.push({ path: new URL(request.url()).pathname, body });
    });
    try {
      await publish(insurer.page);

      const { page } = patient;
      await page.goto(`${world.url}/#/patient`);
      await page.getByLabel("New passphrase").fill(PASSPHRASE);
      await page.getByLabel("The same again").fill(PASSPHRASE);
      await page.getByRole("button", { name: "Create" }).click();

      await page.getByLabel("Time zone of your days").fill("UTC");
      await page.getByRole("button", { name: "Enrol" }).click();
      await page.getByText("The clinic opened your log.").waitFor();
      await page.getByLabel("Number of periods").fill("2");
      await page.getByRole("button", { name: /^Prove who you are/ }).click();
      await page.getByText("The clinic signed, and the insurer has your application.").waitFor();

      await issue(insurer.page);

      await page.getByRole("button", { name: "I consent" }).click();
      await page.getByText("Your consent is on record.").waitFor();

      // A good day and a bad one.
      const readings = page.getByRole("region", { name: "Your readings" });
      await readings.getByLabel("Time zone of the file").fill("UTC");
      await readings.locator("input[type=file]").setInputFiles({
        name: "export.csv",
        mimeType: "text/csv",
        buffer: Buffer.from(syntheticClarity({ firstDay: await firstDay(page), days: ["good", "bad"] })),
      });
      await page.getByText(/readings in the file, \d+ taken/).waitFor();
      const seal = readings.getByRole("button", { name: "Seal and send" });
      for (let day = 0; day < 2; day++) {
        await passTime(page, seal);
        await seal.click();
        await page.getByText("The clinic took 1 sealed day.").waitFor();
      }

      const claims = page.getByRole("region", { name: "Your claims" });
      const prove = claims.getByRole("button", { name: /^Prove / });
      await passTime(page, prove.first());
      await prove.first().click();
      await claims.getByText(/is proven\. Nothing was sent yet\./).waitFor({ timeout: 120_000 });
      await claims.getByRole("button", { name: /^Claim / }).click();
      await claims.getByText(/The claim is on chain, in block/).waitFor();

      const provider = new JsonRpcProvider(`${world.url}/rpc`);
      const client = new ClaimsClient(world.config.contracts.claims, provider);
      expect((await client.periodOf(1n, 0)).state).to.equal("credited");
      expect((await client.periodOf(1n, 1)).state).to.equal("open");
      expect(await client.owedOf(1n)).to.equal(25_000_000n);
      provider.destroy();
      // The day that does not hold is not offered.
      expect(await prove.count()).to.equal(0);
      await claims.getByText("The readings do not meet the terms.").waitFor();
      // The insurer sees it without asking.
      await insurer.page.goto(`${world.url}/#/insurer/programs/1`);
      await insurer.page.locator("table").getByText("credited", { exact: true }).first().waitFor();

      for (const { requests } of [insurer, patient])
        expect(
          requests.filter((url) => !url.startsWith(`${world.url}/`) && !/^(blob|data):/.test(url)),
        ).to.deep.equal([]);
      const told = new Map<string, Set<string>>();
      for (const { path, body } of bodies) {
        if (path === "/rpc") {
          const calls = [JSON.parse(body)].flat() as { method: string }[];
          for (const { method } of calls) expect(method).to.match(ASKED);
          continue;
        }
        const members = told.get(path) ?? new Set();
        told.set(path, members);
        JSON.parse(body, (key, value) => {
          if (key !== "" && !/^\d+$/.test(key)) members.add(key);
          return value;
        });
      }
      for (const [path, members] of told) {
        const allowed = TOLD[path] ?? [];
        expect(
          [...members].filter((member) => !allowed.includes(member)),
          path,
        ).to.deep.equal([]);
      }
      expect([...told.keys()].sort()).to.deep.equal(Object.keys(TOLD).sort());
    } finally {
      await Promise.all([insurer.close(), patient.close()]);
    }
  });

  async function publish(page: Page): Promise<void> {
    await connectInsurer(page, `${stage().url}/#/insurer/new`);
    await page.getByRole("button", { name: "Review and publish" }).click();
    await signAll(page);
    await fund(page, stage());
  }

  async function issue(page: Page): Promise<void> {
    await page.goto(`${stage().url}/#/insurer/issue`);
    await page.getByRole("button", { name: "Take" }).click();
    await page.getByRole("button", { name: /^Issue|Review and issue/ }).click();
    await signAll(page);
  }

  /** Presses the demonstration's clock, from one moment to the next, until something can be done. */
  async function passTime(page: Page, wanted: Locator): Promise<void> {
    const clock = page.getByRole("button", { name: /^Let time pass until/ });
    const can = async (button: Locator) => (await button.count()) > 0 && (await button.isEnabled());
    let said: string | null = null;
    for (const until = Date.now() + 300_000; Date.now() < until; await page.waitForTimeout(100)) {
      if (await can(wanted)) return;
      // What it said before is what it says until the page has looked at the chain again.
      if (!(await can(clock)) || (await clock.textContent()) === said) continue;
      said = await clock.textContent();
      await clock.click();
    }
    throw new Error("The clock leads nowhere.");
  }

  /** The first day that the policy covers: the one after the chain's. */
  async function firstDay(page: Page): Promise<string> {
    const { now } = (await (await page.request.get(`${stage().url}/demo/clock`)).json()) as { now: number };
    return new Date((Math.floor(now / 86_400) + 1) * 86_400_000).toISOString().slice(0, 10);
  }
});
