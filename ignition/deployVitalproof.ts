// SPDX-License-Identifier: GPL-3.0-or-later
import { ZeroHash } from "ethers";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import type { NetworkConnection } from "hardhat/types/network";
import type {
  AnchorRegistry,
  CircuitRegistry,
  ClaimsPayout,
  ConsentRegistry,
  Custody,
  Groth16BatchVerifier,
  HealthLedger,
  PauseRegistry,
  ScopeRegistry,
} from "../types/ethers-contracts/index.ts";
import { type CircuitSpec, circuitSpecs, defaultCircuits, familyFieldsOf } from "./circuits.ts";
import { type GenesisCircuit, vitalproofModule } from "./modules/vitalproof.ts";
import { DEFAULT_TIMES, type DeploymentParameters, developmentHashes } from "./parameters.ts";

export interface Vitalproof {
  readonly batchVerifier: Groth16BatchVerifier;
  readonly circuits: CircuitRegistry;
  readonly anchors: AnchorRegistry;
  readonly consents: ConsentRegistry;
  readonly scopes: ScopeRegistry;
  readonly pauses: PauseRegistry;
  readonly custody: Custody;
  readonly ledger: HealthLedger;
  readonly claims: ClaimsPayout;
}

export interface DeployOptions {
  /** Circuits to start with; default: all on-chain circuits of the default group. */
  readonly circuits?: readonly string[];
  readonly parameters: Pick<
    DeploymentParameters,
    "governor" | "guardian" | "pauser" | "allowDevelopmentKeys"
  > &
    Partial<DeploymentParameters>;
  /** Name under which Ignition keeps its journal; none for in-process networks. */
  readonly deploymentId?: string;
  /** Folder of the manifests and verification keys; default: circuits/artifacts. */
  readonly manifests?: string;
}

/** The circuits that the registry starts with, as the module takes them. */
export function genesisOf(specs: readonly CircuitSpec[]): GenesisCircuit[] {
  return specs.map(({ claim, other, ceremony = ZeroHash, ...spec }) => ({
    ...spec,
    ...familyFieldsOf({ claim, other }),
    ceremony,
  }));
}

/** Deploys the whole system with Ignition, as demo, tests and `npm run deploy` all do. */
export async function deployVitalproof(
  hre: HardhatRuntimeEnvironment,
  connection: NetworkConnection,
  options: DeployOptions,
): Promise<Vitalproof> {
  const root = hre.config.paths.root;
  const names = options.circuits ?? defaultCircuits(root);
  const specs = await circuitSpecs(root, hre.artifacts, names, options.manifests);
  const parameters: DeploymentParameters = {
    ...DEFAULT_TIMES,
    ...developmentHashes(specs),
    ...options.parameters,
  };
  const module_ = vitalproofModule(genesisOf(specs));
  const deployed = await connection.ignition.deploy(module_, {
    // Ignition's parameters are plain JSON-like values by module and name.
    parameters: { Vitalproof: { ...parameters } as never },
    ...(options.deploymentId === undefined ? {} : { deploymentId: options.deploymentId }),
  });
  return deployed as unknown as Vitalproof;
}
