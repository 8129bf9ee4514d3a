// SPDX-License-Identifier: GPL-3.0-or-later
import { HDNodeWallet } from "ethers";
import type { SimulatedClinic } from "../demo/clinic.ts";
import type { World } from "../demo/world.ts";

/** Hardhat's default mnemonic: its keys are known to everybody and stand in every development node. */
const PHRASE = "test test test test test test test test test test test junk";
/** The place of the insurer's role in `World.create`, and two that no role has. */
const [INSURER, ANOTHER, PATIENT] = [3, 7, 10];

/** What the page has to know. Paths are relative to it. */
export interface DappConfig {
  readonly name: string;
  readonly chain: {
    readonly id: number;
    readonly name: string;
    readonly rpc: string;
    readonly explorer: string | null;
    readonly currency: { readonly name: string; readonly symbol: string; readonly decimals: number };
  };
  readonly contracts: Readonly<Record<"claims" | "anchors" | "consents" | "statements", string>>;
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
  readonly clinic: string;
  readonly groups: readonly { readonly id: bigint; readonly name: string; readonly assurance: string }[];
  readonly demo: {
    readonly accounts: readonly { readonly name: string; readonly privateKey: string }[];
    readonly clock: string;
    /** Where patients leave applications for the insurer. */
    readonly applications: string;
  };
}

export async function configOf(world: World, clinic: SimulatedClinic): Promise<DappConfig> {
  const { claims, anchors, consents, token } = world.addresses;
  const { chainId } = await world.claimsAs(world.roles.relayer).domain();
  const { assurance } = await world.anchorsAs(world.roles.attester).group(clinic.group);
  const signers = await world.connection.ethers.getSigners();
  return {
    name: "Vitalproof demo",
    chain: {
      id: Number(chainId),
      name: "Local demo chain",
      rpc: "/rpc",
      explorer: null,
      currency: { name: "Ether", symbol: "ETH", decimals: 18 },
    },
    contracts: { claims, anchors, consents, statements: await world.contracts.statements.getAddress() },
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
    clinic: "/clinic",
    groups: [{ id: clinic.group, name: "Demo clinic", assurance }],
    demo: {
      accounts: [
        { name: "Demo insurer", privateKey: keyOf(INSURER, world.roles.insurer.address) },
        { name: "Another insurer", privateKey: keyOf(ANOTHER, signers[ANOTHER]!.address) },
        { name: "Demo patient", privateKey: keyOf(PATIENT, signers[PATIENT]!.address) },
      ],
      clock: "/demo/clock",
      applications: "/demo/applications",
    },
  };
}

/** The well-known development key of a place. @throws Error if the chain has another account there */
function keyOf(index: number, address: string): string {
  const wallet = HDNodeWallet.fromPhrase(PHRASE, undefined, `m/44'/60'/0'/0/${index}`);
  if (wallet.address === address) return wallet.privateKey;
  throw new Error(
    `Account ${index} of the chain is ${address}, Hardhat's default would be ${wallet.address}.`,
  );
}
