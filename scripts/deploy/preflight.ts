// SPDX-License-Identifier: GPL-3.0-or-later
import { join, relative } from "node:path";
import { type CircomConfig, checkCircuits } from "@vitalproof/hardhat-circom/circuits";
import { formatEther } from "ethers";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import type { EthereumProvider } from "hardhat/types/providers";
import { type CircuitSpec, circuitSpecs, defaultCircuits } from "../../ignition/circuits.ts";
import type { DeployOptions } from "../../ignition/deployVitalproof.ts";
import { withProgress } from "../../ignition/progress.ts";
import type { Arguments } from "./arguments.ts";
import { type ChainFacts, chainFacts } from "./chains.ts";
import { type Target, UNREACHABLE } from "./connect.ts";
import { type Creation, dryRun } from "./dryRun.ts";
import { checkEvm } from "./evm.ts";
import { deployedAddresses } from "./journal.ts";
import { type KeyChain, readKeyChains } from "./keyChain.ts";
import { readParameters } from "./readParameters.ts";
import { Refusal } from "./refusal.ts";

/** EIP-7825: what one transaction may use. */
const TRANSACTION_GAS_CAP = 16_777_216n;
/** EIP-170 and EIP-3860. */
const MAX_CODE_BYTES = 24_576;
const MAX_INIT_CODE_BYTES = 49_152;
/** What Linea takes in one transaction; the strictest of the chains named here. */
const MAX_DATA_BYTES = 60_000;

export interface Check {
  readonly title: string;
  readonly status: "ok" | "warning" | "failed" | "skipped";
  readonly detail: string;
  readonly refusal?: Refusal;
}

export interface Cost {
  /** Gas of everything that is still to be deployed, by the dearer of the rehearsal and the chain's own estimate. */
  readonly gas: bigint;
  /** Wei per gas: what the chain asks now, and what a transaction must be able to pay. */
  readonly gasPrice: bigint;
  readonly priceLimit: bigint;
  /** Wei. */
  readonly expected: bigint;
  readonly required: bigint;
  readonly balance: bigint;
}

export interface Preflight {
  readonly network: string;
  readonly chain: ChainFacts | undefined;
  readonly deployer: string | undefined;
  readonly checks: readonly Check[];
  readonly keys: readonly KeyChain[];
  readonly creations: readonly (Creation & { readonly deployedAt: string | undefined })[];
  readonly cost: Cost | undefined;
  /** Present if and only if nothing failed. */
  readonly plan: Plan | undefined;
}

export interface Plan {
  readonly options: DeployOptions;
  readonly specs: readonly CircuitSpec[];
  /** Where Ignition keeps its journal; undefined on the in-process chain. */
  readonly folder: string | undefined;
  readonly deploymentId: string;
}

