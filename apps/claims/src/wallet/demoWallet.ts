// SPDX-License-Identifier: GPL-3.0-or-later
import { type JsonRpcProvider, type TransactionRequest, Wallet } from "ethers";
import type { Eip1193 } from "./discovery.ts";

/** An error as EIP-1193 has them. */
export class ProviderError extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * A wallet over a key that everybody can read, for demonstrations: it asks nobody before it signs. Everything that
 * needs no key goes to the node.
 */
export function demoWallet(privateKey: string, rpc: JsonRpcProvider, chainId: number): Eip1193 {
  const wallet = new Wallet(privateKey, rpc);
  const own = (address: unknown): void => {
    if (typeof address === "string" && address.toLowerCase() === wallet.address.toLowerCase()) return;
    throw new ProviderError(4100, `This test wallet holds ${wallet.address}, not ${String(address)}.`);
  };
  return {
    async request({ method, params = [] }) {
      const list = Array.isArray(params) ? (params as unknown[]) : [];
      switch (method) {
        case "eth_accounts":
        case "eth_requestAccounts":
          return [wallet.address];
        case "eth_chainId":
          return `0x${chainId.toString(16)}`;
        case "wallet_switchEthereumChain": {
          const wanted = Number((list[0] as { chainId?: string } | undefined)?.chainId);
          if (wanted === chainId) return null;
          throw new ProviderError(4902, `This test wallet knows chain ${chainId} only.`);
        }
        case "personal_sign": {
          own(list[1]);
          const text = String(list[0]);
          return wallet.signMessage(/^0x([0-9a-f]{2})*$/i.test(text) ? bytesOf(text) : text);
        }
        case "eth_signTypedData_v4": {
          own(list[0]);
          const { domain, types, message } = JSON.parse(String(list[1])) as Parameters<typeof typedData>[0];
          return wallet.signTypedData(...typedData({ domain, types, message }));
        }
        case "eth_sendTransaction": {
          const { from, gas, ...rest } = list[0] as TransactionRequest & { gas?: string };
          own(from);
          const sent = await wallet.sendTransaction({
            ...rest,
            ...(gas === undefined ? {} : { gasLimit: gas }),
          });
          return sent.hash;
        }
        default:
          return rpc.send(method, list);
      }
    },
  };
}

type Types = Record<string, { name: string; type: string }[]>;

function typedData({
  domain,
  types,
  message,
}: {
  domain: object;
  types: Types;
  message: Record<string, unknown>;
}): [object, Types, Record<string, unknown>] {
  // ethers derives the domain's type and refuses to be given it.
  const { EIP712Domain: _, ...rest } = types;
  return [domain, rest, message];
}

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(hex.slice(2).match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
}
