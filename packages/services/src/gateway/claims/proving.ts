// SPDX-License-Identifier: GPL-3.0-or-later
//
// What proves a gateway's claims, in the gateway's own process or in one that does nothing else.
import {
  ClaimsClient,
  ConsentClient,
  Custody,
  type PathSource,
  type Prover,
  proofMaker,
  VitalproofError,
} from "@vitalproof/sdk";
import type { JsonRpcProvider } from "ethers";
import type { ServicesConfig } from "../../config.ts";
import type { QueueName } from "../../jobs/index.ts";
import { loaderOf, type ProvingCircuits } from "../../proving/circuits.ts";
import type { PersonKeys } from "../../sealed/index.ts";
import type { Database } from "../../store/index.ts";
import type { AttesterLink } from "../attesterLink.ts";
import type { Report } from "../notice.ts";
import type { People } from "../people/index.ts";
import { ClaimChain } from "./claimChain.ts";
import { ClaimProver } from "./claimProver.ts";

/** Name of the queue that claims' proofs are in. */
export const PROOFS = "proofs" satisfies QueueName;

export type ProvingOptions = {
  readonly database: Database;
  readonly personKeys: PersonKeys;
  readonly people: People;
  readonly links: readonly AttesterLink[];
  readonly chain: ClaimChain;
  readonly circuits: ProvingCircuits;
  readonly prover: Prover;
  readonly report: Report;
  /** Unix seconds. */
  readonly clock: () => number;
};

/** The contracts of an installation, as claims need them. */
export async function claimChainOf(
  { contracts, fromBlock = 0 }: ServicesConfig["chain"],
  provider: JsonRpcProvider,
): Promise<ClaimChain> {
  const claims = new ClaimsClient(contracts.claims, provider);
  return new ClaimChain({
    claims,
    consents: new ConsentClient(contracts.consents, provider),
    custody: new Custody(await claims.custody(), provider),
    node: provider,
    runner: provider,
    fromBlock,
  });
}

export function claimProverOf(options: ProvingOptions): ClaimProver {
  const { people, links, circuits, prover, ...common } = options;
  return new ClaimProver({
    ...common,
    secretOf: (person) => people.secretOf(person),
    pathsOf: (group) => pathsIn(links, group),
    make: proofMaker(prover, loaderOf(circuits)),
  });
}

function pathsIn(links: readonly AttesterLink[], group: bigint): PathSource {
  const link = links.find((each) => each.group === group);
  if (link !== undefined) return link.services;
  throw new VitalproofError("NOT_THERE", `No attester of group ${group} is configured.`, {
    details: { group },
    hint: "Add it to gateway.attesters, or leave its program out.",
  });
}
