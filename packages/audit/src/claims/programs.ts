// SPDX-License-Identifier: GPL-3.0-or-later
import { ASSURANCE_CLASSES } from "@vitalproof/sdk";
import type { ChainEvent } from "../events.ts";
import { offerHashOf, termsField } from "./rules.ts";
import type { ClaimsState } from "./state.ts";
import type { ProgramState } from "./types.ts";

export function programCreated(state: ClaimsState, event: ChainEvent): void {
  const { circuits, anchors, scopes, custody, pauses, claims, findings } = state.context;
  const id = event.big("programId");
  findings.inSequence("Program", id, state.programs.size, event.place);
  const offer = event.struct("offer");
  const circuit = String(offer.getValue("circuit")).toLowerCase();
  const terms = offer.getValue("terms") as bigint;
  const record = circuits.circuits.get(circuit);
  const group = event.big("groupId");
  const program: ProgramState = {
    id,
    insurer: event.hex("insurer"),
    scope: event.big("scopeId"),
    group,
    circuit,
    assurance: ASSURANCE_CLASSES[Number(offer.getValue("assurance"))] ?? "self-attested",
    terms,
    offerHash: offerHashOf(offer),
    escrow: event.big("escrowId"),
    token: String(offer.getValue("token")).toLowerCase(),
    benefit: offer.getValue("benefit") as bigint,
    arbiter: String(offer.getValue("arbiter")).toLowerCase(),
    claimWindow: Number(offer.getValue("claimWindow")),
    reviewTime: Number(offer.getValue("reviewTime")),
    arbiterTime: Number(offer.getValue("arbiterTime")),
    createdAt: event.time,
    transaction: event.log.transactionHash,
    offset: termsField(terms, "offset"),
    epochs: termsField(terms, "epochs"),
    epochSeconds: record?.claim?.epochSeconds ?? 0,
    ledger: { funded: 0n, withdrawn: 0n, paid: 0n, free: 0n, reserved: 0n, owed: 0n },
  };
  const place = { ...event.place, program: id };
  const escrow = custody.escrows.get(program.escrow);
  const fits =
    escrow !== undefined &&
    escrow.module === claims &&
    escrow.owner === program.insurer &&
    escrow.token === program.token &&
    state.programOf(program.escrow) === undefined;
  if (!fits) {
    findings.add(
      "PROGRAM_ESCROW_MISMATCH",
      `Program ${id} of ${program.insurer} in token ${program.token} has escrow ${program.escrow}, which ${escrow === undefined ? "was not opened" : `is of ${escrow.owner} in token ${escrow.token}, opened by ${escrow.module}`}, or is another program's.`,
      place,
    );
  }
  const pausedUntil = pauses.pausedUntil(event.time);
  if (pausedUntil !== 0) {
    findings.add(
      "PROGRAM_WHILE_PAUSED",
      `Program ${id} was created at ${event.time}, in a pause until ${pausedUntil}.`,
      place,
    );
  }
  state.requireIndependent(event, program, `Program ${id} was created`);
  const suspendedUntil = record?.suspensions.runningUntil(event.time) ?? 0;
  if (suspendedUntil !== 0) {
    findings.add(
      "PROGRAM_CIRCUIT_SUSPENDED",
      `Program ${id} was created at ${event.time} with circuit ${circuit}, which was suspended until ${suspendedUntil}.`,
      place,
    );
  }
  if (circuits.turns.inForceAt(circuit, event.time)?.id !== circuit) {
    findings.add(
      "PROGRAM_CIRCUIT_NOT_IN_FORCE",
      `Program ${id} was created with circuit ${circuit}, which was not in force at ${event.time}.`,
      place,
    );
  }
  if (record !== undefined && record.claim === undefined) {
    findings.add(
      "PROGRAM_CIRCUIT_NOT_FOR_CLAIMS",
      `Program ${id} was created with circuit ${record.name}, which the registry does not describe as a claim circuit: family ${record.family}, facts ${record.facts}, ${record.inputs} public inputs, period ${record.period} s.`,
      place,
    );
  }
  const expected = {
    template: record?.claim?.template,
    profile: record?.claim?.profile,
    epochs: record?.claim?.epochs,
    epoch: 0,
  };
  for (const [field, value] of Object.entries(expected)) {
    const actual = termsField(terms, field as keyof typeof expected);
    if (value === undefined || actual === value) continue;
    findings.add(
      "PROGRAM_TERMS_MISMATCH",
      `The terms of program ${id} have the ${field} ${actual}; its circuit has ${value}.`,
      place,
    );
  }
  const scope = scopes.scopes.get(program.scope);
  const assurance = anchors.groups.get(group)?.assurance;
  if (scope === undefined || scope.group !== group || assurance !== program.assurance) {
    findings.add(
      "PROGRAM_ASSURANCE_MISMATCH",
      `Program ${id} offers group ${group} as ${program.assurance}; its scope has group ${scope?.group ?? "none"}, of class ${assurance ?? "unknown"}.`,
      place,
    );
  }
  state.create(program);
}
