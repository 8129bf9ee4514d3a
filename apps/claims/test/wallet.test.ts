// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import { JsonRpcProvider, verifyMessage, verifyTypedData, Wallet } from "ethers";
import { parseConfig } from "../src/config/config.ts";
import { demoWallet } from "../src/wallet/demoWallet.ts";
import type { Eip1193, WalletChoice } from "../src/wallet/discovery.ts";
import { steadfast, WalletConnection } from "../src/wallet/wallet.ts";

const ACCOUNT = `0x${"1".repeat(40)}`;
const OTHER = `0x${"2".repeat(40)}`;
const KEY = `0x${"ab".repeat(32)}`;
const address = (n: number) => `0x${n.toString(16).padStart(40, "0")}`;
const config = parseConfig(
  JSON.stringify({
    name: "Test",
    chain: {
      id: 31337,
      name: "Local",
      rpc: "/rpc",
      explorer: null,
      currency: { name: "Ether", symbol: "ETH", decimals: 18 },
    },
    contracts: {
      claims: address(1),
      anchors: address(2),
      consents: address(3),
      circuits: address(4),
      scopes: address(5),
      pauses: address(6),
      custody: address(7),
    },
    tokens: [],
    artifacts: "/artifacts",
    groups: [],
  }),
  "http://127.0.0.1/",
);

/** A wallet that answers as a test says and lets the test raise events. */
function wallet(answers: Record<string, (params: unknown) => unknown>) {
  const listeners = new Map<string, (value: never) => void>();
  const calls: string[] = [];
  const provider: Eip1193 = {
    async request({ method, params }) {
      calls.push(method);
      return answers[method]!(params);
    },
    on: (event, listener) => listeners.set(event, listener),
    removeListener: (event) => listeners.delete(event),
  };
  const choice: WalletChoice = {
    id: "org.test",
    name: "Test wallet",
    icon: undefined,
    kind: "injected",
    provider,
  };
  return {
    choice,
    calls,
    listeners,
    raise: (event: string, value: unknown) => listeners.get(event)?.(value as never),
  };
}

function memory() {
  const kept = new Map<string, string>();
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  };
}

const refusal = (code: number) => () => {
  throw Object.assign(new Error("no"), { code });
};

describe("the connection to a wallet", () => {
  it("connects, is remembered, and follows accounts and chains", async () => {
    const connection = new WalletConnection(config, memory());
    const { choice, raise, listeners } = wallet({
      eth_requestAccounts: () => [ACCOUNT],
      eth_chainId: () => "0x1",
    });
    await connection.connect(choice);
    expect(connection.state()).to.include({ account: ACCOUNT, chainId: 1, busy: false, error: undefined });
    expect(connection.remembered()).to.equal("org.test");
    raise("accountsChanged", [OTHER]);
    raise("chainChanged", "0x7a69");
    expect(connection.state()).to.include({ account: OTHER, chainId: 31337 });
    raise("disconnect", undefined);
    expect(connection.state().error).to.match(/lost its connection/);
    raise("accountsChanged", []);
    expect(connection.state()).to.include({ account: undefined, wallet: undefined });
    connection.disconnect();
    expect(listeners.size).to.equal(0);
    expect(connection.remembered()).to.equal(undefined);
  });

  it("says that a connection was refused, and asks for nothing on a later visit", async () => {
    const connection = new WalletConnection(config, memory());
    await connection.connect(wallet({ eth_requestAccounts: refusal(4001) }).choice);
    expect(connection.state().error).to.match(/You refused the connection in Test wallet/);
    const quiet = wallet({ eth_accounts: () => [] });
    await connection.connect(quiet.choice, true);
    expect(quiet.calls).to.deep.equal(["eth_accounts"]);
    expect(connection.state()).to.include({ account: undefined, error: undefined });
  });

  it("adds the chain where the wallet does not know it", async () => {
    const connection = new WalletConnection(config, memory());
    let added: unknown;
    let chain = "0x1";
    const { choice } = wallet({
      eth_requestAccounts: () => [ACCOUNT],
      eth_chainId: () => chain,
      wallet_switchEthereumChain: refusal(4902),
      wallet_addEthereumChain: (params) => {
        added = params;
        chain = "0x7a69";
        return null;
      },
    });
    await connection.connect(choice);
    expect(await connection.signer()).to.equal(undefined);
    await connection.switchChain();
    expect(connection.state()).to.include({ chainId: 31337, busy: false, error: undefined });
    expect(added).to.deep.equal([
      {
        chainId: "0x7a69",
        chainName: "Local",
        rpcUrls: ["http://127.0.0.1/rpc"],
        nativeCurrency: config.chain.currency,
      },
    ]);
  });

  it("says that a change of network was refused", async () => {
    const connection = new WalletConnection(config, memory());
    const { choice } = wallet({
      eth_requestAccounts: () => [ACCOUNT],
      eth_chainId: () => "0x1",
      wallet_switchEthereumChain: refusal(4001),
    });
    await connection.connect(choice);
    await connection.switchChain();
    expect(connection.state()).to.include({ account: ACCOUNT, chainId: 1 });
    expect(connection.state().error).to.match(/You refused to change the network/);
  });
});

describe("the built-in test wallet", () => {
  const rpc = new JsonRpcProvider("http://127.0.0.1:1", 31337, { staticNetwork: true });
  const own = new Wallet(KEY).address;
  const demo = demoWallet(KEY, rpc, 31337);
  after(() => rpc.destroy());

  it("signs messages and typed data with its key", async () => {
    expect(await demo.request({ method: "eth_requestAccounts" })).to.deep.equal([own]);
    const message = (await demo.request({ method: "personal_sign", params: ["0x6869", own] })) as string;
    expect(verifyMessage("hi", message)).to.equal(own);
    const domain = { name: "T", version: "1", chainId: 31337 };
    const types = { Note: [{ name: "text", type: "string" }] };
    const typed = {
      domain,
      types: { ...types, EIP712Domain: [{ name: "name", type: "string" }] },
      message: { text: "x" },
    };
    const signature = await demo.request({
      method: "eth_signTypedData_v4",
      params: [own, JSON.stringify(typed)],
    });
    expect(verifyTypedData(domain, types, { text: "x" }, signature as string)).to.equal(own);
  });

  it("refuses other accounts (4100) and other chains (4902)", async () => {
    const code = (call: Promise<unknown>) =>
      call.then(
        () => 0,
        (error: { code: number }) => error.code,
      );
    expect(await code(demo.request({ method: "personal_sign", params: ["0x", OTHER] }))).to.equal(4100);
    const chain = (chainId: string) => ({ method: "wallet_switchEthereumChain", params: [{ chainId }] });
    expect(await code(demo.request(chain("0x1")))).to.equal(4902);
    expect(await demo.request(chain("0x7a69"))).to.equal(null);
  });
});

describe("a provider that looks for what was sent", () => {
  it("goes on while the node is away, and sends nothing twice", async () => {
    const asked: string[] = [];
    let away = 3;
    const { request } = steadfast(
      {
        async request({ method }) {
          asked.push(method);
          if (away-- > 0) throw new TypeError("Failed to fetch");
          return "there";
        },
      },
      1,
    );
    expect(await request({ method: "eth_getTransactionReceipt" })).to.equal("there");
    expect(asked).to.have.length(4);
    away = 1;
    const refused = await request({ method: "eth_sendTransaction" }).catch((error: unknown) => error);
    expect(refused).to.be.instanceOf(TypeError);
    expect(asked.filter((method) => method === "eth_sendTransaction")).to.have.length(1);
  });
});
