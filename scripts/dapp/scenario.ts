// SPDX-License-Identifier: GPL-3.0-or-later
import {
  anchorDayOf,
  CircuitClient,
  type ClaimItem,
  checkTerms,
  circuitIdOf,
  circuitOf,
  countOutcomes,
  DAY,
  dayOffsetOf,
  epochAt,
  type Prover,
  profileOf,
  settle,
  termsOf,
} from "@vitalproof/sdk";
import { proverPool } from "@vitalproof/sdk/node";
import {
  Calendar,
  glucoseOf,
  Insurer,
  type Kind,
  type Offer,
  Patient,
  type SimulatedAttester,
  type World,
} from "../../simulation/index.ts";
import { signerOf } from "./accounts.ts";
import type { Clock } from "./clock.ts";
import { SCENARIO_FIRST_DAY } from "./month.ts";

const MINUTE = 60;
/** 25 tUSDC. */
const BENEFIT = 25_000_000n;
/** Everybody in it lives there. */
const ZONE = "Europe/Berlin";

/** Days as they follow each other; people begin in different places. */
const KINDS: readonly Kind[] = ["good", "good", "bad", "good", "gaps", "good", "bad"];

/** Somebody of the scenario. Days are counted from its first. */
interface Part {
  readonly program: "at once" | "reviewed";
  /** First day of the cover, and how many. */
  readonly joins: number;
  readonly days: number;
  /** Day on which the consent is revoked. */
  readonly revokes?: number;
  /** Where in `KINDS` the first day is. */
  readonly kind: number;
}

const PARTS: readonly Part[] = [
  { program: "at once", joins: 0, days: 30, kind: 0 },
  { program: "at once", joins: 0, days: 21, kind: 3, revokes: 15 },
  { program: "reviewed", joins: 1, days: 10, kind: 5 },
  { program: "at once", joins: 9, days: 14, kind: 1 },
];

/** What becomes of the first claims that are looked at; the others wait. */
const DECISIONS = ["approved", "paid by the arbiter", "denied by the arbiter", "before the arbiter"] as const;

/** Somebody with a policy, a consent and readings to come. */
interface Member {
  readonly part: Part;
  readonly patient: Patient;
  readonly insurer: Insurer;
  readonly calendar: Calendar;
  readonly policy: bigint;
  readonly consentId: string;
  /** Periods whose claims are settled. */
  readonly claimed: Set<number>;
  revoked: boolean;
}

/**
 * A synthetic month for a page to show. There are two programs, one of them with a review. Patients join, and one
 * revokes the consent. Readings are sealed and anchored day by day. Every claim that holds is proven and settled at the
 * end of its week. Money is paid out and released. Ends when the last day is anchored.
 *
 * @param days how many of its days, 1 to 30
 * @param say is told what happens, a line each
 * @throws Error when a claim that holds is not settled, or the chain is past its beginning already
 */
export async function playScenario(
  world: World,
  attester: SimulatedAttester,
  clock: Clock,
  { days, say }: { days: number; say: (line: string) => void },
): Promise<void> {
  const pool = proverPool({ size: 2 });
  try {
    await new Month(world, attester, clock, pool, say).play(days);
  } finally {
    await pool.close();
  }
}

class Month {
  readonly #world: World;
  readonly #attester: SimulatedAttester;
  readonly #clock: Clock;
  readonly #prover: Prover;
  readonly #say: (line: string) => void;
  readonly #circuit = circuitOf("glucose-day");
  readonly #profile = profileOf(this.#circuit.profile);
  readonly #noon = Date.parse(`${SCENARIO_FIRST_DAY}T12:00:00Z`) / 1000;
  readonly #offset = dayOffsetOf(ZONE, this.#noon);
  readonly #members: Member[] = [];
  #decided = 0;

