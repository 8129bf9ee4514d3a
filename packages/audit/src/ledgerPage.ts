// SPDX-License-Identifier: GPL-3.0-or-later
import { isFieldElement } from "@vitalproof/sdk";
import { isLive, PAGE_SLOTS } from "@vitalproof/sdk/ledger";
import { ZeroAddress } from "ethers";
import type { ChainEvent } from "./events.ts";
import type { FindingCode } from "./findings.ts";

/** A rule of the ledger that an event breaks. */
type BrokenRule = readonly [code: FindingCode, sentence: string];

const ALL_SLOTS = (1n << BigInt(PAGE_SLOTS)) - 1n;

/** A page of the HealthLedger as its events tell it. Each change says which rules it breaks, and is followed all the same. */
export class LedgerPage {
  readonly id: bigint;
  /** 0, or the rights that all of its consents have. */
  readonly form: bigint;
  custodian: string;
  /** Undefined while no batch of consents has come. */
  root: bigint | undefined;
  live = 0n;
  filled = 0;
  version = 0;
  /** Minutes since 1970-01-01 UTC. */
  since: number;
  #nominee = ZeroAddress;

  /** @param event PageOpened */
  constructor(event: ChainEvent) {
    this.id = event.big("page");
    this.form = event.big("form");
    this.custodian = event.hex("custodian");
    this.since = minuteOf(event);
  }

  isLive(slot: number): boolean {
    return isLive(this.live, slot);
  }

  /** Any event of the page but its opening and bindings. */
  apply(event: ChainEvent): BrokenRule[] {
    if (event.name === "ConsentsChanged") return this.#changed(event);
    if (event.name === "ConsentRevokedByForce") return this.#revoked(event);
    if (event.name === "AccessesLogged") return this.#logged(event);
    if (event.name === "CustodianChanged") return this.#handedOver(event);
    if (event.name === "CustodianNominated") this.#nominee = event.hex("nominee");
    return [];
  }

  #changed(event: ChainEvent): BrokenRule[] {
    const [root, live] = [event.big("root"), event.big("live")];
    const [granted, revoked] = [event.number("granted"), event.number("revoked")];
    const { id, filled } = this;
    const broken = this.#nextVersion(event);
    const wrong = (sentence: string) => broken.push(["PAGE_CHANGE_WRONG", sentence]);
    if (granted === 0 && revoked === 0) wrong(`A batch of page ${id} changes no consent.`);
    if (root === 0n || !isFieldElement(root))
      wrong(`The root of page ${id} became ${root}, which is not a root.`);
    if (filled + granted > PAGE_SLOTS) {
      wrong(
        `Page ${id} was given ${granted} consents when ${filled} of its ${PAGE_SLOTS} slots were in use.`,
      );
    }
    const most = this.live | ((((1n << BigInt(granted)) - 1n) << BigInt(filled)) & ALL_SLOTS);
    const alien = slotsIn(live & ~most);
    if (alien.length > 0) {
      broken.push([
        "PAGE_LIVE_BITS_WRONG",
        `Page ${id} says of slots ${alien.join(", ")} that they are live, which were neither live before nor are new.`,
      ]);
    }
    const ended = slotsIn(most & ~live).length;
    if (ended !== revoked)
      wrong(`In page ${id} ${ended} consents end with a batch that says it ends ${revoked}.`);
    this.root = root;
    this.live = live;
    this.filled = filled + granted;
    return broken;
  }

  #revoked(event: ChainEvent): BrokenRule[] {
    const slot = event.number("slot");
    const broken = this.#nextVersion(event);
    if (!this.isLive(slot)) {
      broken.push([
        "PAGE_LIVE_BITS_WRONG",
        `Slot ${slot} of page ${this.id} was revoked by force when it was not live.`,
      ]);
    }
    this.live &= ~(1n << BigInt(slot));
    return broken;
  }

  #logged(event: ChainEvent): BrokenRule[] {
    const version = event.number("version");
    if (version <= this.version) return [];
    return [
      [
        "PAGE_VERSION_WRONG",
        `Accesses of page ${this.id} were logged under version ${version}, when it was in version ${this.version}.`,
      ],
    ];
  }

  #handedOver(event: ChainEvent): BrokenRule[] {
    const [previous, next] = [event.hex("previous"), event.hex("custodian")];
    const right = previous === this.custodian && next === this.#nominee;
    const sentence = `The custodian of page ${this.id} became ${next} after ${previous}; it was ${this.custodian}, and nominated was ${this.#nominee}.`;
    this.custodian = next;
    this.#nominee = ZeroAddress;
    return right ? [] : [["ROLE_CHANGED_WRONGLY", sentence]];
  }

  #nextVersion(event: ChainEvent): BrokenRule[] {
    const [before, version] = [this.version, event.number("version")];
    this.version = version;
    this.since = minuteOf(event);
    if (version === before + 1) return [];
    return [
      [
        "PAGE_VERSION_WRONG",
        `Page ${this.id} went from version ${before} to ${version}: what came between is missing.`,
      ],
    ];
  }
}

/** An event's time in the ledger's unit: minutes since 1970-01-01 UTC. */
export function minuteOf({ time }: ChainEvent): number {
  return Math.floor(time / 60);
}

function slotsIn(bits: bigint): number[] {
  return Array.from({ length: PAGE_SLOTS }, (_, slot) => slot).filter((slot) => isLive(bits, slot));
}
