// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "../errors.ts";
import { bytesToBigint, randomBytes, randomFieldElement } from "../field.ts";
import { LEDGER_CIRCUITS } from "../generated/ledgerProtocol.ts";
import { TAGS, WORD_BITS } from "../generated/protocol.ts";
import { transcriptDigest } from "../hashes/transcript.ts";
import { packDigits } from "../internal/packDigits.ts";
import { assertInteger, invalid } from "../invalid.ts";
import { Witness } from "../witness/witness.ts";
import { consentLeafOf, type OpenConsent, ownerOf } from "./consent.ts";
import { isLive, PAGE_SLOTS, type PageAddress, pageRootOf } from "./page.ts";
import { accessHeadOf, accessInputs } from "./publicInputs.ts";
import { bodyOf, bodyWordsOf, encryptRecord, padOf } from "./record.ts";
import {
  type AccessHeader,
  type AccessRecord,
  MAX_SPAN,
  packAccessHeader,
  type Rights,
  TIME_END,
} from "./words.ts";

/** An access to log, and the consent that allows it. */
export type Access = AccessRecord & { readonly consent: OpenConsent };

/** A page as the contract has it. */
export type PageState = {
  /** Of the slots in use. */
  readonly leaves: readonly bigint[];
  /** Bit s: the consent in slot s is given and not revoked. */
  readonly live: bigint;
};

export type AccessBatchRequest = {
  /** An access batch of circuits.json. */
  readonly circuit: string;
  readonly address: PageAddress;
  readonly page: PageState;
  /** Start of the window, where the page's last one ended: minutes since 1970-01-01 UTC. */
  readonly base: number;
  /** Length of the window in minutes, at most 4,095. */
  readonly span: number;
  /** An empty list logs that there were no accesses. */
  readonly accesses: readonly Access[];
};

/** A batch that can be proven and sent. */
export type AccessBatch = {
  readonly header: AccessHeader;
  /** The header as the contract takes it. */
  readonly headerWord: bigint;
  /** Hex: what goes into calldata. */
  readonly body: string;
  readonly digest: bigint;
  readonly witness: Witness;
};

/** Why an access cannot be logged, or only as an emergency. */
export type AccessFault =
  | "purpose"
  | "role"
  | "class"
  | "expired"
  | "not-live"
  | "not-in-page"
  | "outside-window";

/** Why the circuit would reject an access; undefined if it would accept it. */
export function accessFault(
  { consent, ...record }: Access,
  { page, base, span }: Pick<AccessBatchRequest, "page" | "base" | "span">,
): AccessFault | undefined {
  if (record.minute > span) return "outside-window";
  if (page.leaves[record.slot] !== consentLeafOf(consent)) return "not-in-page";
  if (record.glass === 1) return undefined;
  const fault = rightsFault(consent.rights, record, base);
  if (fault !== undefined) return fault;
  return isLive(page.live, record.slot) ? undefined : "not-live";
}

/** Which right an access lacks when it is not an emergency; undefined if it lacks none. @param base of its batch */
export function rightsFault(
  { purposes, roles, classes, until }: Rights,
  record: AccessRecord,
  base: number,
): "purpose" | "role" | "class" | "expired" | undefined {
  const has = (mask: number, bit: number) => ((mask >> bit) & 1) === 1;
  if (!has(purposes, record.purpose)) return "purpose";
  if (!has(roles, record.role)) return "role";
  if (!has(classes, record.class)) return "class";
  return base + record.minute >= until ? "expired" : undefined;
}

/**
 * Makes a batch of accesses with a fresh nonce. Make a new one for every transaction that others might see: two batches with
 * the same nonce reveal the difference of their records.
 * @throws ACCESS_NOT_ALLOWED naming the first access that the circuit would reject; INVALID_ARGUMENT
 */