/** Asks everything that can be asked before money is spent. Sends nothing. */
export async function preflight(
  hre: HardhatRuntimeEnvironment,
  target: Target,
  args: Arguments,
): Promise<Preflight> {
  const { connection, network } = target;
  const { provider } = connection;
  const root = hre.config.paths.root;
  const circom: CircomConfig =
    args.manifests === undefined ? hre.config.circom : { ...hre.config.circom, committed: args.manifests };
  const checks: Check[] = [];
  const keys: KeyChain[] = [];
  let creations: Preflight["creations"] = [];
  let chain: ChainFacts | undefined;
  let deployer: string | undefined;
  let cost: Cost | undefined;
  const report = (plan: Plan | undefined): Preflight => ({
    network,
    chain,
    deployer,
    checks,
    keys,
    creations,
    cost,
    plan,
  });

  /** Notes what came out; undefined if it was refused, so that what depends on it is left out. */
  const check = async <T>(
    title: string,
    work: () => Promise<{ detail: string; value: T; warning?: boolean }>,
  ): Promise<T | undefined> => {
    try {
      const { detail, value, warning } = await work();
      checks.push({ title, status: warning === true ? "warning" : "ok", detail });
      return value;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      checks.push({ title, status: "failed", detail: error.message, refusal: error });
      return undefined;
    }
  };
  const skip = (title: string, detail: string) => checks.push({ title, status: "skipped", detail });

  chain = await check("chain id", async () => {
    const actual = await withProgress(`asking ${network}`, async () =>
      Number(await provider.request({ method: "eth_chainId" })),
    ).catch((cause: Error) => {
      throw new Refusal("UNREACHABLE", `${network} does not answer: ${cause.message}`, UNREACHABLE, {
        cause,
      });
    });
    const facts = chainFacts(actual);
    const { expectedChainId } = target;
    if (expectedChainId !== undefined && actual !== expectedChainId) {
      throw new Refusal(
        "WRONG_CHAIN",
        `${network} is chain ${expectedChainId}, but the node at its URL is chain ${actual} (${facts.name}).`,
        "Correct the URL, or name the network that this node belongs to.",
      );
    }
    if (expectedChainId === undefined && facts.kind !== "local") {
      throw new Refusal(
        "WRONG_CHAIN",
        `${network} is for local chains, but its node is chain ${actual} (${facts.name}).`,
        "Name that chain's own network and put this node's address into its URL variable.",
      );
    }
    return { detail: `${actual}, ${facts.name} (${facts.kind})`, value: facts };
  });
  if (chain === undefined) return report(undefined);
  const local = chain.kind === "local";

  const accounts =
    (await check("account", async () => {
      const found = (await provider.request({ method: "eth_accounts" })) as string[];
      deployer = found[0];
      if (deployer === undefined) {
        throw new Refusal(
          "NO_ACCOUNT",
          `${network} offers no account to deploy from.`,
          "Set DEPLOYER_PRIVATE_KEY, or unlock an account of the node.",
        );
      }
      const [latest, pending] = await Promise.all(
        ["latest", "pending"].map((block) =>
          provider.request({ method: "eth_getTransactionCount", params: [deployer, block] }),
        ),
      );
      if (BigInt(String(pending)) > BigInt(String(latest))) {
        throw new Refusal(
          "PENDING",
          `${deployer} has ${BigInt(String(pending)) - BigInt(String(latest))} transactions waiting to be mined.`,
          "Wait until they are mined, and deploy from an account that does nothing else.",
        );
      }
      return { detail: `${deployer}, nonce ${Number(latest)}`, value: found };
    })) ?? [];

  const names = args.circuits ?? defaultCircuits(root);
  const allKeys = await readKeyChains({ circom, artifacts: hre.artifacts });
  await check("circuits", async () => {
    const deployable = [...allKeys.values()].filter(({ verifier }) => verifier !== null);
    for (const name of names) {
      const key = allKeys.get(name);
      if (key !== undefined && key.verifier !== null) keys.push(key);
      else {
        throw new Refusal(
          "PARAMETERS",
          `"${name}" is no circuit with a verifier.`,
          `Circuits are ${deployable.map((known) => known.name).join(", ")}.`,
        );
      }
    }
    return { detail: names.join(", "), value: true };
  });
  for (const key of keys) {
    await check(`links of ${key.name}`, () => links(key));
    await check(`key of ${key.name}`, () => judgeKey(key, chain!, args.allowDevelopmentKeys));
  }
  if (args.allowDevelopmentKeys && chain.kind === "public") {
    await check("flag", () => refuseFlag(chain!));
  }

  for (const { id, problem } of await checkEvm(provider)) {
    await check(id === "cancun" ? "opcodes" : `precompile ${id}`, async () => {
      if (problem === undefined) {
        return { detail: id === "cancun" ? "Cancun" : "gives the known answers", value: true };
      }
      throw id === "cancun"
        ? new Refusal(
            "OPCODES",
            problem,
            "The contracts need an EVM of Cancun or later: choose another chain.",
          )
        : new Refusal(
            "PRECOMPILE",
            problem,
            "Without the BN254 precompiles no proof can be verified: choose another chain, or ask who runs the RPC.",
          );
    });
  }

  const deploymentId = args.deploymentId ?? `chain-${chain.id}`;
  const inProcess = connection.networkConfig.type === "edr-simulated";
  const folder = inProcess ? undefined : join(hre.config.paths.ignition, "deployments", deploymentId);
  const before = await check("journal", () => journal(provider, folder, args.reset, local));

  if (checks.some(({ status }) => status === "failed")) {
    for (const title of ["parameters", "rehearsal", "balance"]) skip(title, "what is above comes first");
    return report(undefined);
  }

  const specs = await circuitSpecs(root, hre.artifacts, names, args.manifests);
  for (const spec of specs) await check(`facts of ${spec.name}`, () => facts(spec));
  if (checks.some(({ status }) => status === "failed")) {
    for (const title of ["parameters", "rehearsal", "balance"]) skip(title, "what is above comes first");
    return report(undefined);
  }
  const parameters = await check("parameters", async () => {
    const path = args.parameters ?? join(root, "ignition/parameters", `${network}.json`);
    const value = readParameters({
      path,
      shown: relative(process.cwd(), path),
      named: args.parameters !== undefined,
      local,
      accounts,
      longestPeriod: Math.max(...specs.map(({ epochs, epochSeconds }) => epochs * epochSeconds)),
    });
    const shared = [value.governor, value.guardian, value.pauser].some(
      (role) => role.toLowerCase() === deployer?.toLowerCase(),
    );
    const detail = `governor ${value.governor}, guardian ${value.guardian}, pauser ${value.pauser}`;
    return shared
      ? { detail: `${detail}; the deploying account has a role: better one of its own`, value, warning: true }
      : { detail, value };
  });
  if (parameters === undefined) {
    for (const title of ["rehearsal", "balance"]) skip(title, "needs the parameters");
    return report(undefined);
  }
  const development = [...allKeys.values()].filter(({ keyKind }) => keyKind === "development");
  const options: DeployOptions = {
    circuits: names,
    parameters: {
      ...parameters,
      // On a local chain nobody needs to ask for what cannot be avoided there.
      allowDevelopmentKeys: args.allowDevelopmentKeys || local,
      developmentKeyHashes: development.flatMap((key) => key.verificationKeyHash ?? []),
      developmentCodeHashes: development.flatMap((key) => key.codeHash ?? []),
    },
    ...(inProcess ? {} : { deploymentId }),
    ...(args.manifests === undefined ? {} : { manifests: args.manifests }),
  };

  const rehearsed = await check("rehearsal", () => rehearse(hre, chain!.id, specs, options));
  if (rehearsed === undefined) {
    skip("balance", "needs the rehearsal");
    return report(undefined);
  }
  creations = rehearsed.map((creation) => ({ ...creation, deployedAt: before?.[creation.future] }));
  await check("sizes", () => sizes(rehearsed));
  cost = await check("gas", () => price(provider, deployer!, creations));
  if (cost === undefined) skip("balance", "needs the price");
  else await check("balance", () => balance(cost!, deployer!));

  const title = "circuits recompiled";
  if (local) skip(title, "on a local chain the hashes do; `npx hardhat circuits check` does more");
  else if (checks.some(({ status }) => status === "failed")) skip(title, "what is above comes first");
  else if (cost?.gas === 0n) skip(title, "nothing is left to be sent; the code on chain is compared instead");
  else await check(title, () => recompile(circom, keys));

  if (checks.some(({ status }) => status === "failed")) return report(undefined);
  return report({ options, specs, folder, deploymentId });
}

