// SPDX-License-Identifier: GPL-3.0-or-later
//
// A day from a file to a payment, in headless Chromium on both sides, against the real chain, with real proofs made in
// the page, and without ever touching a pointer.
import { ClaimsClient } from "@vitalproof/sdk";
import { expect } from "chai";
import { JsonRpcProvider } from "ethers";
import { keyboard } from "./support/hands.ts";
import { InsurerPage } from "./support/insurer.ts";
import { PatientPage } from "./support/patient.ts";
import { onStage, openPage } from "./support/stage.ts";

const ATTESTATION = [
  ...[
    "attestation",
    "program",
    "offerHash",
    "holder",
    "controller",
    "payee",
    "firstEpoch",
    "periods",
    "nonce",
    "expiry",
  ],
];
const PROOF = ["proof", "a", "b", "c"];
const DEVICE = ["device", "curve", "publicKey"];
/** What the services are told in all of this: every member of every body that the patient's page posts to them. */
const TOLD: Readonly<Record<string, readonly string[]>> = {
  "/attester/people": ["subject", ...DEVICE, "profile", "offset", "firstEpoch"],
  "/attester/attestations": [...ATTESTATION, "scopeNumber", "subject", ...PROOF, "publicInputs"],
  "/attester/heads": ["group", "subject", "previous", "inner", "context", ...DEVICE, "signature"],
  "/demo/applications": [...ATTESTATION, "signature"],
  "/demo/clock": ["to"],
  "/relayer/consents": [
    ...["consent", "patient", "grantee", "purpose", "program", "from", "until", "receiptHash", "nonce"],
    ...["deadline", "signature"],
  ],
  "/relayer/payments": ["policy"],
  "/relayer/claims": ["policy", "period", "consentId", "circuit", "anchorRoot", ...PROOF],
};
/** What the patient's page asks the chain: it looks, and sends nothing. */
const ASKED = /^eth_(blockNumber|call|chainId|getBlockByNumber|getCode|getLogs)$/;

describe("dApp: a claim from file to payment", () => {
  const stage = onStage();

  it("T33: insurer publishes, patient enrols, applies, consents, imports, seals, proves, claims and is paid, by keys alone; no reading leaves the page", async function () {
    this.timeout(600_000);
    const world = stage();
    const [desk, home] = [await openPage(world), await openPage(world)];
    const insurer = new InsurerPage(desk.page, world, keyboard(desk.page));
    const patient = new PatientPage(home.page, world, keyboard(home.page));
    const bodies: { path: string; body: string }[] = [];
    home.page.on("request", (request) => {
      const body = request.postData();
      if (body !== null) bodies.push({ path: new URL(request.url()).pathname, body });
    });
    try {
      await insurer.connect("#/insurer");
      await insurer.go("New");
      await insurer.publish();
      await insurer.fund();

      await patient.create();
      await patient.enrol();
      await patient.apply(2);
      await insurer.go("Issue");
      await insurer.issue();
      await patient.consent();
      await patient.import(["good", "bad"]);
      await patient.seal(2);
      await patient.prove();
      await patient.claim();
      await patient.claims.getByText(/The claim is on chain, in block/).waitFor();

      const provider = new JsonRpcProvider(`${world.url}/rpc`);
      const client = new ClaimsClient(world.config.contracts.claims, provider);
      expect((await client.periodOf(1n, 0)).state).to.equal("credited");
      expect((await client.periodOf(1n, 1)).state).to.equal("open");
      expect(await client.owedOf(1n)).to.equal(25_000_000n);
      // The payment goes to the policy's own account.
      await patient.payOut();
      await patient.money.getByText(`25.00 tUSDC went to ${await client.payeeOf(1n)}.`).waitFor();
      expect(await client.owedOf(1n)).to.equal(0n);
      provider.destroy();
      // The day that does not hold is not offered.
      expect(await patient.proofs.count()).to.equal(0);
      await patient.claims.getByText("The readings do not meet the terms.").waitFor();
      // The insurer sees it without asking.
      await desk.page.goto(`${world.url}/#/insurer/programs/1`);
      await desk.page.locator("table").getByText("paid", { exact: true }).first().waitFor();

      for (const { requests } of [desk, home])
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
      await Promise.all([desk.close(), home.close()]);
    }
  });
});
