// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";
import { LedgerClient } from "@vitalproof/sdk/ledger";
import type { JsonRpcProvider } from "ethers";
import type { ServicesConfig } from "../config.ts";
import { gatewayCircuits } from "../gateway/circuits.ts";
import type { Look } from "../gateway/look.ts";
import { openMasterKeys, openSigner } from "../keys/index.ts";
import type { CustodianConfig } from "./config.ts";

/** Checks everything that a custodian needs before it runs, and changes nothing. */
export function custodianLooks(
  config: ServicesConfig & { readonly custodian: CustodianConfig },
  provider: JsonRpcProvider,
): Look[] {
  const { custodian, artifacts } = config;
  const circuits = gatewayCircuits(artifacts, custodian.folder);
  const { accesses, consents } = custodian.circuits;
  return [
    [
      "master key",
      async () => {
        const { id } = await openMasterKeys(custodian.masterKey, custodian.olderMasterKeys);
        return `opens, with id ${id}`;
      },
    ],
    [`page ${custodian.page}`, () => lookAtPage(config, provider)],
    ...[accesses, consents].map(
      (circuit): Look => [
        `circuit ${circuit}`,
        async () => {
          await circuits(circuit);
          return "its files are those of its manifest";
        },
      ],
    ),
  ];
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