  constructor(
    world: World,
    attester: SimulatedAttester,
    clock: Clock,
    prover: Prover,
    say: (line: string) => void,
  ) {
    this.#world = world;
    this.#attester = attester;
    this.#clock = clock;
    this.#prover = prover;
    this.#say = say;
  }

  async play(days: number): Promise<void> {
    const programs = {
      "at once": await this.#publish(),
      reviewed: await this.#publish(await this.#review()),
    };
    const month = this.#calendar(0, days);
    const last = days - 1;
    // People join on the day before their cover begins.
    await this.#join(programs, 0);
    for (const [day, epoch] of month.epochs.entries()) {
      if (day < last) await this.#join(programs, day + 1);
      await this.#clock.passUntil(month.endOf(epoch) + MINUTE);
      for (const { patient } of this.#members) await patient.sealAndSend(this.#attester);
      for (const member of this.#members) if (member.part.revokes === day) await this.#revoke(member);
      if (day % 7 === 6 && day < last) await this.#endWeek(`Day ${day + 1}`);
    }
    await this.#clock.passUntil(this.#attester.anchorTime(this.#anchorDay(month.epochs.at(-1)!)));
    await this.#endWeek(`Day ${days}`);
    await this.#release();
  }

  /** A program for days in range, with money for everybody in it. */
  async #publish(review?: Offer["review"]): Promise<Insurer> {
    const day = { window: "1 day", profile: this.#profile.name, offset: this.#offset } as const;
    const insurer = await Insurer.publish(this.#world, this.#attester.group, {
      circuit: this.#circuit.name,
      terms: termsOf("time-in-range", day),
      benefit: BENEFIT,
      claimWindow: 14 * DAY,
      ...(review === undefined ? {} : { review }),
    });
    await insurer.fund(BENEFIT * (review === undefined ? 80n : 20n));
    this.#say(
      `Program ${insurer.program}: published and funded${review === undefined ? "" : ", with a review"}.`,
    );
    return insurer;
  }

  async #review(): Promise<NonNullable<Offer["review"]>> {
    const { address } = await signerOf(this.#world, "Demo arbiter");
    return { arbiter: address, reviewTime: 21 * DAY, arbiterTime: 21 * DAY };
  }

