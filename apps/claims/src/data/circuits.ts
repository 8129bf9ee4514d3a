// SPDX-License-Identifier: GPL-3.0-or-later
import {
  CircuitClient,
  catalogue,
  circuitIdOf,
  circuits,
  explainTerms,
  profileOf,
  type Question,
  type Terms,
  unpackTerms,
  VitalproofError,
} from "@vitalproof/sdk";
import { type Provider, ZeroHash } from "ethers";

/** Terms in words; one line that says so for terms that this version does not understand. */
export function wordsOf(terms: bigint): string[] {
  try {
    return explainTerms(unpackTerms(terms));
  } catch {
    return ["These terms are from a newer version, or not terms at all."];
  }
}

/** What terms ask, in one sentence with what is measured in front: the first line about bounds. */
export function headlineOf(terms: bigint): string {
  try {
    return headlineFor(unpackTerms(terms));
  } catch {
    return wordsOf(terms)[0]!;
  }
}

/** The same of terms that are unpacked already. */
export function headlineFor(terms: Terms): string {
  const { metric } = profileOf(terms.profile);
  // The two lines before it say what is measured and how missing readings count.
  const asked = explainTerms(terms)[2] ?? "";
  return `${metric.slice(0, 1).toUpperCase()}${metric.slice(1)}. ${asked}`;
}

/** Names of the circuits that the registry knows, that are in force now and not suspended. @param now Unix seconds */
export async function circuitsInForce(
  registry: string,
  provider: Provider,
  now: number,
): Promise<Set<string>> {
  const client = new CircuitClient(registry, provider);
  const names = await Promise.all(
    circuits().map(async ({ name, version }) => {
      const id = circuitIdOf(name, version);
      try {
        const record = await client.circuit(id);
        const suspended = await client.isSuspendedAt(id, now);
        const retired = record.retiredAt !== 0n && Number(record.retiredAt) <= now;
        return record.forgedAt !== 0n || suspended || retired ? undefined : name;
      } catch (error) {
        // A registry reverts for circuits that it does not have; anything else is a fault of the node.
        if (error instanceof VitalproofError && error.code === "CONTRACT_REVERTED") return undefined;
        throw error;
      }
    }),
  );
  return new Set(names.filter((name) => name !== undefined));
}

/** Id of the circuit under which a period beginning at `time` settles, as far as is known now; undefined without one. */
export async function circuitInForce(
  client: Pick<CircuitClient, "circuit">,
  first: string,
  time: number,
): Promise<string | undefined> {
  let id = first;
  while (id !== ZeroHash) {
    const { addedAt, retiredAt, successor } = await client.circuit(id);
    if (retiredAt === 0n || time < Number(retiredAt)) return Number(addedAt) <= time ? id : undefined;
    id = successor;
  }
  return undefined;
}

/** Entries of the catalogue that some circuit in `inForce` proves, without alerts, which never pay. */
export function offered(inForce: ReadonlySet<string>): Question[] {
  return catalogue().filter(
    (entry): entry is Question =>
      entry.kind === "question" &&
      !entry.alert &&
      entry.forms.some(({ circuit }) => circuit !== undefined && inForce.has(circuit)),
  );
}

/** What a program lets its insurer find out, and what not; docs/security.md has the reasons. */
export const LEARNS = {
  learns: [
    "That each paid period met the terms above, and nothing else about it.",
    "Which periods of a policy were claimed, which were not, and when. Everybody sees that.",
    "A pseudonym of the person in this scope, and the accounts that control the policy and are paid.",
    "Roughly the time zone, from the hour at which a period begins.",
  ],
  not: [
    "Any reading, its time, or how far the readings were from the bounds.",
    "Why a period was not claimed: not met, not proven or not wanted look the same.",
    "The person's name or device. The attester that attests knows them.",
    "Whether a person in another scope is the same one.",
  ],
  beware:
    "Several programs in one scope over the same days, with bounds next to each other, narrow the value down. Ask for no more than you pay for.",
} as const;
