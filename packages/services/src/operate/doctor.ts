// SPDX-License-Identifier: GPL-3.0-or-later
import { existsSync, statfsSync } from "node:fs";
import { dirname } from "node:path";
import { AnchorClient, VitalproofError } from "@vitalproof/sdk";
import { formatEther, type JsonRpcProvider } from "ethers";
import { enrolmentKey } from "../attester/enrolmentKey.ts";
import { isSame } from "../attester/groupSigner.ts";
import { openProvider } from "../chain/index.ts";
import type { ServicesConfig } from "../config.ts";
import { custodianLooks } from "../custodian/doctor.ts";
import { gatewayLooks } from "../gateway/doctor.ts";
import { openSigner, type SignerConfig } from "../keys/index.ts";
import { fileOf, openDatabase, schemaState } from "../store/index.ts";
import { serverOptionsOf } from "./serverOptions.ts";

/** What one look found. */
export type Finding = {
  readonly check: string;
  readonly ok: boolean;
  /** What was found, or what is wrong. */
  readonly text: string;
  /** What to do, where something is wrong. */
  readonly hint?: string;
};

/** Seconds between the clock of this machine and the chain's last block. */
const CLOCK = 300;
/** Bytes that should be free on the store's disk. */
const FREE = 1_000_000_000;
/** Wei below which an account cannot pay for much. */
const BALANCE = 10_000_000_000_000_000n;

/** Looks at everything that a service needs before it runs. Nothing is changed. Every look is made, whatever others find. */
export async function doctor(config: ServicesConfig): Promise<Finding[]> {
  const provider = openProvider(config.chain.rpc, config.chain.id);
  const found: Finding[] = [];
  const look = async (check: string, act: () => Promise<string>): Promise<void> => {
    try {
      found.push({ check, ok: true, text: await act() });
    } catch (error) {
      found.push({ check, ok: false, ...wordsOf(error) });
    }
  };
  try {
    await look("store", () => lookAtStore(config.store));
    const file = fileOf(config.store);
    if (file !== undefined) await look("disk", async () => lookAtDisk(dirname(file)));
    await look("chain", () => lookAtChain(provider, config));
    for (const [name, address] of Object.entries(config.chain.contracts)) {
      await look(`contract ${name}`, () => lookAtContract(provider, address));
    }
    await look("certificates", async () => {
      const { tls } = serverOptionsOf(config.http);
      return tls === undefined ? "none are configured" : "can be read";
    });
    const { attester, custodian, gateway, relayer } = config;
    if (attester !== undefined) {
      await look("attester's key", () => lookAtAttester(provider, config));
      await look("verification key", async () => {
        await enrolmentKey(config.artifacts);
        return "is that of its manifest";
      });
    }
    if (custodian !== undefined) {
      for (const [check, act] of custodianLooks({ ...config, custodian }, provider)) await look(check, act);
      await look("custodian's account", () => lookAtAccount(provider, custodian.key, config.chain.id));
    }
    if (gateway !== undefined) {
      for (const [check, act] of gatewayLooks({ ...config, gateway }, provider)) await look(check, act);
      const { account } = gateway;
      if (account !== undefined)
        await look("gateway's account", () => lookAtAccount(provider, account, config.chain.id));
    }
    for (const [i, key] of (relayer?.keys ?? []).entries()) {
      await look(`relayer's key ${i + 1}`, () => lookAtAccount(provider, key, config.chain.id));
    }
  } finally {
    provider.destroy();
  }
  return found;
}

async function lookAtStore(url: string): Promise<string> {
  // Opening would make the file.
  const file = fileOf(url);
  if (file !== undefined && !existsSync(file)) return "is made at the first start";
  const database = await openDatabase(url);
  try {
    const { missing } = await schemaState(database);
    return missing.length === 0
      ? "is there, with the schema of this version"
      : `is there; ${missing.length} migrations are made at the next start`;
  } finally {
    await database.close();
  }
}

/** @param folder or one that the first start makes, on the disk of the first folder above it that is there */
function lookAtDisk(folder: string): string {
  if (!existsSync(folder)) return lookAtDisk(dirname(folder));
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  const text = `${(free / 1e9).toFixed(1)} GB are free`;
  if (free >= FREE) return text;
  throw new VitalproofError("STORE_FAILED", `Only ${text} on the store's disk.`, {
    details: { free },
    hint: "Make room: a full disk stops the service, and nothing is confirmed that is not stored.",
  });
}

async function lookAtChain(provider: JsonRpcProvider, { chain }: ServicesConfig): Promise<string> {
  const id = BigInt(await provider.send("eth_chainId", []));
  if (id !== chain.id) {
    throw new VitalproofError("NOT_ALLOWED", `The node is one of chain ${id}, not of ${chain.id}.`, {
      details: { found: id, wanted: chain.id },
      hint: "Mend chain.rpc or chain.id.",
    });
  }
  const block = await provider.getBlock("latest");
  const apart = Math.abs((block?.timestamp ?? 0) - Date.now() / 1000);
  if (apart <= CLOCK) return `chain ${id}, block ${block!.number}`;
  throw new VitalproofError(
    "CHAIN_UNREACHABLE",
    `The node's last block is ${Math.round(apart)} s from this machine's clock.`,
    {
      details: { seconds: Math.round(apart) },
      hint: "Set the clock (NTP), or wait until the node has caught up.",
    },
  );
}

async function lookAtContract(provider: JsonRpcProvider, address: string): Promise<string> {
  if ((await provider.getCode(address)) !== "0x") return `has code at ${address}`;
  throw new VitalproofError("NOT_THERE", `There is no contract at ${address}.`, {
    details: { address },
    hint: "Compare the configuration with the deployment's addresses.",
  });
}

async function lookAtAttester(
  provider: JsonRpcProvider,
  { chain, attester }: ServicesConfig,
): Promise<string> {
  const { group, key } = attester!;
  const signer = await openSigner(key, { chainId: chain.id });
  const onChain = await new AnchorClient(chain.contracts.anchors, provider).group(group);
  if (!isSame(onChain.attester, signer.address)) {
    throw new VitalproofError(
      "NOT_ALLOWED",
      `The chain has ${onChain.attester} as attester of group ${group}, not ${signer.address}.`,
      {
        details: { group, attester: onChain.attester, account: signer.address },
        hint: "Configure the key of the group's attester.",
      },
    );
  }
  return lookAtAccount(provider, key, chain.id);
}

async function lookAtAccount(provider: JsonRpcProvider, key: SignerConfig, chainId: bigint): Promise<string> {
  const { address } = await openSigner(key, { chainId });
  const balance = await provider.getBalance(address);
  const text = `${address} has ${formatEther(balance)} of the chain's currency`;
  if (balance >= BALANCE) return text;
  throw new VitalproofError("NOT_ALLOWED", `${text}.`, {
    details: { address, balance },
    hint: "Send it some: transactions wait while an account is dry.",
  });
}

function wordsOf(error: unknown): Pick<Finding, "text" | "hint"> {
  if (!(error instanceof VitalproofError))
    return { text: (error as Error).message.slice(0, 200), hint: "Is the node reachable?" };
  const { shortMessage, hint } = error;
  return { text: shortMessage, ...(hint === undefined ? {} : { hint }) };
}
