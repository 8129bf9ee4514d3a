// SPDX-License-Identifier: GPL-3.0-or-later
import { join, relative } from "node:path";
import type { CircomConfig } from "@vitalproof/hardhat-circom/circuits";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import { type CircuitSpec, circuitSpecs, defaultCircuits, familyFieldsOf } from "../../ignition/circuits.ts";
import type { DeployOptions } from "../../ignition/deployVitalproof.ts";
import { withProgress } from "../../ignition/progress.ts";
import type { Arguments } from "./arguments.ts";
import { type ChainFacts, chainFacts } from "./chains.ts";
import { facts, judgeKey, links, recompile, refuseFlag } from "./checks/circuits.ts";
import { balance, type Cost, price } from "./checks/cost.ts";
import { journal, type PlannedCreation, rehearse, sizes } from "./checks/creations.ts";
import { type Target, UNREACHABLE } from "./connect.ts";
import { checkEvm } from "./evm.ts";
import { type KeyChain, readKeyChains } from "./keyChain.ts";
import { readParameters } from "./readParameters.ts";
import { Refusal } from "./refusal.ts";

export interface Check {
  readonly title: string;
  readonly status: "ok" | "warning" | "failed" | "skipped";
  readonly detail: string;
  readonly refusal?: Refusal;
}

export interface Preflight {
  readonly network: string;
  readonly chain: ChainFacts | undefined;
  readonly deployer: string | undefined;
  readonly checks: readonly Check[];
  readonly keys: readonly KeyChain[];
  readonly creations: readonly PlannedCreation[];
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
          `"${name}" is not a circuit with a verifier.`,
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
    for (const title of ["parameters", "rehearsal", "balance"]) skip(title, "an earlier check failed");
    return report(undefined);
  }

  const specs = await circuitSpecs(root, hre.artifacts, names, args.manifests);
  for (const spec of specs) await check(`facts of ${spec.name}`, () => facts(spec));
  if (checks.some(({ status }) => status === "failed")) {
    for (const title of ["parameters", "rehearsal", "balance"]) skip(title, "an earlier check failed");
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
      longestPeriod: Math.max(...specs.map((spec) => familyFieldsOf(spec).period)),
    });
    const shared = [value.governor, value.guardian, value.pauser].some(
      (role) => role.toLowerCase() === deployer?.toLowerCase(),
    );
    const detail = `governor ${value.governor}, guardian ${value.guardian}, pauser ${value.pauser}`;
    return shared
      ? { detail: `${detail}; the deploying account has a role and should have none`, value, warning: true }
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
  else if (checks.some(({ status }) => status === "failed")) skip(title, "an earlier check failed");
  else if (cost?.gas === 0n) skip(title, "nothing is left to be sent; the code on chain is compared instead");
  else await check(title, () => recompile(circom, keys));

  if (checks.some(({ status }) => status === "failed")) return report(undefined);
  return report({ options, specs, folder, deploymentId });
}
