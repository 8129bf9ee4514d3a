// SPDX-License-Identifier: GPL-3.0-or-later
import { ASSURANCE_CLASSES, type AssuranceClass, DAY, isFieldElement } from "@vitalproof/sdk";
import type { ChainEvent } from "./events.ts";
import type { Findings } from "./findings.ts";

export type GroupState = {
  readonly id: bigint;
  attester: string;
  readonly intakeTime: number;
  readonly graceTime: number;
  readonly correctionTime: number;
  readonly assurance: AssuranceClass;
  nomination: { readonly nominee: string; readonly acceptableFrom: number } | undefined;
};

const MIN_GRACE_TIME = 3600;
const MIN_CORRECTION_TIME = DAY;
const MAX_GROUP_TIME = 180 * DAY;

/** One write of a day's root. */
export type AnchorWrite = {
  readonly root: bigint;
  readonly time: number;
  readonly transaction: string;
  /** Set for a correction, and for a missed day that was written late. */
  readonly correction?: { readonly previousRoot: bigint; readonly reason: string };
};

export type AnchorDay = {
  readonly group: bigint;
  readonly day: number;
  /** Oldest first; the last one is in force. */
  readonly writes: AnchorWrite[];
};

/** AnchorRegistry as its events tell it. Each event is checked against the rule under which it may be emitted. */
export class AnchorState {
  readonly groups = new Map<bigint, GroupState>();
  readonly #days = new Map<string, AnchorDay>();
  readonly #findings: Findings;
  readonly #audited: bigint | undefined;

  /** @param audited the group whose anchors are checked; the others' are only recorded */
  constructor(findings: Findings, audited: bigint | undefined) {
    this.#findings = findings;
    this.#audited = audited;
  }

  apply(event: ChainEvent): void {
    if (event.name === "GroupCreated") this.#created(event);
    else if (event.name === "AttesterNominated") this.#nominated(event);
    else if (event.name === "AttesterChanged") this.#attester(event);
    else if (event.name === "DayAnchored" || event.name === "DayCorrected") this.#written(event);
  }

