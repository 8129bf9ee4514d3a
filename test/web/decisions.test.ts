// SPDX-License-Identifier: GPL-3.0-or-later
//
// What insurer and arbiter decide, in headless Chromium against the real chain. The claims were proven and settled by a
// patient without a browser.
import {
  ClaimsClient,
  Custody,
  circuitIdOf,
  circuitOf,
  DAY,
  distributionTerms,
  epochAt,
  Pauses,
  packTerms,
  profileOf,
  ScopeClient,
} from "@vitalproof/sdk";
import { expect } from "chai";
import { Contract, JsonRpcProvider, Wallet } from "ethers";
import type { Page } from "playwright-core";
import { expectAccessible } from "./support/axe.ts";
import { ask, HttpPatient, now, passUntil } from "./support/httpPatient.ts";
import { InsurerPage } from "./support/insurer.ts";
import { onStage, openPage } from "./support/stage.ts";

const BENEFIT = 25_000_000n;
const PERIODS = 6;
const TERMS = distributionTerms({
  circuit: "glucose-day",
  offset: 0,
  band: { atLeast: 70, atMost: 180 },
  share: { atLeast: 70 },
});

interface Setting {
  readonly provider: JsonRpcProvider;
  readonly claims: ClaimsClient;
  readonly custody: Custody;
  readonly token: Contract;
  readonly payee: string;
}

