// SPDX-License-Identifier: GPL-3.0-or-later
import type { VitalproofError } from "@vitalproof/sdk";
import {
  type Accounting,
  type Disclosure,
  gapsOf,
  type LogGap,
  type PageAddress,
  type PageHistory,
} from "@vitalproof/sdk/ledger";
import type { HospitalConfig } from "../../config/config.ts";
import { same } from "../../data/addresses.ts";
import type { SignedConsent } from "./kept.ts";
import { batchesOf, type Reading, type Standing } from "./reading.ts";

/** A standing at a time, which can be past the consent's end. */
export type StandingNow =
  | Exclude<Standing, { name: "given" }>
  | { readonly name: "given" | "expired"; readonly since: number };

export type ConsentView = {
  readonly id: string;
  readonly signed: SignedConsent;
  readonly hospital: string;
  readonly standing: StandingNow;
};

/** Until when a hospital has reported, and since when it had to. Unix seconds. */
export type Reported = { readonly hospital: string; readonly from: number; readonly until: number };

/** Everything that the page shows at one moment. */
export type LookedView = {
  /** The chain's Unix seconds. */
  readonly now: number;
  /** The last signed first. */
  readonly consents: readonly ConsentView[];
  /** Accesses under all consents that are or were given; its gaps end now. */
  readonly accounting: Accounting;
  readonly reported: readonly Reported[];
  /** Why pages could not be read: each reason once. */
  readonly faults: readonly VitalproofError[];
};

/** Puts together what was read. @param consents as they were read, with their ids */
export function viewOf(
  consents: readonly { readonly id: string; readonly signed: SignedConsent }[],
  histories: readonly PageHistory[],
  { standings, accounting }: Reading,
  { now, hospitals }: { readonly now: number; readonly hospitals: readonly HospitalConfig[] },
): LookedView {
  const names = namesOf(
    hospitals,
    consents.map(({ signed }) => signed),
  );
  const gaps: LogGap[] = [];
  const reported: Reported[] = [];
  for (const history of histories) {
    const { address } = history;
    const begins = consents.flatMap(({ signed }, i) => {
      const standing = standings[i]!;
      return signed.kept.address.page === address.page && "since" in standing ? [standing.since] : [];
    });
    if (begins.length === 0) continue;
    const from = Math.floor(Math.min(...begins) / 60);
    const batches = batchesOf(history);
    const until = Math.max(from, Math.floor(now / 60));
    gaps.push(...gapsOf(batches, { from, until }).map((gap) => ({ address, ...gap })));
    const last = batches.reduce((most, { header: { base, span } }) => Math.max(most, base + span), from);
    const hospital = names(custodianAt(history, now));
    reported.push({ hospital, from: from * 60, until: Math.min(last, until) * 60 });
  }
  const views = consents.map(({ id, signed }, i): ConsentView => {
    const standing = standings[i]!;
    return { id, signed, hospital: names(signed.custodian), standing: atTime(standing, signed, now) };
  });
  const errors = standings.flatMap((each) => (each.name === "unreadable" ? [each.error] : []));
  const faults = [...new Map(errors.map((error) => [error.message, error])).values()];
  return { now, consents: views.reverse(), accounting: { ...accounting, gaps }, reported, faults };
}

function atTime(standing: Standing, { kept }: SignedConsent, now: number): StandingNow {
  if (standing.name !== "given") return standing;
  const { since } = standing;
  return { name: now >= kept.consent.rights.until * 60 ? "expired" : "given", since };
}

/** Names of accounts: the configuration's, else the patient's own, else the account. */
export function namesOf(
  hospitals: readonly HospitalConfig[],
  consents: readonly SignedConsent[],
): (account: string) => string {
  return (account) =>
    hospitals.find((each) => same(each.account, account))?.name ??
    consents.find((each) => same(each.custodian, account))?.name ??
    `The hospital with the account ${account}`;
}

/** Who kept a page at a time: a page can change hands. */
export function custodianAt({ entries, state }: PageHistory, time: number): string {
  let custodian: string | undefined;
  for (const entry of entries) {
    if (entry.time > time) break;
    if (entry.kind === "opened" || entry.kind === "handed-over") custodian = entry.custodian;
  }
  return custodian ?? state.custodian;
}

/** Accesses newest first, as people read them. */
export function newestFirst({ rows }: Accounting): Disclosure[] {
  return [...rows].reverse();
}

export function samePage(one: PageAddress, other: PageAddress): boolean {
  return one.chainId === other.chainId && one.page === other.page && same(one.ledger, other.ledger);
}
