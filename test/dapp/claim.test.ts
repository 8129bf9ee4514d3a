// SPDX-License-Identifier: GPL-3.0-or-later
//
// A day from a file to a payment, in headless Chromium on both sides, against the real chain and with real proofs made
// in the page.
import { ClaimsClient } from "@vitalproof/sdk";
import { expect } from "chai";
import { JsonRpcProvider } from "ethers";
import { apply, enrol, importAndSeal, issue, passTime, publish } from "./support/patient.ts";
import { onStage, openPage } from "./support/stage.ts";

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
  "/relayer/payments": ["policy"],
  "/relayer/claims": ["policy", "period", "consentId", "statement", "anchorRoot", ...PROOF],
};
/** What the patient's page asks the chain: it looks, and sends nothing. */
const ASKED = /^eth_(blockNumber|call|chainId|getBlockByNumber|getCode|getLogs)$/;

describe("dApp: a claim from file to payment", () => {
  const stage = onStage();

  it("T33: insurer publishes, patient enrols, applies, consents, imports, seals, proves, claims and is paid; no reading leaves the page", async function () {
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
      const { page } = patient;
      await publish(insurer.page, world);
      await enrol(page, world);
      await apply(page, { periods: 2 });
      await issue(insurer.page, world);

      await page.getByRole("button", { name: "I consent" }).click();
      await page.getByText("Your consent is on record.").waitFor();
      // A good day and a bad one.
      await importAndSeal(page, world, ["good", "bad"]);

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
      // The insurer sees it without asking.
      await insurer.page.goto(`${world.url}/#/insurer/programs/1`);
      await insurer.page.locator("table").getByText("credited", { exact: true }).first().waitFor();
      // The payment goes to the policy's own account.
      const money = page.getByRole("region", { name: "Your money" });
      await money.getByRole("button", { name: "Pay out 25.00 tUSDC" }).click();
      await money.getByText(`25.00 tUSDC went to ${await client.payeeOf(1n)}.`).waitFor();
      expect(await client.owedOf(1n)).to.equal(0n);
      provider.destroy();
      // The day that does not hold is not offered.
      expect(await prove.count()).to.equal(0);
      await claims.getByText("The readings do not meet the terms.").waitFor();

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
});
