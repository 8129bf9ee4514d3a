// SPDX-License-Identifier: GPL-3.0-or-later
import type { FileInput } from "../format.ts";
import { inputOf, watchedInput } from "../input.ts";
import { accessesOf, LEFT_REASONS, type LeftReason, type LoggedAccess } from "./access.ts";
import { auditMessageEvent } from "./auditMessage.ts";
import { canonicalJson, canonicalXml, digestOf } from "./canonical.ts";
import type { LogEvent } from "./event.ts";
import { fhirEvent } from "./fhirEvent.ts";
import { type AccessLogMapping, parseAccessLogMapping } from "./mapping.ts";
import type { Message } from "./message.ts";
import { type LogFormat, openLog } from "./messages.ts";
import { Rules } from "./rules.ts";

/** Places that are named of each reason. */
const MOST_EXAMPLES = 5;

export type LeftEvents = {
  readonly reason: LeftReason;
  readonly count: number;
  /** The first places: "line 7", "line 1, entry 3". Never content. */
  readonly examples: readonly string[];
};

export type AccessLogReading = {
  readonly format: LogFormat;
  /** In the log's order. */
  readonly accesses: readonly LoggedAccess[];
  /** What did not become an access, by reason. */
  readonly left: readonly LeftEvents[];
  /** Messages in the log, of whatever kind. */
  readonly messages: number;
  /** `accesses` and all counts of `left`: `messages`, and one more for each further access that a message stands for. */
  readonly total: number;
};

export type AccessLogOptions = {
  /** Told what share of the log was read, from 0 to 1, where its size is known. */
  readonly onProgress?: (share: number) => void;
  readonly signal?: AbortSignal;
};

/** What became of a message. Those of one id share what is known of it. */
type Verdict = { where: string; result: LoggedAccess[] | LeftReason };
type Known = { readonly digest: string; readonly first: Verdict; conflict: boolean };

/**
 * Reads a hospital's access log: AuditEvents of FHIR R4 and R5 in JSON, audit messages of DICOM, IHE and RFC 3881 in XML or syslog. What the
 * mapping and the standards' codes do not decide is left, with its reason.
 *
 * @param source a file, or its bytes as they come; read once, in pieces
 * @throws DOCUMENT_INVALID for the mapping, with all of its faults; FILE_NOT_UNDERSTOOD for what is not such a log, with line
 *         and never content; FILE_UNREADABLE; ABORTED
 */
export async function readAccessLog(
  source: FileInput | AsyncIterable<Uint8Array>,
  mapping: AccessLogMapping,
  options: AccessLogOptions = {},
): Promise<AccessLogReading> {
  const rules = new Rules(parseAccessLogMapping(mapping));
  const input = "stream" in source ? source : inputOf(() => source, undefined);
  const { format, messages } = await openLog(watchedInput(input, options).stream());
  const known = new Map<string, Known>();
  const verdicts: Verdict[] = [];
  for await (const batch of batchesOf(messages)) {
    const found = await Promise.all(batch.map(foundIn));
    for (const each of found) verdicts.push(verdictOf(each, rules, known));
  }
  const accesses = verdicts.flatMap(({ result }) => (typeof result === "string" ? [] : result));
  const left = LEFT_REASONS.flatMap((reason): LeftEvents[] => {
    const places = verdicts.filter(({ result }) => result === reason).map(({ where }) => where);
    if (places.length === 0) return [];
    return [{ reason, count: places.length, examples: places.slice(0, MOST_EXAMPLES) }];
  });
  const total = left.reduce((sum, { count }) => sum + count, accesses.length);
  return { format, accesses, left, messages: verdicts.length, total };
}

/** Digests are made on other threads: one by one they would be most of the time. */
const BATCH = 256;

async function* batchesOf(messages: AsyncIterable<Message>): AsyncGenerator<Message[]> {
  let batch: Message[] = [];
  for await (const message of messages) {
    batch.push(message);
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  yield batch;
}

type Found = { readonly where: string } & (
  | { readonly event: LogEvent; readonly digest: string }
  | { readonly left: LeftReason }
);

async function foundIn(message: Message): Promise<Found> {
  const { where } = message;
  if ("left" in message) return { where, left: message.left };
  const [event, content] =
    "auditEvent" in message
      ? [fhirEvent(message.auditEvent), canonicalJson(message.auditEvent)]
      : [auditMessageEvent(message.auditMessage), canonicalXml(message.auditMessage)];
  if (event === undefined || content === undefined) return { where, left: "unreadable" };
  return { where, event, digest: await digestOf(content) };
}

function verdictOf(found: Found, rules: Rules, known: Map<string, Known>): Verdict {
  const { where } = found;
  if ("left" in found) return { where, result: found.left };
  const { event, digest } = found;
  const id = event.id ?? digest;
  const before = known.get(id);
  if (before === undefined) {
    const first: Verdict = { where, result: accessesOf(event, id, rules) };
    known.set(id, { digest, first, conflict: false });
    return first;
  }
  if (before.digest === digest && !before.conflict) return { where, result: "duplicate" };
  // Nothing says which of them happened, so that none of them counts.
  before.conflict = true;
  before.first.result = "conflict";
  return { where, result: "conflict" };
}
