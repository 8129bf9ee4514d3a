// SPDX-License-Identifier: GPL-3.0-or-later
import type { SimulatedAttester, World } from "../../simulation/index.ts";
import { demoWallets } from "./accounts.ts";
import { HOSPITAL_NAME } from "./hospital.ts";

/** What the page has to know. Paths are relative to it. */
export interface DappConfig {
  readonly name: string;
  readonly chain: {
    readonly id: number;
    readonly name: string;
    readonly rpc: string;
    readonly explorer: string | null;
    /** Blocks after which a transaction is final. */
    readonly confirmations: number;
    readonly currency: { readonly name: string; readonly symbol: string; readonly decimals: number };
  };
  readonly contracts: Readonly<
    Record<
      "claims" | "anchors" | "consents" | "circuits" | "scopes" | "pauses" | "custody" | "ledger",
      string
    >
  >;
  readonly tokens: readonly {
    readonly address: string;
    readonly symbol: string;
    readonly decimals: number;
    readonly mintable: boolean;
  }[];
  /** First block that can hold an event of the contracts. */
  readonly fromBlock: number;
  readonly artifacts: string;
  readonly relayer: string;
  readonly attester: string;
  readonly groups: readonly { readonly id: bigint; readonly name: string; readonly assurance: string }[];
  /** Custodians of the health ledger by name. */
  readonly hospitals: readonly { readonly account: string; readonly name: string }[];
  readonly demo: {
    readonly accounts: readonly { readonly name: string; readonly privateKey: string }[];
    readonly clock: string;
    /** Where patients leave applications for the insurer. */
    readonly applications: string;
    /** A hospital to try the patients' side with; left out where its circuits are not built. */
    readonly hospital?: string;
  };
}

export async function configOf(
  world: World,
  attester: SimulatedAttester,
  hospital?: { readonly account: string },
): Promise<DappConfig> {
  const { claims, anchors, consents, scopes, pauses, custody, ledger, token } = world.addresses;
  const { chainId } = await world.claimsAs(world.roles.relayer).domain();
  const { assurance } = await world.anchorsAs(world.roles.attester).group(attester.group);
  return {
    name: "Vitalproof demo",
    chain: {
      id: Number(chainId),
      name: "Local demo chain",
      rpc: "/rpc",
      explorer: null,
      // Nobody can reorganise it.
      confirmations: 1,
      currency: { name: "Ether", symbol: "ETH", decimals: 18 },
    },
    contracts: {
      claims,
      anchors,
      consents,
      scopes,
      pauses,
      custody,
      ledger,
      circuits: await world.contracts.circuits.getAddress(),
    },
    tokens: [
      {
        address: token,
        symbol: await world.token.symbol(),
        decimals: Number(await world.token.decimals()),
        mintable: true,
      },
    ],
    fromBlock: 0,
    artifacts: "/artifacts",
    relayer: "/relayer",
    attester: "/attester",
    groups: [{ id: attester.group, name: "Demo attester", assurance }],
    hospitals: hospital === undefined ? [] : [{ account: hospital.account, name: HOSPITAL_NAME }],
    demo: {
      accounts: await demoWallets(world),
      clock: "/demo/clock",
      applications: "/demo/applications",
      ...(hospital === undefined ? {} : { hospital: "/demo/hospital" }),
    },
  };
}
