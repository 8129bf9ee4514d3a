// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";
import { LedgerClient } from "@vitalproof/sdk/ledger";
import type { JsonRpcProvider } from "ethers";
import type { ServicesConfig } from "../config.ts";
import type { Look } from "../gateway/look.ts";
import { openMasterKeys, openSigner } from "../keys/index.ts";
import { provingCircuits } from "../proving/circuits.ts";
import { verificationKeyOf } from "../proving/verificationKey.ts";
import type { CustodianConfig } from "./config.ts";

/** Checks everything that a custodian needs before it runs, and changes nothing. */
export function custodianLooks(
  config: ServicesConfig & { readonly custodian: CustodianConfig },
  provider: JsonRpcProvider,
): Look[] {
  const { custodian, artifacts } = config;
  const files = provingCircuits(artifacts, custodian.folder);
  const circuits = [custodian.circuits.accesses, custodian.circuits.consents];
  return [
    [
      "master key",
      async () => {
        const { id } = await openMasterKeys(custodian.masterKey, custodian.olderMasterKeys);
        return `opens, with id ${id}`;
      },
    ],
    [`page ${custodian.page}`, () => lookAtPage(config, provider)],
    ...circuits.flatMap((circuit): Look[] => [
      [
        `circuit ${circuit}`,
        async () => {
          if (custodian.provers > 0) await files(circuit);
          else await verificationKeyOf(artifacts, circuit);
          return custodian.provers > 0
            ? "its files are those of its manifest"
            : "its verification key is that of its manifest; other machines prove";
        },
      ],
      [`circuit ${circuit} at the ledger`, () => lookAtCircuit(circuit, circuits, custodian, provider)],
    ]),
  ];
}

async function lookAtCircuit(
  circuit: string,
  circuits: readonly string[],
  { ledger }: CustodianConfig,
  provider: JsonRpcProvider,
): Promise<string> {
  if (await new LedgerClient(ledger, provider).isInForce(circuit)) return "is in force";
  throw new VitalproofError("NOT_THERE", `The ledger ${ledger} takes no proofs of ${circuit}.`, {
    details: { circuit, ledger },
    hint: `Name circuits in force as custodian.circuits, or have the registry's governor add this one. A new deployment has them with \`vitalproof deploy --circuits ${circuits.join(",")}\`.`,
  });
}

async function lookAtPage(
  { chain, custodian: { ledger, page, key } }: ServicesConfig & { readonly custodian: CustodianConfig },
  provider: JsonRpcProvider,
): Promise<string> {
  const { address } = await openSigner(key, { chainId: chain.id });
  const { custodian, filled } = await new LedgerClient(ledger, provider).page(page);
  if (custodian.toLowerCase() === address.toLowerCase())
    return `is that of ${address}, with ${filled} consents`;
  throw new VitalproofError("NOT_ALLOWED", `The chain has ${custodian} as custodian of page ${page}.`, {
    details: { page, custodian, account: address },
    hint: "Configure the key of the page's custodian, or its page.",
  });
}