async function links(key: KeyChain) {
  if (key.broken.length > 0) {
    throw new Refusal(
      "BROKEN_LINK",
      key.broken.join("; "),
      `Restore the committed files, or run \`npx hardhat circuits build ${key.name}\` and \`npx hardhat build\`, and look at what changed.`,
    );
  }
  return {
    detail: `circuit → key → ${key.verificationKeyHash!.slice(0, 10)}… → ${key.verifier} → code ${key.codeHash!.slice(0, 10)}…`,
    value: true,
  };
}

/** Bits of a circuit's facts in CircuitRegistry, which asks of each to be at least 1. */
const FACT_BITS = { template: 8, profile: 16, epochs: 16, epochSeconds: 32, codes: 16, samples: 16 } as const;

async function facts(spec: CircuitSpec) {
  for (const [name, bits] of Object.entries(FACT_BITS) as [keyof typeof FACT_BITS, number][]) {
    const value = spec[name];
    if (Number.isSafeInteger(value) && value >= 1 && value < 2 ** bits) continue;
    throw new Refusal(
      "PARAMETERS",
      `${spec.name} has ${name} ${value}, which is no integer from 1 to ${2 ** bits - 1}: no registry can hold it.`,
      "Correct its profile or its epochs in circuits/protocol.json and circuits/circuits.json.",
    );
  }
  const { template, profile, epochs, epochSeconds, codes, samples } = spec;
  return {
    detail: `template ${template}, profile ${profile}, ${epochs} × ${samples} samples in ${epochs} × ${epochSeconds} s, codes to ${codes}`,
    value: true,
  };
}

const PRODUCTION_KEYS =
  "Import keys from a ceremony with `npx hardhat circuits import`, and check them with `npx hardhat circuits check --production`.";

