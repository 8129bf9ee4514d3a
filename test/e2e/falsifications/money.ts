// SPDX-License-Identifier: GPL-3.0-or-later
import { BENEFIT } from "../fixture.ts";
import { type Falsification, type Setting, tools } from "./setting.ts";

/** Lies about money: fundings, payments, withdrawals, escrows. */
export function aboutMoney(setting: Setting): readonly Falsification[] {
  const { ofPolicy, ofProgram, ofEscrow, offerWith } = tools(setting);
  return [
    {
      what: "a funding's amount in its event",
      lies: () => ({ log: setting.lies.change("EscrowFunded", { amount: BENEFIT * 30n }, ofEscrow) }),
      found: [
        "FUNDING_WITHOUT_TRANSFER",
        "VIEW_ESCROW_DISAGREES",
        "VIEW_ACCOUNTED_DISAGREES",
        "BALANCE_TOO_LOW",
      ],
    },
    {
      what: "a funding that nobody paid, invented",
      lies: () => ({
        log: setting.lies.invent(
          "EscrowFunded",
          "EscrowFunded",
          [1n, setting.addresses.token, BENEFIT],
          ofEscrow,
        ),
      }),
      found: ["FUNDING_WITHOUT_TRANSFER", "VIEW_ESCROW_DISAGREES"],
    },
    {
      what: "a funding dropped",
      lies: () => ({ log: setting.lies.drop("EscrowFunded", ofEscrow) }),
      found: ["DONATION", "POLICY_RESERVE_EXCEEDS_FREE", "LEDGER_NEGATIVE", "VIEW_ESCROW_DISAGREES"],
    },
    {
      what: "the token's transfer behind a funding is missing",
      lies: () => ({
        log: setting.lies.drop(
          "Transfer",
          ({ to, value }) => to === setting.addresses.custody && value === BENEFIT * 20n,
        ),
      }),
      found: ["FUNDING_WITHOUT_TRANSFER"],
    },
    {
      what: "the token's transfer behind a payment is missing",
      lies: () => ({
        log: setting.lies.drop(
          "Transfer",
          ({ from, to }) => from === setting.addresses.custody && to === setting.history.payee,
        ),
      }),
      found: ["PAYMENT_WITHOUT_TRANSFER"],
    },
    {
      what: "the token's transfer behind a payment is smaller",
      lies: () => ({
        log: setting.lies.change(
          "Transfer",
          ({ value }) => ({ value: (value as bigint) - 1n }),
          ({ to }) => to === setting.history.payee,
        ),
      }),
      found: ["PAYMENT_WITHOUT_TRANSFER", "TRANSFER_UNEXPLAINED"],
    },
    {
      what: "a payment's amount in its event",
      lies: () => ({ log: setting.lies.change("PolicyPaid", { amount: BENEFIT * 2n }, ofPolicy) }),
      found: ["PAYMENT_AMOUNT_WRONG", "PAYMENT_WITHOUT_TRANSFER", "TRANSFER_UNEXPLAINED"],
    },
    {
      what: "a payment's payee in its event",
      lies: () => ({
        log: setting.lies.change(
          "PolicyPaid",
          { payee: setting.history.world.roles.stranger.address },
          ofPolicy,
        ),
      }),
      found: ["PAYMENT_TO_ANOTHER", "PAYMENT_WITHOUT_TRANSFER"],
    },
    {
      what: "a payment dropped",
      lies: () => ({ log: setting.lies.drop("PolicyPaid", ofPolicy) }),
      found: ["TRANSFER_UNEXPLAINED", "VIEW_POLICY_DISAGREES", "VIEW_ESCROW_DISAGREES"],
    },
    {
      what: "a payment told twice",
      lies: () => ({
        log: setting.lies.invent(
          "PolicyPaid",
          "PolicyPaid",
          [1n, setting.history.payee, 4n, BENEFIT * 4n],
          ({ periods }) => periods === 4n,
          "after",
        ),
      }),
      found: ["PAYMENT_NOT_OWED", "PAYMENT_WITHOUT_TRANSFER", "LEDGER_NEGATIVE"],
    },
    {
      what: "a withdrawal larger than what was free",
      lies: () => ({ log: setting.lies.change("EscrowWithdrawn", { amount: BENEFIT * 100n }, ofEscrow) }),
      found: ["WITHDRAWAL_EXCEEDS_FREE", "WITHDRAWAL_WITHOUT_TRANSFER", "LEDGER_NEGATIVE"],
    },
    {
      what: "a withdrawal dropped",
      lies: () => ({ log: setting.lies.drop("EscrowWithdrawn", ofEscrow) }),
      found: ["TRANSFER_UNEXPLAINED", "VIEW_ESCROW_DISAGREES"],
    },
    {
      what: "the program's benefit",
      lies: () => ({
        log: setting.lies.change("ProgramCreated", offerWith({ benefit: BENEFIT * 2n }), ofProgram),
      }),
      found: ["PAYMENT_AMOUNT_WRONG", "VIEW_PROGRAM_DISAGREES"],
    },
    {
      what: "another owner of the program's escrow",
      lies: () => ({
        log: setting.lies.change("EscrowOpened", { owner: setting.addresses.token }, ofEscrow),
      }),
      found: ["PROGRAM_ESCROW_MISMATCH"],
    },
    {
      what: "an escrow of the claims contract, invented",
      lies: () => ({
        log: setting.lies.invent("PeriodsReleased", "EscrowOpened", [
          setting.history.foreign + 1n,
          setting.addresses.claims,
          setting.history.world.roles.insurer.address,
          setting.addresses.token,
        ]),
      }),
      found: ["ESCROW_WITHOUT_PROGRAM", "VIEW_COUNT_DISAGREES"],
    },
    {
      what: "an escrow dropped",
      lies: () => ({ log: setting.lies.drop("EscrowOpened", ofEscrow) }),
      found: ["SEQUENCE_BROKEN", "EVENT_WITHOUT_ORIGIN", "PROGRAM_ESCROW_MISMATCH"],
    },
    {
      what: "a transfer to the receiver of another product's payment, larger",
      lies: () => ({
        log: setting.lies.change(
          "Transfer",
          { value: 251n },
          ({ to }) => to === setting.history.world.roles.relayer.address,
        ),
      }),
      found: ["TRANSFER_UNEXPLAINED"],
    },
    {
      what: "the transfer of another product's payment dropped",
      lies: () => ({
        log: setting.lies.drop("Transfer", ({ to }) => to === setting.history.world.roles.relayer.address),
      }),
      found: ["PAYMENT_WITHOUT_TRANSFER"],
    },
    {
      what: "another product's funding",
      lies: () => ({
        log: setting.lies.change(
          "EscrowFunded",
          { amount: 10n },
          ({ escrowId }) => escrowId === setting.history.foreign,
        ),
      }),
      found: ["FUNDING_WITHOUT_TRANSFER", "VIEW_ESCROW_DISAGREES"],
    },
  ];
}
