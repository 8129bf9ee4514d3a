// SPDX-License-Identifier: GPL-3.0-or-later
import type { GatewayStatus } from "@vitalproof/services";
import type { Bed } from "./beds.ts";
import { type Calls, chainFacts } from "./chainFacts.ts";
import type { Wearer } from "./day.ts";
import type { Ward } from "./ward.ts";

type Log = GatewayStatus["logs"][number];

/** What became of one bed, as device, gateway and chain say it. */
export interface BedFacts extends Pick<Bed, "told" | "expected"> {
  readonly bed: string;
  /** Measured readings; those that the device contradicted later; messages, and how often they were sent and confirmed. */
  readonly device: Readonly<
    Record<"measured" | "contradicted" | "messages" | "sent" | "acknowledged", number>
  >;
  readonly readings: Log["readings"];
  readonly epochs: Pick<Log, "sealed" | "accepted" | "gaps">;
  /** The gateway's claims by state. */
  readonly claims: GatewayStatus["policies"][number]["claims"];
  readonly proofs: number;
  /** On the chain. */
  readonly settled: number;
  /** Smallest units of the token that the payee has. */
  readonly paid: number;
}

export interface WardFacts {
  readonly beds: readonly BedFacts[];
  /** How often the gateway was killed. */
  readonly kills: number;
  /** Claims by state in the store of the gateway that was killed with proofs in it. */
  readonly atLastKill: Readonly<Record<string, number>>;
  /** Messages from those who were not to send any, by the broker's reason. */
  readonly brokerRefused: Readonly<Record<string, number>>;
  readonly transactions: readonly Calls[];
  /** What the gateway says that an operator has to look at. */
  readonly problems: GatewayStatus["problems"];
}

export interface WardResult extends WardFacts {
  /** What should have come out another way. */
  readonly wrong: readonly string[];
}

export type Ended = {
  readonly policies: ReadonlyMap<string, bigint>;
  readonly wearers: readonly Wearer[];
  readonly paid: ReadonlyMap<string, bigint>;
  readonly atLastKill: WardFacts["atLastKill"];
};

export async function factsOf(
  { gateway, site }: Ward,
  { policies, wearers, paid, atLastKill }: Ended,
): Promise<WardFacts> {
  const status = await gateway.status();
  const { transactions, settled } = await chainFacts(site.world);
  const beds = wearers.map(({ device, sampler }): BedFacts => {
    const { name, told, expected } = sampler.bed;
    const { measured, contradicted } = sampler;
    const { messages, sent, acknowledged } = device;
    const policy = policies.get(name)!;
    const { readings, sealed, accepted, gaps } = status.logs.find(({ log }) => log.startsWith(`${name}.`))!;
    return {
      bed: name,
      told,
      expected,
      device: { measured, contradicted, messages, sent, acknowledged },
      readings,
      epochs: { sealed, accepted, gaps },
      claims: status.policies.find((each) => each.policy === String(policy))!.claims,
      proofs: gateway.count("claim-proven", policy),
      settled: settled.get(String(policy)) ?? 0,
      paid: Number(paid.get(name)!),
    };
  });
  const brokerRefused: Record<string, number> = {};
  for (const { msg, reason = "" } of gateway.lines)
    if (msg === "broker-refused") brokerRefused[reason] = (brokerRefused[reason] ?? 0) + 1;
  const { kills } = gateway;
  return { beds, kills, atLastKill, brokerRefused, transactions, problems: status.problems };
}