  /** Days of a group that have a root, oldest day first. */
  daysOf(group: bigint): AnchorDay[] {
    return [...this.#days.values()].filter((day) => day.group === group).sort((a, b) => a.day - b.day);
  }

  /** The root in force; undefined while there is none. */
  inForce(group: bigint, day: number): { root: bigint; writtenAt: number; corrected: boolean } | undefined {
    const writes = this.#days.get(`${group}/${day}`)?.writes ?? [];
    const last = writes.at(-1);
    if (last === undefined) return undefined;
    return {
      root: last.root,
      writtenAt: last.time,
      corrected: writes.some(({ correction }) => correction !== undefined),
    };
  }

  /** First and last second of a day's anchoring window, and the last at which it may be corrected. */
  window(group: GroupState, day: number): { from: number; until: number; correctableUntil: number } {
    const from = (day + 1) * DAY + group.intakeTime;
    const until = from + group.graceTime;
    return { from, until, correctableUntil: until + group.correctionTime };
  }

  #created(event: ChainEvent): void {
    const id = event.big("groupId");
    if (id !== BigInt(this.groups.size) + 1n) {
      this.#findings.add(
        "SEQUENCE_BROKEN",
        `Group ${id} was created when ${this.groups.size} groups were known.`,
        event.place,
      );
    }
    const group: GroupState = {
      id,
      attester: event.hex("attester"),
      intakeTime: event.number("intakeTime"),
      graceTime: event.number("graceTime"),
      correctionTime: event.number("correctionTime"),
      assurance: ASSURANCE_CLASSES[event.number("assurance")] ?? "self-attested",
      nomination: undefined,
    };
    const { intakeTime, graceTime, correctionTime } = group;
    const valid =
      graceTime >= MIN_GRACE_TIME &&
      correctionTime >= MIN_CORRECTION_TIME &&
      intakeTime + graceTime + correctionTime <= MAX_GROUP_TIME;
    if (!valid && id === this.#audited) {
      this.#findings.add(
        "GROUP_TIMES_INVALID",
        `Group ${id} was created with ${intakeTime} s for intake, ${graceTime} s of grace and ${correctionTime} s for corrections, which the registry refuses.`,
        event.place,
      );
    }
    this.groups.set(id, group);
  }

  #nominated(event: ChainEvent): void {
    const group = this.groups.get(event.big("groupId"));
    if (group === undefined) return;
    const acceptableFrom = event.number("acceptableFrom");
    // Then no day up to the nomination's can be written any more.
    const expected = this.window(group, Math.floor(event.time / DAY)).correctableUntil + 1;
    const by = event.hex("attester");
    if (group.id === this.#audited && (acceptableFrom !== expected || by !== group.attester)) {
      this.#findings.add(
        "ATTESTER_NOMINATION_WRONG",
        `An attester of group ${group.id} was nominated at ${event.time} by ${by}, acceptable from ${acceptableFrom}. The attester was ${group.attester}, and its days can be written until ${expected - 1}.`,
        event.place,
      );
    }
    group.nomination = { nominee: event.hex("nominee"), acceptableFrom };
  }

  #attester(event: ChainEvent): void {
    const group = this.groups.get(event.big("groupId"));
    if (group === undefined) return;
    const [previous, attester] = [event.hex("previous"), event.hex("attester")];
    const { nomination } = group;
    const wrong =
      previous !== group.attester ||
      attester !== nomination?.nominee ||
      event.time < nomination.acceptableFrom;
    if (wrong && group.id === this.#audited) {
      this.#findings.add(
        "ATTESTER_CHANGED_WRONGLY",
        `The attester of group ${group.id} became ${attester} after ${previous} at ${event.time}. It was ${group.attester}, and nominated was ${nomination === undefined ? "nobody" : `${nomination.nominee}, who could accept from ${nomination.acceptableFrom}`}.`,
        event.place,
      );
    }
    group.attester = attester;
    group.nomination = undefined;
  }

  #written(event: ChainEvent): void {
    const groupId = event.big("groupId");
    const day = event.number("day");
    const key = `${groupId}/${day}`;
    const record = this.#days.get(key) ?? { group: groupId, day, writes: [] };
    const corrects = event.name === "DayCorrected";
    const write: AnchorWrite = {
      root: event.big("root"),
      time: event.time,
      transaction: event.log.transactionHash,
      ...(corrects
        ? { correction: { previousRoot: event.big("previousRoot"), reason: event.text("reason") } }
        : {}),
    };
    if (groupId === this.#audited) this.#check(event, record, write);
    record.writes.push(write);
    this.#days.set(key, record);
  }

  #check(event: ChainEvent, record: AnchorDay, { root, time, correction }: AnchorWrite): void {
    const { day, writes } = record;
    const place = { ...event.place, day };
    const find = this.#findings;
    const group = this.groups.get(record.group);
    if (group === undefined) {
      find.add(
        "EVENT_WITHOUT_ORIGIN",
        `Day ${day} was anchored in group ${record.group}, which was never created.`,
        place,
      );
      return;
    }
    if (root === 0n || !isFieldElement(root)) {
      find.add("ANCHOR_ROOT_INVALID", `The root of day ${day} is ${root}, which is not a valid root.`, place);
    }
    const { from, until, correctableUntil } = this.window(group, day);
    if (correction === undefined) {
      if (writes.length > 0) {
        find.add("ANCHOR_TWICE", `Day ${day} was anchored a second time, with root ${root}.`, place);
      }
      if (time < from || time > until) {
        find.add(
          "ANCHOR_OUT_OF_TIME",
          `Day ${day} was anchored at ${time}; its window is ${from} to ${until}.`,
          place,
        );
      }
      return;
    }
    if (writes.some((write) => write.correction !== undefined)) {
      find.add("CORRECTION_TWICE", `Day ${day} was corrected a second time.`, place);
    }
    const previous = writes.at(-1)?.root ?? 0n;
    if (correction.previousRoot !== previous) {
      find.add(
        "CORRECTION_PREVIOUS_ROOT_WRONG",
        `The correction of day ${day} says it replaces ${correction.previousRoot}; on record was ${previous}.`,
        place,
      );
    }
    if (root === previous) {
      find.add(
        "CORRECTION_SAME_ROOT",
        `The correction of day ${day} writes the root on record again.`,
        place,
      );
    }
    if (time > correctableUntil || (previous === 0n && time <= until)) {
      find.add(
        "CORRECTION_OUT_OF_TIME",
        `Day ${day} was corrected at ${time}; that was possible until ${correctableUntil}, for a missed day from ${until + 1}.`,
        place,
      );
    }
    if (correction.reason === "") {
      find.add("CORRECTION_WITHOUT_REASON", `The correction of day ${day} gives no reason.`, place);
    }
  }
}
