// SPDX-License-Identifier: GPL-3.0-or-later
import { resolve } from "node:path";
import { parseArgs } from "node:util";

export interface Arguments {
  readonly network: string;
  readonly allowDevelopmentKeys: boolean;
  readonly preflightOnly: boolean;
  readonly json: boolean;
  readonly build: boolean;
  readonly reset: boolean;
  /** Absolute paths. Undefined means the default. */
  readonly parameters: string | undefined;
  readonly manifests: string | undefined;
  readonly output: string | undefined;
  readonly deploymentId: string | undefined;
  /** In the order given, without duplicates. Undefined means the default group's. */
  readonly circuits: readonly string[] | undefined;
}

export class UsageError extends Error {}

export const HELP = `Deploys Vitalproof: one verifier per circuit, the five registries, custody and ClaimsPayout.

  npm run deploy -- --network NAME [options]

Runs a preflight first and prints what it found. Sends nothing unless every check passes.

  --network NAME            Deploy to this network: default (in-process, vanishes at the end), localhost,
                            polygonZkEvm, lineaSepolia, scrollSepolia, zksyncOs or custom.
  --preflight               Run the preflight only.
  --allow-development-keys  On a known test network, deploy keys under which anyone can forge proofs.
                            No flag allows them on a chain with value.
  --parameters FILE         Read the operator's parameters from FILE. Default: ignition/parameters/<network>.json.
                            The file is optional on local chains only.
  --circuit NAME            Start with this circuit. Can be repeated. Default: every on-chain circuit of the default
                            group of circuits/circuits.json. An unknown name lists them.
  --circuits A,B            Start with these circuits.
  --manifests DIR           Read manifests and verification keys from DIR. Default: circuits/artifacts.
  --output DIR              Write results to DIR/deployments/<id>. Default: ignition.
  --deployment-id ID        Name the deployment. Default: chain-<chain id>.
  --reset                   On a local chain, forget an earlier deployment first.
  --no-build                Use the compiled contracts as they are, without \`hardhat build\`.
  --json                    Print one JSON document on standard output.
  --help                    Print this help.

URLs and the key are configuration variables. They come from the environment or the encrypted keystore
(\`npx hardhat keystore set NAME\`): POLYGON_ZKEVM_RPC_URL, LINEA_SEPOLIA_RPC_URL, SCROLL_SEPOLIA_RPC_URL,
ZKSYNC_OS_RPC_URL, CUSTOM_RPC_URL with CUSTOM_CHAIN_ID, and DEPLOYER_PRIVATE_KEY.

Deploy from an account that does nothing else. Another transaction sent from it during a deployment takes a nonce
that the deployment counts on. If a run is interrupted, run the same command again. It continues where it stopped.

Exit codes: 0 done, 1 refused or failed, 2 wrong usage. See docs/deployment.md for more.`;

/** @throws UsageError with a sentence that says what is wrong */
export function parseArguments(args: readonly string[], cwd: string): Arguments | "help" {
  let values: ReturnType<typeof parse>;
  try {
    values = parse(args);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
  if (values.help === true) return "help";
  if (values.network === undefined) {
    throw new UsageError(
      "--network is missing: name the chain to deploy to, for example --network localhost.",
    );
  }
  const path = (value: string | undefined) => (value === undefined ? undefined : resolve(cwd, value));
  const id = values["deployment-id"];
  if (id !== undefined && !/^[A-Za-z][A-Za-z0-9_-]*$/.test(id)) {
    throw new UsageError(`--deployment-id "${id}": use letters, digits, - and _, starting with a letter.`);
  }
  const circuits = circuitNames(values);
  return {
    network: values.network,
    allowDevelopmentKeys: values["allow-development-keys"] === true,
    preflightOnly: values.preflight === true,
    json: values.json === true,
    build: values["no-build"] !== true,
    reset: values.reset === true,
    parameters: path(values.parameters),
    manifests: path(values.manifests),
    output: path(values.output),
    deploymentId: id,
    circuits,
  };
}

function circuitNames(values: ReturnType<typeof parse>): readonly string[] | undefined {
  const several = values.circuits?.split(",").map((name) => name.trim());
  if (several?.some((name) => name === "")) {
    throw new UsageError(`--circuits "${values.circuits}" has an empty name: write A,B without gaps.`);
  }
  const names = [...(values.circuit ?? []), ...(several ?? [])];
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) {
    throw new UsageError(`--circuit ${twice} is given twice: a registry has each circuit once.`);
  }
  return names.length === 0 ? undefined : names;
}

function parse(args: readonly string[]) {
  return parseArgs({
    args: [...args],
    allowPositionals: false,
    options: {
      network: { type: "string" },
      preflight: { type: "boolean" },
      "allow-development-keys": { type: "boolean" },
      parameters: { type: "string" },
      circuit: { type: "string", multiple: true },
      circuits: { type: "string" },
      manifests: { type: "string" },
      output: { type: "string" },
      "deployment-id": { type: "string" },
      reset: { type: "boolean" },
      "no-build": { type: "boolean" },
      json: { type: "boolean" },
      help: { type: "boolean", short: "h" },
    },
  }).values;
}