async function judgeKey(key: KeyChain, chain: ChainFacts, allowed: boolean) {
  const { name, keyKind, label } = key;
  if (keyKind === undefined) {
    throw new Refusal(
      "BROKEN_LINK",
      `the key of ${name} cannot be read`,
      `Restore it, or run \`npx hardhat circuits build ${name}\`.`,
    );
  }
  if (keyKind !== label) {
    throw new Refusal(
      "FALSE_LABEL",
      `The manifest of ${name} calls its key ${label}, but the key's points are ${keyKind === "development" ? "those of the public development scalars: anybody can forge proofs under it" : "not those of the development scalars"}.`,
      `Restore the manifest, and run \`npx hardhat circuits check ${name}\`. A false label is refused on every chain.`,
    );
  }
  if (keyKind === "production") return { detail: "production", value: true };
  const forgeable = "anybody can forge proofs under it";
  if (chain.kind === "local") return { detail: `development: ${forgeable}; a local chain`, value: true };
  if (chain.kind === "public") {
    throw new Refusal(
      "DEVELOPMENT_KEY",
      `The key of ${name} is a development key: ${forgeable}. ${chain.id} is no known test network, and no flag allows such keys there.`,
      PRODUCTION_KEYS,
    );
  }
  if (!allowed) {
    throw new Refusal(
      "DEVELOPMENT_KEY",
      `The key of ${name} is a development key: ${forgeable}.`,
      `For a trial without value on ${chain.name}, add --allow-development-keys. For anything else: ${PRODUCTION_KEYS}`,
    );
  }
  return { detail: `development, allowed by flag: ${forgeable}`, value: true, warning: true };
}

async function refuseFlag(chain: ChainFacts): Promise<never> {
  throw new Refusal(
    "DEVELOPMENT_KEY",
    `--allow-development-keys is given for chain ${chain.id}, which is no known test network.`,
    `Leave the flag out. ${PRODUCTION_KEYS}`,
  );
}

async function journal(
  provider: EthereumProvider,
  folder: string | undefined,
  reset: boolean,
  local: boolean,
) {
  if (reset && !local) {
    throw new Refusal(
      "JOURNAL",
      "--reset is for local chains: on a public one the journal is the record of what was paid for.",
      "Use another --deployment-id for a second system on the same chain.",
    );
  }
  const found = deployedAddresses(folder);
  const count = Object.keys(found).length;
  if (count === 0) return { detail: "nothing deployed yet", value: found };
  if (reset) return { detail: `${count} contracts, to be forgotten`, value: {} };
  for (const [future, address] of Object.entries(found)) {
    const code = await provider.request({ method: "eth_getCode", params: [address, "latest"] });
    if (code !== "0x") continue;
    throw new Refusal(
      "JOURNAL",
      `The journal ${relative(process.cwd(), folder!)} has ${future} at ${address}, where the chain has no code: it is another chain, or was started anew.`,
      local ? "Run again with --reset." : "Check the URL, or use another --deployment-id.",
    );
  }
  return { detail: `${count} contracts of an earlier run; what is there stays`, value: found };
}

async function rehearse(
  hre: HardhatRuntimeEnvironment,
  chainId: number,
  specs: readonly CircuitSpec[],
  options: DeployOptions,
) {
  const value = await withProgress("rehearsing in process", () =>
    dryRun(hre, chainId, specs, { ...options, deploymentId: undefined }),
  ).catch((cause: Error) => {
    throw new Refusal(
      "DRY_RUN",
      `The same deployment fails in process: ${cause.message}`,
      "The reason is in the line above; it would cost gas and fail on the chain too. Correct the parameters or the circuits.",
      { cause },
    );
  });
  return { detail: `${value.length} contracts, deployed in process under chain id ${chainId}`, value };
}

async function sizes(creations: readonly Creation[]) {
  for (const { contract, codeBytes, dataBytes } of creations) {
    for (const [what, bytes, most] of [
      ["code", codeBytes, MAX_CODE_BYTES],
      ["creation code with arguments", dataBytes, MAX_INIT_CODE_BYTES],
      ["transaction data", dataBytes, MAX_DATA_BYTES],
    ] as const) {
      if (bytes <= most) continue;
      throw new Refusal(
        "CONTRACT_SIZE",
        `${contract}: ${what} has ${bytes} bytes, ${most} are allowed.`,
        what === "code"
          ? "Make the contract smaller, or lower the optimizer's runs."
          : "Start with fewer --circuits; governance adds the others later.",
      );
    }
  }
  const largest = creations.reduce((a, b) => (b.codeBytes > a.codeBytes ? b : a));
  return {
    detail: `largest ${largest.contract}, ${largest.codeBytes} of ${MAX_CODE_BYTES} bytes`,
    value: true,
  };
}

