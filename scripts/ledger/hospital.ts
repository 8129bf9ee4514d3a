// SPDX-License-Identifier: GPL-3.0-or-later
//
// The hospital of `npm run demo -- --ledger`, its patients, and what its staff look at in a day.
import { createIdentity, memoryStore } from "@vitalproof/sdk";
import {
  CustodianPage,
  type KeptConsent,
  LEDGER_CLASSES,
  LEDGER_PURPOSES,
  LEDGER_ROLES,
  LedgerClient,
  LedgerWallet,
  ledgerEvents,
  type PostedAccess,
  type Rights,
} from "@vitalproof/sdk/ledger";
import { childProcessProver } from "@vitalproof/sdk/node";
import type { World } from "../../simulation/index.ts";

export const CIRCUITS = { accesses: "access-batch-64", consents: "consent-batch" } as const;
export const PATIENTS = 12;
/** The hospital, as consents name it. */
const GRANTEE = 1;
const YEAR = 365 * 24 * 60;

export type Hospital = {
  readonly world: World;
  readonly client: LedgerClient;
  readonly page: CustodianPage;
};

export type LedgerPatient = { readonly wallet: LedgerWallet; readonly kept: KeptConsent };

export const purpose = (name: (typeof LEDGER_PURPOSES)[number]["name"]): number =>
  LEDGER_PURPOSES.findIndex((each) => each.name === name);
export const role = (name: (typeof LEDGER_ROLES)[number]): number => LEDGER_ROLES.indexOf(name);
export const dataClass = (name: (typeof LEDGER_CLASSES)[number]): number => LEDGER_CLASSES.indexOf(name);

const mask = (...bits: number[]): number => bits.reduce((sum, bit) => sum | (1 << bit), 0);

/** Treatment and payment, by those who care, for a year; genetics and mental health are left out. */
export function rightsAt(now: number): Rights {
  return {
    purposes: mask(purpose("treatment"), purpose("payment")),
    roles: mask(role("physician"), role("nurse"), role("laboratory"), role("administration")),
    classes: mask(
      dataClass("vital-signs"),
      dataClass("laboratory"),
      dataClass("medication"),
      dataClass("clinical"),
    ),
    until: Math.floor(now / 60) + YEAR,
  };
}

/** Opens page 1 of the world's ledger. The hospital sends from the account that attests elsewhere. */
export async function openHospital(world: World): Promise<Hospital> {
  const client = new LedgerClient(world.addresses.ledger, world.roles.attester);
  const { result, blockNumber } = await client.openPage();
  const options = {
    store: memoryStore(),
    chain: client,
    events: ledgerEvents(client.address, world.roles.attester),
    prover: childProcessProver(),
    artifacts: world.artifacts,
    circuits: CIRCUITS,
    clock: () => world.now,
  };
  const page = await CustodianPage.open(options, await client.pageAddress(result), {
    fromBlock: blockNumber,
  });
  return { world, client, page };
}

/** A new patient takes the hospital's offer. */
export async function admit({ world, page }: Hospital): Promise<LedgerPatient> {
  const wallet = new LedgerWallet(createIdentity());
  const { grant, kept } = wallet.accept(await page.offer({ rights: rightsAt(world.now), grantee: GRANTEE }));
  await page.accept(grant);
  return { wallet, kept };
}

/** What the staff look at: physicians in the morning, nurses around the clock, the laboratory, billing in the afternoon. */
export function dayOfAccesses(from: number): PostedAccess[] {
  const hour = 3_600;
  const plan = [
    { at: 7, every: 1_020, count: 16, role: "physician", purpose: "treatment", class: "clinical" },
    { at: 0, every: 3_300, count: 24, role: "nurse", purpose: "treatment", class: "vital-signs" },
    { at: 9, every: 1_500, count: 12, role: "laboratory", purpose: "treatment", class: "laboratory" },
    { at: 14, every: 1_200, count: 6, role: "administration", purpose: "payment", class: "clinical" },
  ] as const;
  return plan
    .flatMap((kind, k) =>
      Array.from({ length: kind.count }, (_, i) => ({
        key: `${kind.role}-${i}`,
        slot: (5 * i + 3 * k) % PATIENTS,
        actor: 100 * (k + 1) + (i % 4),
        role: role(kind.role),
        purpose: purpose(kind.purpose),
        class: dataClass(kind.class),
        at: from + kind.at * hour + i * kind.every + 60,
        glass: 0 as const,
      })),
    )
    .sort((a, b) => a.at - b.at);
}
