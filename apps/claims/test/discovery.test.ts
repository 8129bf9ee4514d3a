// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import { discoverWallets, type WalletChoice } from "../src/wallet/discovery.ts";
import { providerCode } from "../src/words/providerCode.ts";

const ICON = "data:image/png;base64,AAAA";

function announce(
  target: EventTarget,
  info: Record<string, unknown>,
  provider: unknown = { request() {} },
): void {
  const event = new Event("eip6963:announceProvider") as Event & { detail?: unknown };
  event.detail = { info, provider };
  target.dispatchEvent(event);
}

const info = (rdns: string, more = {}) => ({ uuid: `id of ${rdns}`, name: rdns, rdns, icon: ICON, ...more });

describe("EIP-6963 discovery", () => {
  it("asks, and hears wallets that answer at once and later", () => {
    const window = new EventTarget();
    window.addEventListener("eip6963:requestProvider", () => announce(window, info("org.first")));
    let found: WalletChoice[] = [];
    discoverWallets(window, (wallets) => {
      found = wallets;
    });
    expect(found.map(({ id }) => id)).to.deep.equal(["org.first"]);
    announce(window, info("org.second"));
    announce(window, info("org.first", { name: "First again" }));
    expect(found.map(({ id, name }) => [id, name])).to.deep.equal([
      ["org.first", "First again"],
      ["org.second", "org.second"],
    ]);
  });

  it("passes over what is no proper announcement", () => {
    const window = new EventTarget();
    let calls = 0;
    discoverWallets(window, () => {
      calls++;
    });
    window.dispatchEvent(new Event("eip6963:announceProvider"));
    announce(window, info("org.x"), {});
    announce(window, info("no-domain"));
    announce(window, info("org.x", { name: " " }));
    announce(window, info("org.x", { uuid: 1 }));
    expect(calls).to.equal(0);
  });

  it("takes an icon only where it comes with the announcement", () => {
    const window = new EventTarget();
    let found: WalletChoice[] = [];
    discoverWallets(window, (wallets) => {
      found = wallets;
    });
    announce(window, info("org.a", { icon: "https://tracker.example/icon.png" }));
    announce(window, info("org.b", { icon: "data:text/html,x" }));
    announce(window, info("org.c"));
    expect(found.map(({ icon }) => icon)).to.deep.equal([undefined, undefined, ICON]);
  });

  it("stops when it is told to", () => {
    const window = new EventTarget();
    let calls = 0;
    const stop = discoverWallets(window, () => {
      calls++;
    });
    stop();
    announce(window, info("org.x"));
    expect(calls).to.equal(0);
  });
});

describe("codes of wallets' errors", () => {
  it("are found where wallets and ethers put them", () => {
    expect(providerCode({ code: 4001 })).to.equal(4001);
    expect(providerCode({ code: "ACTION_REJECTED" })).to.equal(4001);
    expect(providerCode({ code: "UNKNOWN_ERROR", error: { code: 4902 } })).to.equal(4902);
    expect(providerCode({ code: -32603, data: { originalError: { code: 4902 } } })).to.equal(-32603);
    expect(providerCode(new Error("x", { cause: { info: { error: { code: 4001 } } } }))).to.equal(4001);
    expect(providerCode("no")).to.equal(undefined);
  });
});
