// SPDX-License-Identifier: GPL-3.0-or-later
import { DAY } from "@vitalproof/sdk";
import { ZeroHash } from "ethers";
import { BENEFIT } from "../fixture.ts";
import { type Falsification, type Setting, tools, VERIFY_PROOF, word } from "./setting.ts";

/** Lies about what the contracts say now, and the form of the data. */
export function aboutState(setting: Setting): readonly Falsification[] {
  const { ofEscrow, onDay, answering } = tools(setting);
  return [
    {
      what: "the program's free money in the state",
      lies: () => ({ call: answering("custody", "escrow", 3, 1n) }),
      found: ["VIEW_ESCROW_DISAGREES"],
    },
    {
      what: "the program's offer in the state",
      lies: () => ({ call: answering("claims", "program", 1, 1n) }),
      found: ["VIEW_PROGRAM_DISAGREES"],
    },
    {
      what: "a window in the state",
      lies: () => ({ call: answering("claims", "windowOf", 1, 1n) }),
      found: ["VIEW_WINDOW_DISAGREES"],
    },
    {
      what: "the registry that pauses go by, in the state",
      lies: () => ({ call: answering("pauses", "circuits", 0, 1n) }),
      found: ["VIEW_CONTRACT_DISAGREES"],
    },
    {
      what: "the contract that checks terms, in the state",
      lies: () => ({ call: answering("claims", "claimTerms", 0, 1n) }),
      found: ["TERMS_CONTRACT_WRONG"],
    },
    {
      what: "the guardian in the state",
      lies: () => ({ call: answering("circuits", "guardian", 0, 1n) }),
      found: ["VIEW_ROLE_DISAGREES"],
    },
    {
      what: "a cool-down that a registry cannot have, in the state",
      lies: () => ({ call: answering("circuits", "suspensionCooldown", 0, BigInt(40 * DAY)) }),
      found: ["REGISTRY_TIMES_INVALID"],
    },
    {
      what: "a policy's counters in the state",
      lies: () => ({ call: answering("claims", "policy", 5, 5n) }),
      found: ["VIEW_POLICY_DISAGREES"],
    },
    {
      what: "a period's state in the state",
      lies: () => ({ call: answering("claims", "periodOf", 0, 4n) }),
      found: ["VIEW_PERIOD_DISAGREES"],
    },
    {
      what: "the token's sum in the state",
      lies: () => ({ call: answering("custody", "accountedIn", 0, 1n) }),
      found: ["VIEW_ACCOUNTED_DISAGREES"],
    },
    {
      what: "the contract's balance",
      lies: () => ({ call: answering("token", "balanceOf", 0, 1n) }),
      found: ["BALANCE_TOO_LOW"],
    },
    {
      what: "a balance with more than anybody brought",
      lies: () => ({ call: answering("token", "balanceOf", 0, BENEFIT * 100n) }),
      found: ["BALANCE_UNEXPLAINED"],
    },
    {
      what: "an anchor in the state",
      lies: () => ({ call: answering("anchors", "anchorOf", 0, 6n) }),
      found: ["VIEW_ANCHOR_DISAGREES"],
    },
    {
      what: "a revocation in the state",
      lies: () => ({ call: answering("consents", "consentOf", 4, 6n) }),
      found: ["VIEW_CONSENT_DISAGREES"],
    },
    {
      what: "a running pause in the state",
      lies: () => ({ call: answering("pauses", "pausedUntil", 0, 6n) }),
      found: ["VIEW_PAUSE_DISAGREES"],
    },
    {
      what: "the public inputs in the state",
      lies: () => ({ call: answering("claims", "claimInputs", 2, 6n) }),
      found: ["CLAIM_INPUTS_DISAGREE"],
    },
    {
      what: "the verifier's answers",
      lies: () => ({
        call: (_, data, answer) => (data.startsWith(VERIFY_PROOF) ? `0x${word(0)}` : answer),
      }),
      found: ["CLAIM_VERIFIER_DISAGREES"],
    },
    {
      what: "a log that is no event of the contract",
      lies: () => ({
        log: (log) =>
          setting.lies.nameOf(log) === "PolicyPaid"
            ? [log, { ...log, topics: [ZeroHash], logIndex: log.logIndex + 0.5 }]
            : [log],
      }),
      found: ["DATA_EVENT_UNREADABLE"],
    },
    {
      what: "a log cut short",
      lies: () => ({
        log: (log) =>
          setting.lies.nameOf(log) === "ClaimSettled" ? [{ ...log, data: log.data.slice(0, 66) }] : [log],
      }),
      found: ["DATA_EVENT_UNREADABLE", "VIEW_POLICY_DISAGREES"],
    },
    {
      what: "two logs in one place",
      lies: () => ({ log: (log) => (setting.lies.nameOf(log) === "EscrowFunded" ? [log, log] : [log]) }),
      found: ["DATA_EVENT_TWICE"],
    },
    {
      what: "a log of another block",
      lies: () => ({
        log: (log) => [setting.lies.nameOf(log) === "PolicyPaid" ? { ...log, blockHash: ZeroHash } : log],
      }),
      found: ["DATA_BLOCK_MISMATCH"],
    },
    {
      what: "an event that its receipt tells otherwise",
      lies: () => ({ event: setting.lies.change("DayAnchored", { root: 4_711n }, onDay(1)) }),
      found: ["DATA_RECEIPT_DISAGREES", "VIEW_ANCHOR_DISAGREES"],
    },
    {
      what: "an event left out that the receipt has",
      lies: () => ({ event: setting.lies.drop("EscrowFunded", ofEscrow) }),
      found: ["DATA_RECEIPT_DISAGREES", "DONATION"],
    },
  ];
}
