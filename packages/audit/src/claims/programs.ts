// SPDX-License-Identifier: GPL-3.0-or-later
import { ASSURANCE_CLASSES } from "@vitalproof/sdk";
import type { ChainEvent } from "../events.ts";
import { termsField } from "./rules.ts";
import type { ClaimsState } from "./state.ts";
import type { ProgramState } from "./types.ts";

export function programCreated(state: ClaimsState, event: ChainEvent): void {
  const { circuits, anchors, scopes, findings } = state.context;
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
  if (circuits.inForceAt(circuit, event.time)?.id !== circuit) {
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
  state.programs.set(id, program);
  state.history.set(id, []);
}

export function funded(state: ClaimsState, event: ChainEvent): void {
  const program = state.program(event);
  if (program === undefined) return;
  const amount = event.big("amount");
  const moved = { from: event.hex("from"), to: state.context.claims, value: amount };
  if (state.isAudited(program) && !state.context.transfers.explain(event, { ...moved, as: "funding" })) {
    state.context.findings.add(
      "FUNDING_WITHOUT_TRANSFER",
      `Program ${program.id} was credited with ${amount} from ${moved.from}; the token moved no such amount in that transaction.`,
      { ...event.place, program: state.shown(program) },
    );
  }
  program.ledger.funded += amount;
  program.ledger.free += amount;
  state.note(event, program);
}

export function withdrawn(state: ClaimsState, event: ChainEvent): void {
  const program = state.program(event);
  if (program === undefined) return;
  const amount = event.big("amount");
  const place = { ...event.place, program: state.shown(program) };
  if (amount > program.ledger.free) {
    state.context.findings.add(
      "WITHDRAWAL_EXCEEDS_FREE",
      `${amount} were withdrawn from program ${program.id}, in which ${program.ledger.free} were free.`,
      place,
    );
  }
  const moved = { from: state.context.claims, to: event.hex("to"), value: amount };
  const silent = amount === 0n;
  if (
    state.isAudited(program) &&
    !state.context.transfers.explain(event, { ...moved, as: "withdrawal" }) &&
    !silent
  ) {
    state.context.findings.add(
      "WITHDRAWAL_WITHOUT_TRANSFER",
      `Program ${program.id} says it sent ${amount} to ${moved.to}; the token moved no such amount in that transaction.`,
      place,
    );
  }
  program.ledger.withdrawn += amount;
  program.ledger.free -= amount;
  state.note(event, program);
}
