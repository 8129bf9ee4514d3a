// SPDX-License-Identifier: GPL-3.0-or-later
import type { PeriodState } from "@vitalproof/sdk";

/** What a person has done and what chain and services say, as far as it decides what can be done now. */
export type JourneyState = {
  readonly vault: "none" | "locked" | "open";
  /** Whether the page's configuration names an attester. What goes to the chain needs no service: a wallet can send it. */
  readonly attester: boolean;
  /** The log, once the attester has opened one. */
  readonly log?: {
    /** Readings that wait to be sealed. */
    readonly pending: number;
    /** Unix second at which the first epoch that is not sealed ends. */
    readonly nextEnd: number;
    /** Sealed epochs whose heads the attester has not taken yet. */
    readonly unsent: number;
    /** The first epoch that is over and of whose readings most are missing: they were probably not imported yet. */
    readonly thin?: { readonly filled: number; readonly samples: number };
  };
  /** The vault was made from a backup. */
  readonly restored: boolean;
  /** Number of offers that fit the log. */
  readonly offers: number;
  /** An application that was signed by the attester and left for the insurer; its cover begins at `begins`. */
  readonly application?: { readonly expiry: number; readonly begins: number };
  readonly policy?: {
    /** Unix seconds, `[start, end)` of the whole cover. */
    readonly start: number;
    readonly end: number;
    /** In the token's smallest unit. */
    readonly owed: bigint;
    readonly paid: bigint;
  };
  /** The latest consent, `[from, until)` in Unix seconds. */
  readonly consent?: { readonly from: number; readonly until: number; readonly revoked: boolean };
  readonly periods: readonly JourneyPeriod[];
};

export type JourneyPeriod = {
  readonly period: number;
  /** Unix second at which it is over. */
  readonly end: number;
  /** All its epochs are sealed and the attester has their heads, or gaps in their place. */
  readonly taken: boolean;
  /** Its readings were lost with another vault, so that it cannot be proven. */
  readonly lost: boolean;
  /** Whether the readings meet the terms; undefined while they are not all sealed. */
  readonly holds: boolean | undefined;
  /** First second at which the attester may anchor the day, and whether it has. */
  readonly anchorFrom: number;
  readonly anchored: boolean;
  /** First second at which it can no longer be claimed; 0 while that is not known. */
  readonly closesAt: number;
  readonly state: PeriodState;
  /** A proof was made against the current anchor. */
  readonly proven: boolean;
};

export type StepName =
  | "enrol"
  | "import"
  | "seal"
  | "apply"
  | "consent"
  | "prove"
  | "submit"
  | "payment"
  | "revoke";

/** `can`: now. `wait`: not before `at`, or until somebody else acts. `no`: something else comes first. `done`: over. */
export type Step = {
  readonly name: StepName;
  readonly state: "can" | "wait" | "no" | "done";
  /** One sentence: why not yet, or what was done. */
  readonly reason: string;
  /** Unix second from which it may be possible, where one is known. */
  readonly at?: number;
  /** The periods that it is about. */
  readonly periods?: readonly number[];
  /** It can be done, but nothing asks for it: not what comes next. */
  readonly idle?: true;
};

type Outcome = Omit<Step, "name">;

const can = (reason: string, periods?: readonly number[]): Outcome => ({
  state: "can",
  reason,
  ...(periods === undefined ? {} : { periods }),
});
const no = (reason: string): Outcome => ({ state: "no", reason });
const wait = (reason: string, at?: number): Outcome => ({
  state: "wait",
  reason,
  ...(at === undefined ? {} : { at }),
});
const done = (reason: string): Outcome => ({ state: "done", reason });

/**
 * What a person can do now, step by step, with the reason where they cannot. A pure function: it asks nobody.
 * @param now the chain's Unix seconds, which need not be the computer's
 */
export function journeyOf(state: JourneyState, now: number): readonly Step[] {
  const rules: readonly (readonly [StepName, (state: JourneyState, now: number) => Outcome])[] = [
    ["enrol", enrol],
    ["import", importReadings],
    ["seal", seal],
    ["apply", apply],
    ["consent", consent],
    ["prove", proof],
    ["submit", submit],
    ["payment", payment],
    ["revoke", revoke],
  ];
  return rules.map(([name, rule]) => ({ name, ...(closed(state) ?? rule(state, now)) }));
}

/**
 * What comes first of what can be done, by what a person is at: money before proofs, proofs before new readings, and
 * readings before they are sealed, since nothing can be added to a sealed day.
 */
const FIRST: readonly StepName[] = [
  "enrol",
  "apply",
  "consent",
  "submit",
  "payment",
  "prove",
  "import",
  "seal",
];

/** The step to take next; undefined when there is nothing to do but to wait. */
export function nextOf(steps: readonly Step[]): Step | undefined {
  const able = FIRST.map((name) =>
    steps.find((step) => step.name === name && step.state === "can" && step.idle !== true),
  );
  return able.find((step) => step !== undefined);
}

/** The nearest time at which something becomes possible; undefined when nothing waits for the clock. */
export function nextMoment(steps: readonly Step[], now: number): number | undefined {
  const times = steps.flatMap(({ state, at }) =>
    state === "wait" && at !== undefined && at > now ? [at] : [],
  );
  return times.length === 0 ? undefined : Math.min(...times);
}

function closed({ vault }: JourneyState): Outcome | undefined {
  if (vault === "none") return no("Create an identity first, or restore one.");
  if (vault === "locked") return no("Unlock your identity first.");
  return undefined;
}