describe("dApp: decisions", () => {
  const stage = onStage();
  let setting: Setting;

  before(async function () {
    this.timeout(600_000);
    setting = await prepare();
  });
  after(() => setting?.provider.destroy());

  it("an insurer rejects, an arbiter decides, and everybody sees only what can succeed", async function () {
    this.timeout(600_000);
    const { claims } = setting;
    const { page, close } = await openPage(stage());
    try {
      await page.goto(`${stage().url}/#/insurer/programs/1`);
      const list = page.getByRole("region", { name: "Claims of program 1" });
      const row = (period: number) => list.getByRole("row", { name: new RegExp(`^1 ${period} `) });
      await row(1).getByText("under review").waitFor();
      await row(0)
        .getByText(/the insurer decides until/)
        .waitFor();
      await page.getByText(/Agrees with custody at block/).waitFor();
      for (const stranger of ["Another insurer", "Demo arbiter"]) {
        await connect(page, stranger);
        expect(
          await list.getByRole("button", { name: /^(Approve|Reject|Decide for|Deny) / }).count(),
        ).to.equal(0);
      }

      await connect(page, "Demo insurer");
      // A block that disappears takes its decision along.
      const { result: snapshot } = await rpc("evm_snapshot");
      await reject(page, 0, "device unknown");
      await row(0)
        .getByText(/the arbiter decides until/)
        .waitFor();
      expect((await claims.periodOf(1n, 0)).state).to.equal("rejected");
      await rpc("evm_revert", snapshot);
      await row(0)
        .getByText(/the insurer decides until/)
        .waitFor();

      await reject(page, 0, "device unknown");
      await reject(page, 1, "readings copied");
      await row(1).getByText("“readings copied”").waitFor();
      await approveButton(page, 1).waitFor();
      expect(await list.getByRole("button", { name: /^Reject / }).count()).to.equal(0);

      await connect(page, "Demo arbiter");
      await list.getByRole("button", { name: "Decide for period 0 of policy 1" }).click();
      await page.getByText("This is final.").waitFor();
      await new InsurerPage(page, stage()).sign();
      await row(0).getByText("credited").waitFor();
      await list.getByRole("button", { name: "Deny period 1 of policy 1" }).click();
      await page.getByRole("dialog").getByLabel("Reason").fill("the copy is proven");
      await expectAccessible(page);
      await page.getByRole("button", { name: "Continue" }).click();
      await new InsurerPage(page, stage()).sign();
      await row(1).getByText("denied").waitFor();
      expect(await list.getByRole("button", { name: /^(Approve|Reject|Decide for|Deny) / }).count()).to.equal(
        0,
      );
      expect([(await claims.periodOf(1n, 0)).state, (await claims.periodOf(1n, 1)).state]).to.deep.equal([
        "credited",
        "denied",
      ]);
      // What settling cost, from the receipts.
      await row(0)
        .getByText(/[\d,]+ gas/)
        .waitFor();
      await page
        .getByText(/^Median of the 2 claims whose receipts were read: [\d,]+ gas, 0\.\d+ ETH\.$/)
        .waitFor();
    } finally {
      await close();
    }
  });

  it("a policy is ended, paid out, and what nobody claimed is released in time", async function () {
    this.timeout(600_000);
    const { claims, custody, token, payee } = setting;
    const { page, close } = await openPage(stage(), { width: 360 });
    try {
      await page.goto(`${stage().url}/#/insurer/programs/1`);
      // Anybody may pay, and nobody but insurer and controller may end.
      await connect(page, "Another insurer");
      await openPolicy(page);
      await page.getByText(/^The insurer or the policy's controller can end it/).waitFor();
      expect(await page.getByRole("button", { name: "End the policy" }).count()).to.equal(0);
      await page.getByRole("button", { name: "Pay out" }).click();
      await page.getByText(`25.00 tUSDC, the benefit of 1 period, go to ${payee}.`).waitFor();
      await new InsurerPage(page, stage()).sign();
      expect(await token.getFunction("balanceOf")(payee)).to.equal(BENEFIT);

      await connect(page, "Demo insurer");
      await openPolicy(page);
      await page.getByText("Nothing is owed.").waitFor();
      await expectAccessible(page);
      const { periods } = await claims.policy(1n);
      const begun = 3;
      await page.getByRole("button", { name: "End the policy" }).click();
      await page
        .getByText(/^3 periods that have not begun are taken off; 75\.00 tUSDC become free again\.$/)
        .waitFor();
      await expectAccessible(page);
      await new InsurerPage(page, stage()).sign();
      expect([periods, (await claims.policy(1n)).periods]).to.deep.equal([BigInt(PERIODS), BigInt(begun)]);
      await page.getByRole("region", { name: "Policies" }).getByText("ended", { exact: true }).waitFor();

      // Period 2 is over now, and nobody claims it.
      await openPolicy(page);
      await page.getByText("No period is over and unclaimed.").waitFor();
      await page.keyboard.press("Escape");
      await passUntil(stage().url, (await now(stage().url)) + DAY);
      await openPolicy(page);
      const unclaimed = page.getByRole("region", { name: "Unclaimed periods" });
      await unclaimed.getByText(/^from /).waitFor();
      expect(await page.getByRole("button", { name: "Release period 2" }).count()).to.equal(0);
      await expectAccessible(page);
      await page.keyboard.press("Escape");
      await passUntil(stage().url, Number((await claims.windowOf(1n, 2)).releasableFrom) + 1);
      await openPolicy(page);
      await page.getByRole("button", { name: "Release period 2" }).click();
      await page.getByText("25.00 tUSDC return to the program's free money.").waitFor();
      await new InsurerPage(page, stage()).sign();
      expect((await claims.periodOf(1n, 2)).state).to.equal("released");

      // Everything is free but what was paid, and the page says the same as custody.
      const { escrow } = await claims.program(1n);
      const { free, committed } = await custody.escrow(escrow);
      expect([free, committed]).to.deep.equal([BigInt(PERIODS - 1) * BENEFIT, 0n]);
      const money = page.getByRole("region", { name: "Money", exact: true });
      await money.getByText("125.00", { exact: true }).waitFor();
      await money.getByText(/Agrees with custody at block/).waitFor();
    } finally {
      await close();
    }
  });

  it("a transaction is final only after the blocks that the configuration asks for", async function () {
    this.timeout(300_000);
    const { page, close } = await openPage(stage());
    try {
      await page.route("**/config.json", async (route) => {
        const config = (await (await route.fetch()).json()) as { chain: object };
        await route.fulfill({ json: { ...config, chain: { ...config.chain, confirmations: 3 } } });
      });
      await page.goto(`${stage().url}/#/insurer/programs/1`);
      await connect(page, "Demo insurer");
      await page.getByRole("button", { name: "Withdraw" }).click();
      await page.getByLabel("Amount, tUSDC").fill("1");
      await page.getByRole("button", { name: "Continue" }).click();
      const dialog = page.getByRole("dialog");
      await dialog.getByRole("button", { name: /^Sign/ }).click();
      await dialog.getByText(/^In block \d+, 1 of 3 confirmations/).waitFor();
      expect(await dialog.getByText(/^✓/).count()).to.equal(0);
      await expectAccessible(page);
      await rpc("evm_mine");
      await dialog.getByText(/^In block \d+, 2 of 3 confirmations/).waitFor();
      await rpc("evm_mine");
      await dialog.getByText(/^Final, in block/).waitFor();
      await dialog.getByText(/^✓ 1\.00 tUSDC is in your account/).waitFor();
    } finally {
      await close();
    }
  });

  it("a pause is told on every page, with its reason, until it ends", async function () {
    this.timeout(300_000);
    const { page, close } = await openPage(stage());
    // The third account of the demonstration's chain pauses.
    const pauser = await setting.provider.getSigner(2);
    const pauses = new Pauses(stage().config.contracts.pauses, pauser);
    const notice = page.getByText(/^Paused until /);
    try {
      await page.goto(`${stage().url}/#/insurer`);
      await page.getByRole("heading", { name: "Programs", exact: true }).waitFor();
      await pauses.pause("an exercise");
      await notice.waitFor();
      await page.getByText("“an exercise”").waitFor();
      await expectAccessible(page);
      await page.goto(`${stage().url}/#/patient`);
      await notice.waitFor();
      await pauses.endPause();
      await notice.waitFor({ state: "detached" });
    } finally {
      await close();
    }
  });

  /** A program with a review and an arbiter, and two claims of one patient under review. */
  async function prepare(): Promise<Setting> {
    const { url, config } = stage();
    const { contracts, tokens, demo } = config as unknown as {
      contracts: { claims: string; custody: string; anchors: string; consents: string; scopes: string };
      tokens: { address: string }[];
      demo: { accounts: { name: string; privateKey: string }[] };
    };
    const provider = new JsonRpcProvider(`${url}/rpc`, undefined, { staticNetwork: true, cacheTimeout: -1 });
    provider.pollingInterval = 100;
    const key = (name: string) => demo.accounts.find((account) => account.name === name)!.privateKey;
    const insurer = new Wallet(key("Demo insurer"), provider);
    const claims = new ClaimsClient(contracts.claims, insurer);
    const custody = new Custody(contracts.custody, insurer);
    const token = new Contract(
      tokens[0]!.address,
      [
        "function mint(address,uint256)",
        "function approve(address,uint256)",
        "function balanceOf(address) view returns (uint256)",
      ],
      insurer,
    );
    const money = BigInt(PERIODS) * BENEFIT;
    await (await token.getFunction("mint")(insurer.address, money)).wait();
    await (await token.getFunction("approve")(contracts.custody, money)).wait();
    const { result: scopeNumber } = await new ScopeClient(contracts.scopes, insurer).createScope(1n);
    const { name, version } = circuitOf("glucose-day");
    const { result: program } = await claims.createProgram({
      circuit: circuitIdOf(name, version),
      scope: scopeNumber,
      assurance: "self-attested",
      terms: packTerms(TERMS),
      token: tokens[0]!.address,
      benefit: BENEFIT,
      arbiter: new Wallet(key("Demo arbiter")).address,
      claimWindow: DAY,
      reviewTime: 20 * DAY,
      arbiterTime: 20 * DAY,
    });
    await custody.fund((await claims.program(program)).escrow, money);

    const info = { program, scopeNumber, insurer: insurer.address, terms: TERMS };
    const patient = new HttpPatient(url, provider, contracts, info);
    const firstEpoch = epochAt(profileOf("glucose-mg-dl-5min"), TERMS.offset, await now(url)) + 1;
    const { attestation, signature } = await patient.apply(firstEpoch, PERIODS);
    const { result: policy } = await claims.issuePolicy(attestation, signature);
    const consentId = await patient.consent();
    for (const period of [0, 1]) {
      await patient.day(firstEpoch + period);
      await patient.claim(policy, period, firstEpoch + period, consentId);
    }
    return { provider, claims, custody, token, payee: attestation.controller };
  }

  function rpc(method: string, ...params: unknown[]): Promise<{ result: unknown }> {
    return ask(stage().url, "/rpc", { jsonrpc: "2.0", id: 1, method, params });
  }

  /** Takes another of the demonstration's wallets. */
  async function connect(page: Page, name: string): Promise<void> {
    const banner = page.getByRole("banner");
    await banner.getByRole("button").last().click();
    await page
      .getByRole("dialog")
      .getByRole("button", { name: new RegExp(name) })
      .click();
    await banner.getByText(name).waitFor({ state: "attached" });
  }

  function approveButton(page: Page, period: number) {
    return page.getByRole("button", { name: `Approve period ${period} of policy 1` });
  }

  async function reject(page: Page, period: number, reason: string): Promise<void> {
    await page.getByRole("button", { name: `Reject period ${period} of policy 1` }).click();
    await page.getByRole("dialog").getByLabel("Reason").fill(reason);
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByText(`The reason is permanently public: ${reason}`).waitFor();
    await new InsurerPage(page, stage()).sign();
  }

  async function openPolicy(page: Page): Promise<void> {
    await page.getByRole("button", { name: "Open policy 1" }).click();
    await page.getByRole("dialog").getByRole("heading", { name: "Policy 1" }).waitFor();
  }
});
