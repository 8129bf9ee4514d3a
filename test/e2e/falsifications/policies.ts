// SPDX-License-Identifier: GPL-3.0-or-later
import { DAY } from "@vitalproof/sdk";
import { keccak256, ZeroAddress, ZeroHash } from "ethers";
import { FIRST_EPOCH } from "../fixture.ts";
import { type Falsification, type Setting, tools, word } from "./setting.ts";

/** Lies about policies, and who may issue them. */
export function aboutPolicies(setting: Setting): readonly Falsification[] {
  const { ofPolicy, ofProgram, offerWith, circuitId } = tools(setting);
  return [
    {
      what: "another claim window than the attester knew of",
      lies: () => ({
        log: setting.lies.change("ProgramCreated", offerWith({ claimWindow: 29n * BigInt(DAY) }), ofProgram),
      }),
      found: ["POLICY_ATTESTATION_MISMATCH", "VIEW_PROGRAM_DISAGREES", "VIEW_WINDOW_DISAGREES"],
    },
    {
      what: "a program of another circuit",
      lies: () => ({
        log: setting.lies.change("ProgramCreated", offerWith({ circuit: keccak256("0x05") }), ofProgram),
      }),
      found: ["PROGRAM_CIRCUIT_NOT_IN_FORCE", "POLICY_ATTESTATION_MISMATCH", "VIEW_PROGRAM_DISAGREES"],
    },
    {
      what: "a program of another assurance class",
      lies: () => ({
        log: setting.lies.change("ProgramCreated", offerWith({ assurance: 0n }), ofProgram),
      }),
      found: ["PROGRAM_ASSURANCE_MISMATCH"],
    },
    {
      what: "one attestation for all policies",
      lies: () => ({ log: setting.lies.change("PolicyIssued", { attestation: ZeroHash }) }),
      found: ["POLICY_ATTESTATION_REUSED", "POLICY_ATTESTATION_MISMATCH"],
    },
    {
      what: "an insurer who governs",
      lies: () => ({
        log: setting.lies.change("GovernorChanged", {
          governor: setting.history.world.roles.insurer.address,
        }),
      }),
      found: ["INSURER_GOVERNS", "VIEW_ROLE_DISAGREES"],
    },
    {
      what: "an insurer who pauses",
      lies: () => ({
        log: setting.lies.change("PauserChanged", { pauser: setting.history.world.roles.insurer.address }),
      }),
      found: ["INSURER_GOVERNS", "VIEW_ROLE_DISAGREES"],
    },
    {
      what: "a suspension before the program, invented",
      lies: () => ({
        log: setting.lies.invent(
          "ProgramCreated",
          "CircuitSuspended",
          [circuitId(), 9_999_999_999n, "no"],
          ofProgram,
        ),
      }),
      found: ["CIRCUIT_STOP_WRONG", "PROGRAM_CIRCUIT_SUSPENDED", "POLICY_CIRCUIT_SUSPENDED"],
    },
    {
      what: "a pause before the program, invented",
      lies: () => ({
        log: setting.lies.invent("ProgramCreated", "Paused", [9_999_999_999n, "no"], ofProgram),
      }),
      found: ["PAUSE_WRONG", "PROGRAM_WHILE_PAUSED", "POLICY_WHILE_PAUSED"],
    },
    {
      what: "another holder",
      lies: () => ({ log: setting.lies.change("PolicyIssued", { holder: 12_345n }, ofPolicy) }),
      found: [
        "CLAIM_PROOF_INVALID",
        "POLICY_ATTESTATION_MISMATCH",
        "CLAIM_INPUTS_DISAGREE",
        "VIEW_POLICY_DISAGREES",
      ],
    },
    {
      what: "another controller",
      lies: () => ({
        log: setting.lies.change("PolicyIssued", { controller: setting.addresses.token }, ofPolicy),
      }),
      found: ["CLAIM_CONSENT_OF_ANOTHER_MATTER", "POLICY_ATTESTATION_MISMATCH", "VIEW_POLICY_DISAGREES"],
    },
    {
      what: "more periods than attested",
      lies: () => ({ log: setting.lies.change("PolicyIssued", { periods: 7n }, ofPolicy) }),
      found: ["POLICY_ATTESTATION_MISMATCH", "VIEW_POLICY_DISAGREES"],
    },
    {
      what: "an earlier first epoch",
      lies: () => ({
        log: setting.lies.change("PolicyIssued", { firstEpoch: BigInt(FIRST_EPOCH - 2) }, ofPolicy),
      }),
      found: ["POLICY_ALREADY_BEGUN", "POLICY_ATTESTATION_MISMATCH", "CLAIM_PROOF_INVALID"],
    },
    {
      what: "a policy dropped",
      lies: () => ({ log: setting.lies.drop("PolicyIssued", ofPolicy) }),
      found: ["SEQUENCE_BROKEN", "EVENT_WITHOUT_ORIGIN", "VIEW_COUNT_DISAGREES", "VIEW_ESCROW_DISAGREES"],
    },
    {
      what: "a policy that overlaps, invented",
      lies: () => ({
        log: setting.lies.invent("PolicyEnded", "PolicyIssued", [
          6n,
          1n,
          setting.addresses.token,
          setting.history.patient.identity.holder(setting.history.insurer.scope),
          ZeroAddress,
          FIRST_EPOCH + 41,
          1,
          ZeroHash,
        ]),
      }),
      found: ["POLICY_COVERAGE_OVERLAPS", "POLICY_ATTESTATION_MISSING", "VIEW_COUNT_DISAGREES"],
    },
    {
      what: "the attester's signature in the calldata",
      lies: () => ({
        transaction: (transaction) => {
          const selector = setting.interfaces.claims.getFunction("issuePolicy")!.selector;
          if (!transaction.input.startsWith(selector)) return transaction;
          const at = transaction.input.length - 64 * 3;
          return {
            ...transaction,
            input: `${transaction.input.slice(0, at)}${word(1)}${transaction.input.slice(at + 64)}`,
          };
        },
      }),
      found: ["POLICY_SIGNATURE_INVALID"],
    },
    {
      what: "another attester of the group",
      lies: () => ({
        log: setting.lies.change("GroupCreated", { attester: setting.history.world.roles.stranger.address }),
      }),
      found: ["POLICY_SIGNATURE_INVALID", "ATTESTER_NOMINATION_WRONG", "ATTESTER_CHANGED_WRONGLY"],
    },
    {
      what: "the count of periods that an ending freed",
      lies: () => ({ log: setting.lies.change("PolicyEnded", { freedPeriods: 2n }) }),
      found: ["POLICY_END_WRONG", "VIEW_ESCROW_DISAGREES"],
    },
    {
      what: "a changed payee dropped",
      lies: () => ({ log: setting.lies.drop("PayeeChanged") }),
      found: ["PAYMENT_TO_ANOTHER", "VIEW_POLICY_DISAGREES"],
    },
  ];
}
