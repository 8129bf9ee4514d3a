// SPDX-License-Identifier: GPL-3.0-or-later
//
// The insurer's side with a wallet as users have one, and everything that wallet, network and node can refuse.
import { ClaimsClient, Custody } from "@vitalproof/sdk";
import { expect } from "chai";
import { Contract, getAddress, JsonRpcProvider } from "ethers";
import { injectWallet, WALLET_NAME } from "./support/injectedWallet.ts";
import { InsurerPage } from "./support/insurer.ts";
import { onStage, openPage } from "./support/stage.ts";

const AMOUNT = 500_000_000n;

describe("dApp: an injected wallet", () => {
  const stage = onStage();

  it("is found, refuses, is on another chain, loses the node in the middle, and nothing happens twice", async function () {
    this.timeout(600_000);
    const world = stage();
    const provider = new JsonRpcProvider(`${world.url}/rpc`);
    const account = ((await provider.send("eth_accounts", [])) as string[])[10]!;
    const { page, requests, close } = await openPage(world, { faults: /ERR_INTERNET_DISCONNECTED/ });
    let offlineAfter: number | undefined;
    let sent = 0;
    const wallet = await injectWallet(
      page,
      account,
      { refuses: ["eth_requestAccounts"], chain: 1, knows: [1] },
      async () => {
        sent += 1;
        if (sent === offlineAfter) await page.context().setOffline(true);
      },
    );
    const connect = async () => {
      await page.getByRole("button", { name: "Connect a wallet" }).click();
      await page.getByRole("dialog").getByRole("button", { name: WALLET_NAME }).click();
    };
    const change = page.getByRole("button", { name: /^Change to / });
    const dialog = page.getByRole("dialog");
    try {
      await page.goto(`${world.url}/#/insurer/new`);
      await connect();
      await page.getByText(`You refused the connection in ${WALLET_NAME}.`).waitFor();
      await wallet.change({ refuses: ["wallet_addEthereumChain"] });
      await connect();

      await page.getByText(/Your wallet is on chain 1, not on/).waitFor();
      await change.click();
      await page.getByText(`You refused to change the network in ${WALLET_NAME}.`).waitFor();
      await wallet.change({ refuses: ["eth_sendTransaction"] });
      await change.click();
      await change.waitFor({ state: "detached" });
      expect(await wallet.asked()).to.include.members([
        "wallet_switchEthereumChain",
        "wallet_addEthereumChain",
      ]);

      await page.getByRole("button", { name: "Review and publish" }).click();
      await dialog.getByRole("button", { name: /^Sign/ }).click();
      await dialog.getByText("You refused it in the wallet. Nothing was sent.").waitFor();
      expect(sent).to.equal(0);
      await wallet.change({ refuses: [] });
      await dialog.getByRole("button", { name: "Try again" }).click();
      await dialog.getByText(/^✓/).waitFor();
      await dialog.getByText("Close", { exact: true }).click();
      const claims = new ClaimsClient(world.config.contracts.claims, provider);
      const { insurer, escrow } = await claims.program(1n);
      expect(insurer).to.equal(getAddress(account));
      const custody = new Custody(world.config.contracts.custody, provider);

      // Paying in takes three transactions; the node goes away when the second one is out.
      await page.goto(`${world.url}/#/insurer/programs/1`);
      await page.getByRole("button", { name: "Fund" }).click();
      await page.getByLabel("Amount, tUSDC").fill("500");
      await page.getByRole("button", { name: "Continue" }).click();
      offlineAfter = sent + 2;
      await dialog.getByRole("button", { name: /^Sign/ }).click();
      await page
        .getByText(/The node cannot be reached\./)
        .first()
        .waitFor();
      expect((await custody.escrow(escrow)).free).to.equal(0n);
      await page.context().setOffline(false);
      const again = dialog.getByRole("button", { name: "Try again" });
      await Promise.race([dialog.getByText(/^✓/).waitFor(), again.waitFor()]);
      if (await again.isVisible()) await new InsurerPage(page, world).sign("Try again");
      else await dialog.getByText("Close", { exact: true }).click();
      expect((await custody.escrow(escrow)).free).to.equal(AMOUNT);
      // Made, allowed and paid once each.
      expect(sent).to.equal(offlineAfter + 1);
      const token = new Contract(
        world.config.tokens[0]!.address,
        ["function totalSupply() view returns (uint256)"],
        provider,
      );
      expect(await token.totalSupply!()).to.equal(AMOUNT);

      // A wallet that has locked itself meanwhile is not asked by a page that is opened again, until somebody wants it.
      await page.reload();
      await page.getByRole("button", { name: "Connect a wallet" }).waitFor();
      expect(await wallet.asked()).to.not.include("eth_requestAccounts");
      await wallet.change({ refuses: [], chain: world.config.chain.id });
      await connect();
      await page.getByRole("button", { name: "Withdraw" }).waitFor();
      expect(
        requests.filter((url) => !url.startsWith(`${world.url}/`) && !url.startsWith("data:")),
      ).to.deep.equal([]);
    } finally {
      await page.context().setOffline(false);
      await close();
      provider.destroy();
    }
  });
});
