// SPDX-License-Identifier: GPL-3.0-or-later
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import {
  type PresentationRequest,
  type Profile,
  profileOf,
  unpackTerms,
  VitalproofError,
  validateRequest,
} from "@vitalproof/sdk";
import { systemCode } from "@vitalproof/sdk/node";
import { documentText, HOLDER_ATTESTATION, PRESENTATION_REQUEST, parseDocument } from "@vitalproof/sdk/wire";
import { type GatewayLog, logName } from "../core/logs.ts";
import type { AlertDestination, AlertSettings } from "./settings.ts";

/** What an alert needs to know of a log. The person may be admitted later. */
export type AlertLog = Pick<GatewayLog, "person" | "profile" | "offset" | "attester">;

/** A verifier's request that one log answers. */
export type KnownRequest = {
  /** SHA-256 of the request in hex, whatever its file looks like. */
  readonly hash: string;
  readonly request: PresentationRequest & { readonly maxAge: number };
  readonly log: AlertLog & { readonly name: string; readonly facts: Profile };
  /** How many epochs each answer is about. */
  readonly epochs: number;
  readonly to: AlertDestination;
  /** Path. */
  readonly attestation: string | undefined;
};

/** The logs with what alerts need of them: an earlier sealing, and their turn before others. */
export function withAlerts(logs: readonly GatewayLog[], settings: AlertSettings): GatewayLog[] {
  return logs.map((log) => {
    const own = settings.filter(({ person, profile }) => person === log.person && profile === log.profile);
    if (own.length === 0) return log;
    const graces = own.flatMap(({ grace }) => (grace === undefined ? [] : [grace]));
    return { ...log, urgent: true, ...(graces.length === 0 ? {} : { grace: Math.min(...graces) }) };
  });
}

/**
 * Reads the requests that are configured.
 * @throws INVALID_ARGUMENT for a request that its log cannot answer, or that is configured twice for one log; FILE_UNREADABLE,
 *         DOCUMENT_INVALID, TERMS_NOT_UNDERSTOOD, REQUEST_INVALID
 */
export async function readRequests(
  settings: AlertSettings,
  logs: readonly AlertLog[],
): Promise<KnownRequest[]> {
  const found = await Promise.all(settings.map((each) => readOne(each, logs)));
  const seen = new Set<string>();
  for (const { hash, log } of found) {
    const key = `${hash} ${log.name}`;
    if (seen.has(key)) throw invalid(`One request is configured twice for ${log.name}.`, { log: log.name });
    seen.add(key);
  }
  return found;
}

async function readOne(
  { person, profile, request: file, attestation, to }: AlertSettings[number],
  logs: readonly AlertLog[],
): Promise<KnownRequest> {
  const name = logName(person, profile);
  const log = logs.find((each) => each.person === person && each.profile === profile);
  if (log === undefined) {
    throw invalid(`An alert is configured for the log ${name}, which is not.`, { log: name });
  }
  const body = parseDocument(PRESENTATION_REQUEST, await textOf(file), file);
  const { maxAge, ...rest } = body;
  if (maxAge === undefined) {
    throw invalid(
      `${file} has no maximum age.`,
      { log: name, file },
      "Ask the verifier for one: an alert that is of any age is never given up.",
    );
  }
  const statements = body.statements.map(({ circuit, terms }) => ({ circuit, terms: unpackTerms(terms) }));
  const request = { ...rest, maxAge, statements };
  validateRequest(request);
  for (const { circuit, terms } of statements) {
    if (terms.profile === profile && terms.offset === log.offset) continue;
    throw invalid(
      `${file} asks for ${circuit} over ${terms.profile} with offset ${terms.offset}; the log ${name} has offset ${log.offset}.`,
      { log: name, circuit, profile: terms.profile, offset: terms.offset },
    );
  }
  return {
    hash: createHash("sha256").update(documentText(PRESENTATION_REQUEST, body)).digest("hex"),
    request,
    log: { ...log, name, facts: profileOf(profile) },
    epochs: statements[0]!.terms.epochs,
    to,
    attestation,
  };
}

/** The attester's attestation in a file. @throws FILE_UNREADABLE, DOCUMENT_INVALID */
export async function readAttestation(file: string) {
  const { attestation, signature } = parseDocument(HOLDER_ATTESTATION, await textOf(file), file);
  return { attestation, attestationSignature: signature };
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    throw new VitalproofError("FILE_UNREADABLE", `${file} cannot be read (${systemCode(cause)}).`, {
      details: { file },
      hint: "Check the path in the alert's configuration.",
      cause,
    });
  }
}

function invalid(
  message: string,
  details: Record<string, string | number>,
  hint = "Mend the alerts in the gateway's configuration.",
): VitalproofError {
  return new VitalproofError("INVALID_ARGUMENT", message, { details, hint });
}