export function accessBatch(request: AccessBatchRequest): AccessBatch {
  const { accesses, base, span } = request;
  assertInteger("base", base, 0, TIME_END - 1);
  assertInteger("span", span, 0, MAX_SPAN);
  for (const [index, access] of accesses.entries()) {
    const fault = accessFault(access, request);
    if (fault === undefined) continue;
    throw new VitalproofError("ACCESS_NOT_ALLOWED", `Access ${index} is not allowed: ${fault}.`, {
      details: { index, fault, slot: access.slot },
      hint: "Leave it out and tell the compliance officer, or log it with broken glass if it was an emergency.",
    });
  }
  const most = accessesOf(request.circuit);
  const nonce = bytesToBigint(randomBytes(12));
  return uncheckedAccessBatch(request, { most, nonce, salt: randomFieldElement() });
}

/** Like `accessBatch`, but checks nothing: tests use it to show what the circuit rejects. */
export function uncheckedAccessBatch(
  { circuit, address, page, base, span, accesses }: AccessBatchRequest,
  { most, nonce, salt }: { readonly most: number; readonly nonce: bigint; readonly salt: bigint },
): AccessBatch {
  if (accesses.length > most)
    throw invalid("number of accesses", accesses.length, `at most ${most}, as many as ${circuit} takes`);
  const all = Array.from({ length: most }, (_, i) => accesses[i] ?? UNUSED);
  const ciphers = accesses.map(({ consent, ...record }, i) =>
    encryptRecord(record, padOf(consent.audit, nonce, i)),
  );
  const emergencies = accesses.reduce((sum, { glass }) => sum + glass, 0);
  const header = { count: accesses.length, emergencies, base, span, nonce };
  const leaves = Array.from({ length: PAGE_SLOTS }, (_, s) => page.leaves[s] ?? 0n);
  const headerWord = packAccessHeader(header);
  const head = accessHeadOf(headerWord, { root: pageRootOf(leaves), live: page.live });
  const body = bodyWordsOf(ciphers);
  const words = [...head, ...body, ...new Array<bigint>(most / 4 - body.length).fill(0n)];
  const opened = all.map(({ consent }) => consentLeafOf(consent));
  const digest = transcriptDigest({
    tag: TAGS.accessBatch,
    salt,
    words,
    extra: [...opened, ...packDigits(countsOf(accesses), most.toString(2).length, WORD_BITS)],
  });
  const [, x, y] = accessInputs(address, digest, head, bodyOf(body));
  const live = Array.from({ length: PAGE_SLOTS }, (_, s) => (page.live >> BigInt(s)) & 1n);
  const column = <T>(of: (access: Access) => T): T[] => all.map(of);
  const witness = new Witness(circuit, [digest, x, y], {
    ...{ digest, x, y, salt, count: accesses.length, base, span, nonce, live, leaves },
    slot: column(({ slot }) => slot),
    actor: column(({ actor }) => actor),
    role: column(({ role }) => role),
    purpose: column(({ purpose }) => purpose),
    class: column((access) => access.class),
    minute: column(({ minute }) => minute),
    glass: column(({ glass }) => glass),
    masks: column(({ consent: { rights } }) => [rights.purposes, rights.roles, rights.classes]),
    until: column(({ consent }) => consent.rights.until),
    owner: column(({ consent }) => ownerOf(consent)),
    audit: column(({ consent }) => consent.audit),
  });
  return { header, headerWord, body: bodyOf(body), digest, witness };
}

/** How many accesses a circuit takes. @throws INVALID_ARGUMENT for another circuit */
export function accessesOf(circuit: string): number {
  const known = Object.values(LEDGER_CIRCUITS).find(({ name }) => name === circuit);
  if (known !== undefined && "accesses" in known.sizes) return known.sizes.accesses;
  throw invalid("circuit", circuit, "an access batch of circuits.json");
}

const UNUSED: Access = {
  ...{ slot: 0, actor: 0, role: 0, purpose: 0, class: 0, minute: 0, glass: 0 },
  consent: {
    rights: { purposes: 0, roles: 0, classes: 0, until: 0 },
    ...{ signer: 0n, handle: 0n, grantee: 0, audit: 0n },
  },
};

/** How often each row of the lookup is used: live consents first, then all of them. */
function countsOf(accesses: readonly Access[]): number[] {
  const counts = new Array<number>(2 * PAGE_SLOTS).fill(0);
  for (const { slot, glass } of accesses) counts[slot + PAGE_SLOTS * glass]! += 1;
  return counts;
}
