// SPDX-License-Identifier: GPL-3.0-or-later
import {
  epochEnd,
  epochStart,
  type Holder,
  type Log,
  type LogOpening,
  logFits,
  profileOf,
} from "@vitalproof/sdk";
import type { Offer, OwnPolicy, PatientChain, Payment, PeriodOnChain } from "./chain.ts";
import { type Days, daysOf } from "./days.ts";
import { type JourneyState, journeyOf, type Step } from "./journey.ts";
import {
  type Begun,
  type GivenConsent,
  type KeptApplication,
  type KeptProof,
  latestConsent,
  proofKey,
} from "./kept.ts";
import type { ProofOptions } from "./proverClient.ts";
import { RESTORED, type Vault } from "./vault.ts";

/** Everything that the page shows of a person at one moment. It holds readings. */
export type View = {
  /** The chain's Unix seconds. */
  readonly now: number;
  readonly steps: readonly Step[];
  readonly log:
    | { readonly opening: LogOpening; readonly pending: number; readonly nextEpoch: number }
    | undefined;
  /** Offers that fit log and attester. */
  readonly offers: readonly Offer[];
  readonly offer: Offer | undefined;
  readonly policy: OwnPolicy | undefined;
  /** The vault was made from a backup: readings and receipts from before are not in it. */
  readonly restored: boolean;
  readonly application: KeptApplication | undefined;
  readonly consent: (GivenConsent & { readonly revoked: boolean }) | undefined;
  readonly days: Days | undefined;
  readonly periods: readonly PeriodOnChain[];
  /** By period. */
  readonly proofs: ReadonlyMap<number, KeptProof>;
  /** What was paid out so far, oldest first. */
  readonly payments: readonly Payment[];
  /** A proof that an earlier visit began and did not finish. */
  readonly unfinished: Begun | undefined;
};

/** What a view is made of. */
export type ViewParts = {
  readonly vault: Vault;
  readonly chain: PatientChain;
  readonly holder: Holder<ProofOptions>;
  readonly log: Log | undefined;
  /** Whether the page's configuration names an attester. */
  readonly attester: boolean;
  readonly unfinished: Begun | undefined;
};

/** Everything to show, read anew. @throws CHAIN_UNREACHABLE, CONTRACT_CALL_FAILED */
export async function viewOf(parts: ViewParts, now: number): Promise<View> {
  const { vault, chain, holder, log } = parts;
  const all = await chain.offers();
  const offers = log === undefined ? [] : all.filter((offer) => logFits(log.opening, offer));
  const restored = (await vault.recall(RESTORED)) !== undefined;
  const application = await vault.recall<KeptApplication>("application");
  const given = await latestConsent(vault, chain);
  let offer: Offer | undefined;
  let policy: OwnPolicy | undefined;
  // The vault may be a restored one that knows of no application, or has no log: every program is asked, so that what
  // is owed is found again with nothing but the seed.
  for (const each of log === undefined ? all : offers) {
    policy = await chain.policyOf(each, (await holder.controller(each.program)).address);
    offer = policy === undefined ? undefined : each;
    if (policy !== undefined) break;
  }
  offer ??= offers.find(({ program }) => program === application?.offer);
  const days =
    log !== undefined && offer !== undefined && policy !== undefined
      ? daysOf(log, offer.terms, policy)
      : undefined;
  const periods: PeriodOnChain[] = [];
  const proofs = new Map<number, KeptProof>();
  if (offer !== undefined && policy !== undefined && days !== undefined) {
    for (let period = 0; period < policy.periods; period++) {
      periods.push(await chain.period(offer, policy.policy, period));
      const kept = await vault.recall<KeptProof>(proofKey(policy.policy, period));
      if (kept !== undefined) proofs.set(period, kept);
    }
  }
  const payments = policy === undefined || policy.paid === 0n ? [] : await chain.payments(policy.policy);
  const consent =
    given === undefined || given.program !== offer?.program
      ? undefined
      : { ...given, revoked: await chain.isRevoked(given.consent.patient, given.consentId) };
  const view = {
    now,
    log:
      log === undefined
        ? undefined
        : { opening: log.opening, pending: log.pending, nextEpoch: log.nextEpoch },
    offers,
    offer,
    policy,
    restored,
    application,
    consent,
    days,
    periods,
    proofs,
    payments,
    unfinished: parts.unfinished,
  };
  return { ...view, steps: journeyOf(journeyState(parts, view), now) };
}

/** What decides which steps can be taken. */
function journeyState({ vault, log, attester }: ViewParts, view: Omit<View, "steps">): JourneyState {
  const { now, offer, policy, restored, application, consent, days, periods, proofs } = view;
  return {
    vault: vault.locked ? "locked" : "open",
    attester,
    restored,
    offers: view.offers.length,
    periods: periods.map((own, period) => {
      const day = days!.periods[period]!;
      const taken = day.state === "sealed" && day.status !== "sealed";
      const proof = proofs.get(period)?.item;
      return {
        period,
        end: day.end,
        taken,
        lost: day.state === "lost",
        holds: day.state === "sealed" ? day.holds : undefined,
        anchorFrom: own.anchorFrom,
        anchored: own.anchorRoot !== 0n,
        closesAt: own.closesAt,
        state: own.state,
        proven: proof?.anchorRoot === own.anchorRoot && proof.circuit === own.circuit,
      };
    }),
    ...(log === undefined ? {} : { log: logState(log, now) }),
    ...(application === undefined
      ? {}
      : {
          application: {
            expiry: Number(application.attestation.expiry),
            begins: offer === undefined ? 0 : startOf(offer, application.attestation.firstEpoch),
          },
        }),
    ...(policy === undefined || offer === undefined
      ? {}
      : {
          policy: {
            start: startOf(offer, policy.firstEpoch),
            end: startOf(offer, policy.firstEpoch + policy.periods * offer.terms.epochs),
            owed: policy.owed,
            paid: policy.paid,
          },
        }),
    ...(consent === undefined
      ? {}
      : {
          consent: { from: consent.consent.from, until: consent.consent.until, revoked: consent.revoked },
        }),
  };
}

function logState(log: Log, now: number): NonNullable<JourneyState["log"]> {
  const thin = log.due(now).find(isThin);
  return {
    pending: log.pending,
    nextEnd: epochEnd(profileOf(log.opening.profile), log.opening.offset, log.nextEpoch),
    unsent: log.epochs.filter(({ status }) => status === "sealed").length,
    ...(thin === undefined ? {} : { thin }),
  };
}

/** Whether so much of an epoch is missing that its readings were probably not imported yet. */
export function isThin({ filled, samples }: { filled: number; samples: number }): boolean {
  return 2 * filled < samples;
}

function startOf({ terms }: Offer, epoch: number): number {
  return epochStart(profileOf(terms.profile), terms.offset, epoch);
}
