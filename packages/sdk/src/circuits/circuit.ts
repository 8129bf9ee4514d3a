// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "../errors.ts";
import { CIRCUITS, type TERMS_TEMPLATES } from "../generated/protocol.ts";
import type { ProfileName } from "../profiles/profile.ts";

export type CircuitName = keyof typeof CIRCUITS;

/** One circuit instance that proves claims: a template for a profile and a number of epochs. */
export type Circuit = {
  readonly name: CircuitName;
  readonly version: number;
  readonly template: keyof typeof TERMS_TEMPLATES;
  readonly profile: ProfileName;
  /** Epochs in one period. */
  readonly epochs: number;
};

/** @throws UNKNOWN_CIRCUIT, listing the circuits there are */
export function circuitOf(name: string): Circuit {
  const circuit = Object.hasOwn(CIRCUITS, name) ? CIRCUITS[name as CircuitName] : undefined;
  if (circuit === undefined) {
    throw new VitalproofError("UNKNOWN_CIRCUIT", `There is no circuit ${JSON.stringify(name)}.`, {
      details: { name },
      hint: `Use one of ${Object.keys(CIRCUITS).join(", ")}.`,
    });
  }
  return circuit;
}

/** The whole catalogue, in the order of circuits.json. */
export function circuits(): readonly Circuit[] {
  return Object.values(CIRCUITS);
}
