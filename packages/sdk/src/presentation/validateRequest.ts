// SPDX-License-Identifier: GPL-3.0-or-later

import { circuitOf } from "../circuits/circuit.ts";
import { type Detail, VitalproofError } from "../errors.ts";
import { assertInteger } from "../invalid.ts";
import { type Profile, profileOf } from "../profiles/profile.ts";
import type { Terms } from "../templates/templates.ts";
import { packTerms } from "../terms/pack.ts";
import { epochStart, OFFSET_STEP } from "../time/epochs.ts";
import type { PresentationRequest } from "./presentation.ts";

/** More than any trial asks for; bounds what a file can make a patient's machine do. */
const MAX_STATEMENTS = 16;

/**
 * Checks that a request can be answered at all: statements with terms of their own and first epoch 0, whose periods
 * can cover the same seconds. They can when they are equally long and, of every two, the epochs' beginnings meet:
 * offsets equal modulo the greatest common divisor of the two epoch lengths.
 *
 * @throws REQUEST_INVALID naming what does not fit; what `packTerms` throws
 */
export function validateRequest({
  statements,
  verifier,
  scopeNumber,
  group,
  maxAge,
}: PresentationRequest): void {
  if (statements.length === 0 || statements.length > MAX_STATEMENTS) {
    throw invalid(`It asks for ${statements.length} statements; 1 to ${MAX_STATEMENTS} are possible.`, {
      statements: statements.length,
    });
  }
  if (/^0x0{40}$/.test(verifier.account)) throw invalid("The verifier's account is the zero address.", {});
  for (const [name, value] of Object.entries({ chainId: verifier.chainId, scopeNumber, group })) {
    if (value < 0n || value >> 256n !== 0n)
      throw invalid(`${name} does not fit 256 bits.`, { [name]: value });
  }
  if (maxAge !== undefined) assertInteger("maxAge", maxAge, 0, Number.MAX_SAFE_INTEGER);
  const windows = statements.map(windowOf);
  windows.forEach((one, i) => {
    for (const other of windows.slice(0, i)) assertAlign(other, one);
  });
}

/**
 * The first epoch of every circuit for the period that begins at a Unix second; undefined when an epoch of one of them
 * does not begin there.
 */
export function firstEpochsAt(request: PresentationRequest, start: number): number[] | undefined {
  const epochs = request.statements.map(({ terms }) => {
    const profile = profileOf(terms.profile);
    const epoch = Math.round((start - OFFSET_STEP * terms.offset) / profile.epochSeconds);
    return epoch >= 0 && epochStart(profile, terms.offset, epoch) === start ? epoch : undefined;
  });
  return epochs.every((epoch) => epoch !== undefined) ? epochs : undefined;
}

/** In whole milliseconds, which intervals are multiples of. */
type Window = { name: string; terms: Terms; step: bigint; length: bigint; shift: bigint };

function windowOf({ circuit, terms }: PresentationRequest["statements"][number]): Window {
  const { name, profile, epochs, template } = circuitOf(circuit);
  if (terms.profile !== profile || terms.epochs !== epochs || terms.template !== template) {
    throw invalid(
      `The terms (${terms.template}, ${terms.profile}, ${terms.epochs} epochs) are not those of ${name} (${template}, ${profile}, ${epochs} epochs).`,
      { circuit: name },
    );
  }
  if (terms.epoch !== 0) {
    throw invalid(`The terms of ${name} name epoch ${terms.epoch}; a request's first epoch is 0.`, {
      circuit: name,
      epoch: terms.epoch,
    });
  }
  packTerms(terms);
  const step = milliseconds(profileOf(profile));
  return {
    name,
    terms,
    step,
    length: step * BigInt(epochs),
    shift: BigInt(terms.offset) * BigInt(OFFSET_STEP) * 1000n,
  };
}

function assertAlign(one: Window, other: Window): void {
  if (one.length !== other.length) {
    throw invalid(
      `${one.name} covers ${seconds(one.length)} s and ${other.name} ${seconds(other.length)} s: they cannot cover the same time.`,
      {
        statements: [one.name, other.name],
        seconds: [seconds(one.length), seconds(other.length)],
      },
    );
  }
  const common = gcd(one.step, other.step);
  if ((one.shift - other.shift) % common === 0n) return;
  throw invalid(
    `${one.name} begins ${seconds(one.shift)} s and ${other.name} ${seconds(other.shift)} s after 00:00 UTC: their epochs never begin at one time.`,
    {
      statements: [one.name, other.name],
      offsets: [one.terms.offset, other.terms.offset],
    },
  );
}

function milliseconds({ epochSeconds }: Profile): bigint {
  return BigInt(Math.round(epochSeconds * 1000));
}

function seconds(length: bigint): number {
  return Number(length) / 1000;
}

function gcd(a: bigint, b: bigint): bigint {
  return b === 0n ? a : gcd(b, a % b);
}

function invalid(message: string, details: Record<string, Detail>): VitalproofError {
  return new VitalproofError("REQUEST_INVALID", message, {
    details,
    hint: "Ask for statements over windows of one length that begin together; make several requests of what does not.",
  });
}
