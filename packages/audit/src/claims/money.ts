// SPDX-License-Identifier: GPL-3.0-or-later
import type { ChainEvent } from "../events.ts";
import type { ClaimsState } from "./state.ts";

export function escrowOpened(state: ClaimsState, event: ChainEvent): void {
  state.context.custody.opened(event);
}

export function escrowFunded(state: ClaimsState, event: ChainEvent): void {
  const { custody, custodyAddress, token, transfers, findings } = state.context;
  const escrow = custody.of(event);
  if (escrow === undefined) return;
  const amount = event.big("amount");
  const moved = { from: event.hex("from"), to: custodyAddress, value: amount };
  if (escrow.token === token && !transfers.explain(event, { ...moved, as: "funding" })) {
    findings.add(
      "FUNDING_WITHOUT_TRANSFER",
      `Escrow ${escrow.id} was credited with ${amount} from ${moved.from}; the token moved no such amount in that transaction.`,
      event.place,
    );
  }
  escrow.funded += amount;
  const program = state.programOf(escrow.id);
  if (program === undefined) return;
  program.ledger.funded += amount;
  program.ledger.free += amount;
  state.note(event, program);
}

export function escrowWithdrawn(state: ClaimsState, event: ChainEvent): void {
  const { custody, custodyAddress, token, transfers, findings } = state.context;
  const escrow = custody.of(event);
  if (escrow === undefined) return;
  const amount = event.big("amount");
  const program = state.programOf(escrow.id);
  const place = { ...event.place, program: program === undefined ? undefined : state.shown(program) };
  if (program !== undefined && amount > program.ledger.free) {
    findings.add(
      "WITHDRAWAL_EXCEEDS_FREE",
      `${amount} were withdrawn from program ${program.id}, in which ${program.ledger.free} were free.`,
      place,
    );
  }
  const moved = { from: custodyAddress, to: event.hex("to"), value: amount };
  const silent = amount === 0n;
  if (escrow.token === token && !transfers.explain(event, { ...moved, as: "withdrawal" }) && !silent) {
    findings.add(
      "WITHDRAWAL_WITHOUT_TRANSFER",
      `Escrow ${escrow.id} says it sent ${amount} to ${moved.to}; the token moved no such amount in that transaction.`,
      place,
    );
  }
  escrow.withdrawn += amount;
  if (program === undefined) return;
  program.ledger.withdrawn += amount;
  program.ledger.free -= amount;
  state.note(event, program);
}