function enrol({ log, attester, restored, policy }: JourneyState): Outcome {
  if (log !== undefined) return done("The attester has opened your log.");
  if (attester && restored && policy !== undefined) return can("The attester can continue your log.");
  return attester ? can("The attester can open a log for you.") : no("This page names no attester.");
}

function importReadings({ log }: JourneyState): Outcome {
  if (log === undefined) return no("The attester must open your log first.");
  if (log.thin !== undefined) {
    const { filled, samples } = log.thin;
    return can(`A day is over and has ${filled} of ${samples} readings. Import them before you seal it.`);
  }
  if (log.pending > 0) return { ...can(`${log.pending} readings wait to be sealed.`), idle: true };
  const reason = "No readings wait to be sealed; import a file when you have one.";
  return log.unsent > 0 ? { ...can(reason), idle: true } : can(reason);
}

function seal({ log, attester }: JourneyState, now: number): Outcome {
  if (log === undefined) return no("The attester must open your log first.");
  if (!attester) return no("This page names no attester to send heads to.");
  if (log.unsent > 0) return can(`${log.unsent} sealed days are not with the attester yet.`);
  if (now >= log.nextEnd) return can("A day is over and can be sealed.");
  return wait("The current day is not over yet.", log.nextEnd);
}

function apply({ log, offers, application, policy, attester }: JourneyState, now: number): Outcome {
  if (policy !== undefined) return done("You have a policy.");
  if (log === undefined) return no("The attester must open your log first.");
  if (application !== undefined && now <= application.expiry && now < application.begins) {
    return wait("Your application is with the insurer, who has to issue the policy.");
  }
  if (!attester) return no("This page names no attester that could sign.");
  if (offers === 0)
    return no("No insurer offers a program for your measurement, your days' time zone and your attester.");
  if (application !== undefined) return can("Your last application ran out; you can apply again.");
  return can("You can apply for a policy.");
}

function consent({ policy, consent: given }: JourneyState, now: number): Outcome {
  if (policy === undefined) return no("There is no policy yet that a consent could be for.");
  if (isActive(given, now)) return done("Your consent is active.");
  if (given?.revoked === true) return can("You revoked your consent; you can give a new one.");
  return can(
    given === undefined ? "You can give your consent." : "Your consent has ended; you can give a new one.",
  );
}

function proof({ policy, periods, log, restored }: JourneyState, now: number): Outcome {
  if (policy === undefined) return no("You have no policy yet.");
  if (restored && log === undefined) return no("The attester must continue your log first.");
  if (log === undefined && periods.length === 0) {
    return no("The readings of your policy are not in this vault, so nothing can be proven here.");
  }
  const unclaimed = periods.filter((each) => each.state === "open");
  if (unclaimed.length === 0) return done("No period is left to claim.");
  const open = unclaimed.filter(({ lost }) => !lost);
  if (open.length === 0) return no("The readings of the unclaimed periods are not in this vault.");
  const ready = open.filter((each) => isProvable(each, now) && !each.proven);
  if (ready.length > 0) {
    const [one] = ready.length === 1 ? ["One period meets the terms and is anchored."] : [];
    return can(one ?? `${ready.length} periods meet the terms and are anchored.`, numbers(ready));
  }
  if (open.some((each) => each.proven && isProvable(each, now))) return done("The proofs are made.");
  const next = open.find((each) => each.holds !== false && !isOver(each, now));
  if (next === undefined) {
    return open.every((each) => each.holds === false)
      ? no("The readings of no open period meet the terms.")
      : no("The time to claim the open periods has passed.");
  }
  if (now < next.end) return wait("The next period is not over yet.", next.end);
  if (!next.taken)
    return no("The attester does not have the heads of the next period yet: seal and send them.");
  if (now < next.anchorFrom) return wait("The attester may not anchor the day yet.", next.anchorFrom);
  return wait("The attester has not anchored the day yet.");
}

function submit({ policy, periods, consent: given }: JourneyState, now: number): Outcome {
  if (policy === undefined) return no("You have no policy yet.");
  const ready = periods.filter((each) => each.state === "open" && each.proven && isProvable(each, now));
  if (ready.length === 0) {
    return periods.some(({ state }) => state !== "open" && state !== "released")
      ? done("Everything that was proven is with the insurer.")
      : no("There is no proof to submit.");
  }
  if (!isActive(given, now)) return no("A claim takes an active consent.");
  return can("The proofs are made and your consent is active.", numbers(ready));
}

function payment({ policy, periods }: JourneyState): Outcome {
  if (policy === undefined) return no("You have no policy yet.");
  if (policy.owed > 0n) return can("Money is owed to you and can be paid out.");
  const reviewed = periods.filter(({ state }) => state === "under-review" || state === "rejected");
  if (reviewed.length > 0) return { ...wait("A claim is being reviewed."), periods: numbers(reviewed) };
  return policy.paid > 0n ? done("Everything that is owed was paid.") : no("No claim was credited yet.");
}

function revoke({ consent: given }: JourneyState, now: number): Outcome {
  if (given === undefined) return no("You gave no consent yet.");
  if (given.revoked) return done("You revoked your consent.");
  if (now >= given.until) return done("Your consent has expired.");
  return can("You can revoke your consent at any time.");
}

function isActive(consent: JourneyState["consent"], now: number): boolean {
  return consent !== undefined && !consent.revoked && consent.from <= now && now < consent.until;
}

function isOver({ closesAt }: JourneyPeriod, now: number): boolean {
  return closesAt !== 0 && now >= closesAt;
}

function isProvable(period: JourneyPeriod, now: number): boolean {
  return period.taken && period.anchored && period.holds === true && !isOver(period, now);
}

function numbers(periods: readonly JourneyPeriod[]): number[] {
  return periods.map(({ period }) => period);
}