  async #join(programs: Record<Part["program"], Insurer>, day: number): Promise<void> {
    for (const part of PARTS.filter(({ joins }) => joins === day)) {
      const insurer = programs[part.program];
      const patient = new Patient(this.#world, this.#prover);
      const calendar = this.#calendar(part.joins, part.days);
      const { firstEpoch, periods } = calendar;
      await patient.enrol(this.#attester, { profile: this.#profile.name, offset: this.#offset, firstEpoch });
      const application = await patient.apply(insurer.program, { firstEpoch, periods });
      const signature = await patient.attested(this.#attester, application);
      const { result: policy } = await insurer.issuePolicy(application.attestation, signature);
      const { result: consentId } = await patient.consent(insurer.program);
      const kinds = Array.from({ length: periods }, (_, i) => KINDS[(part.kind + i) % KINDS.length]!);
      await patient.log.append(await glucoseOf(this.#profile, kinds, calendar.nameOf(0), ZONE));
      this.#members.push({
        part,
        patient,
        insurer,
        calendar,
        policy,
        consentId,
        claimed: new Set(),
        revoked: false,
      });
      this.#say(`Policy ${policy}: enrolled, attested, issued for ${periods} days, consented.`);
    }
  }

  async #revoke(member: Member): Promise<void> {
    await member.patient.revoke(member.insurer.program, member.consentId);
    member.revoked = true;
    this.#say(`Policy ${member.policy}: its consent is revoked.`);
  }

  /** Claims of the week, decisions on those under review, and every other week the payouts. */
  async #endWeek(when: string): Promise<void> {
    const world = this.#world;
    const claims = (
      await Promise.all(this.#members.filter(({ revoked }) => !revoked).map((member) => this.#prove(member)))
    ).flat();
    const items = claims.map(({ item }) => item);
    const { relayer } = world.roles;
    const circuits = new CircuitClient(await world.contracts.circuits.getAddress(), relayer);
    const report = await settle(items, { claims: world.claimsAs(relayer), circuits });
    const { settled } = countOutcomes(report);
    if (settled !== items.length)
      throw new Error(`Of ${items.length} claims that hold ${settled} were settled.`);
    for (const { member, item } of claims) {
      member.claimed.add(item.period);
      if (member.part.program === "reviewed") await this.#decide(item);
    }
    this.#say(`${when}: ${settled} claims hold, and are settled.`);
    for (const { policy } of this.#members) {
      if ((await world.claimsAs(relayer).owedOf(policy)) > 10n * BENEFIT)
        await world.claimsAs(relayer).pay(policy);
    }
  }

  /** Proofs of the periods that are anchored, hold and were not claimed. */
  async #prove(member: Member): Promise<{ member: Member; item: ClaimItem }[]> {
    const { patient, insurer, calendar, policy, consentId, claimed } = member;
    const due = Array.from({ length: calendar.periods }, (_, period) => period).filter((period) => {
      const anchored = this.#attester.anchorTime(this.#anchorDay(calendar.lastEpochOf(period)));
      return !claimed.has(period) && anchored <= this.#world.now;
    });
    const { name, version } = this.#circuit;
    const proven = await Promise.all(
      due.map(async (period) => {
        const request = await patient.claimRequest(
          this.#attester,
          insurer,
          name,
          calendar.firstEpochOf(period),
        );
        const codes = request.epochs.map((epoch) => epoch.codes);
        if (!checkTerms(request.terms, codes).holds) return [];
        const { proof } = await patient.proveClaim(request);
        const circuit = circuitIdOf(name, version);
        return [
          { member, item: { policy, period, consentId, circuit, anchorRoot: request.path.root, proof } },
        ];
      }),
    );
    return proven.flat();
  }

  async #decide({ policy, period }: ClaimItem): Promise<void> {
    const decision = DECISIONS[this.#decided++];
    if (decision === undefined) return;
    const insurer = this.#world.claimsAs(this.#world.roles.insurer);
    if (decision === "approved") {
      await insurer.approveClaim(policy, period);
      return;
    }
    await insurer.rejectClaim(policy, period, "The sensor's serial number was reported as stolen.");
    if (decision === "before the arbiter") return;
    const arbiter = this.#world.claimsAs(await signerOf(this.#world, "Demo arbiter"));
    const pays = decision === "paid by the arbiter";
    await arbiter.arbitrate(
      policy,
      period,
      pays,
      pays ? "The report was about another sensor." : "The report is right.",
    );
  }

  /** Gives back what nobody claimed in time. */
  async #release(): Promise<void> {
    const claims = this.#world.claimsAs(this.#world.roles.insurer);
    let released = 0;
    for (const { policy, calendar, claimed } of this.#members) {
      // Windows close in the order of periods. The range ends with the last that is free: the contract refuses every other one
      // whose time has not come, a claimed one too.
      let until = 0;
      for (let period = 0; period < calendar.periods; period++) {
        if (claimed.has(period)) continue;
        const { releasableFrom } = await claims.windowOf(policy, period);
        if (this.#world.now < releasableFrom) break;
        until = period + 1;
      }
      if (until === 0) continue;
      released += (await claims.releasePeriods(policy, 0, until)).result;
    }
    this.#say(`${released} periods that nobody claimed in time are released.`);
  }

  #calendar(first: number, periods: number): Calendar {
    return new Calendar({
      profile: this.#profile,
      offset: this.#offset,
      firstEpoch: epochAt(this.#profile, this.#offset, this.#noon) + first,
      epochsPerPeriod: this.#circuit.epochs,
      periods,
      zone: ZONE,
    });
  }

  #anchorDay(epoch: number): number {
    return anchorDayOf(this.#profile, this.#offset, epoch);
  }
}