async function price(provider: EthereumProvider, deployer: string, creations: Preflight["creations"]) {
  // Rollups count gas their own way. The contracts that stand alone can be put to the chain itself; the others are
  // scaled by the worst ratio seen there. In parts of a thousand, rounded up.
  let scale = 1000n;
  for (const { contract, data, gas, standsAlone } of creations) {
    if (!standsAlone) continue;
    let answer: bigint;
    try {
      const params = [{ from: deployer, data }];
      answer = BigInt(String(await provider.request({ method: "eth_estimateGas", params })));
    } catch (cause) {
      throw new Refusal(
        "DRY_RUN",
        `The chain refuses to create ${contract}: ${(cause as Error).message}`,
        "If the message is about the EVM version or the size, this chain cannot hold the contracts.",
        { cause: cause as Error },
      );
    }
    const ratio = (answer * 1000n + gas - 1n) / gas;
    if (ratio > scale) scale = ratio;
  }
  const scaled = (gas: bigint) => (gas * scale) / 1000n;
  for (const { contract, gas } of creations) {
    if (scaled(gas) <= TRANSACTION_GAS_CAP) continue;
    throw new Refusal(
      "GAS_CAP",
      `${contract} needs ${scaled(gas)} gas; one transaction may use ${TRANSACTION_GAS_CAP} (EIP-7825).`,
      "Start with fewer --circuits; governance adds the others later.",
    );
  }
  const remaining = creations.filter(({ deployedAt }) => deployedAt === undefined);
  const gas = remaining.reduce((sum, creation) => sum + scaled(creation.gas), 0n);
  const [gasPrice, funds, block] = await Promise.all([
    provider.request({ method: "eth_gasPrice" }),
    provider.request({ method: "eth_getBalance", params: [deployer, "latest"] }),
    provider.request({ method: "eth_getBlockByNumber", params: ["latest", false] }),
  ]);
  const now = BigInt(String(gasPrice));
  const base = (block as { baseFeePerGas?: string } | null)?.baseFeePerGas;
  // A transaction must be able to pay twice the base fee and the tip, whatever it pays in the end.
  const limit = base === undefined ? now : now + BigInt(base);
  const value: Cost = {
    gas,
    gasPrice: now,
    priceLimit: limit,
    expected: gas * now,
    required: (gas * limit * 5n) / 4n,
    balance: BigInt(String(funds)),
  };
  return {
    detail: `${gas} gas at ${formatEther(now * 1_000_000_000n)} gwei: about ${formatEther(value.expected)} native units${scale > 1000n ? `; the chain counts up to ${Number(scale) / 1000} times the EVM's gas` : ""}`,
    value,
  };
}

async function balance(cost: Cost, deployer: string) {
  const [has, needs] = [formatEther(cost.balance), formatEther(cost.required)];
  if (cost.balance < cost.required) {
    throw new Refusal(
      "BALANCE",
      `${deployer} has ${has} native units; ${needs} must be there, with a margin for rising fees and data fees.`,
      `Send at least ${formatEther(cost.required - cost.balance)} to ${deployer} and run the command again.`,
    );
  }
  return { detail: `${has} native units, ${needs} needed with a margin`, value: true };
}

async function recompile(circom: CircomConfig, keys: readonly KeyChain[]) {
  let doing = "";
  const run = async (kind: "development" | "production") => {
    const names = keys.filter(({ keyKind }) => keyKind === kind).map(({ name }) => name);
    if (names.length === 0) return [];
    const onProgress = (event: { instance: string; doing: string }) => {
      doing = `${event.instance}: ${event.doing}`;
    };
    return checkCircuits(circom, { names, production: kind === "production", onProgress });
  };
  const reports = await withProgress(
    "recompiling circuits and keys",
    async () => [...(await run("development")), ...(await run("production"))],
    () => doing,
  ).catch((cause: Error) => {
    throw new Refusal(
      "BROKEN_LINK",
      cause.message,
      "Run `npx hardhat circuits check` and follow what it says.",
      {
        cause,
      },
    );
  });
  for (const { name, ok, broken, refused } of reports) {
    if (ok) continue;
    const [first] = broken;
    throw first === undefined
      ? new Refusal(
          "KEY_REFUSED",
          `The key of ${name} is refused for production: ${refused.join("; ")}.`,
          PRODUCTION_KEYS,
        )
      : new Refusal(
          "BROKEN_LINK",
          `${name}: ${first.link}: ${first.detail}`,
          `Run \`npx hardhat circuits check ${name}\` and follow what it says.`,
        );
  }
  return { detail: "sources give what is committed", value: true };
}
