// SPDX-License-Identifier: GPL-3.0-or-later
import { DAY } from "@vitalproof/sdk";
import { keccak256 } from "ethers";
import { type Falsification, type Setting, tools } from "./setting.ts";

/** Lies about circuits, pauses and outages. */
export function aboutCircuits(setting: Setting): readonly Falsification[] {
  const { onDay, circuitWith, isSuccessor, circuitId } = tools(setting);
  return [
    {
      what: "the key hash of the circuit",
      lies: () => ({
        log: setting.lies.change("CircuitAdded", circuitWith({ verificationKeyHash: keccak256("0x02") })),
      }),
      found: ["CLAIM_KEY_UNKNOWN", "VERIFICATION_KEY_CHANGED", "VIEW_CIRCUIT_DISAGREES"],
    },
    {
      what: "the key hash of another circuit of this repository",
      lies: () => ({
        log: setting.lies.change(
          "CircuitAdded",
          circuitWith({
            verificationKeyHash: [...setting.keys].find(
              ([, { circuit }]) => circuit === "heart-rate-hour",
            )![0],
          }),
        ),
      }),
      found: [
        "CLAIM_PROOF_INVALID",
        "CLAIM_VERIFIER_DISAGREES",
        "VERIFICATION_KEY_CHANGED",
        "VERIFIER_CODE_WITHOUT_KEY",
        "VIEW_CIRCUIT_DISAGREES",
      ],
    },
    ...Object.entries({
      family: "0x7265636f726400000000000000000000",
      facts: keccak256("0x03"),
      inputs: 5n,
      period: 1n,
      zeroImpossible: false,
    }).map(([field, value]) => ({
      what: `the circuit's ${field}`,
      lies: () => ({ log: setting.lies.change("CircuitAdded", circuitWith({ [field]: value })) }),
      found: ["PROGRAM_CIRCUIT_NOT_FOR_CLAIMS" as const, "VIEW_CIRCUIT_DISAGREES" as const],
    })),
    {
      what: "the ceremony of the circuit's key",
      lies: () => ({
        log: setting.lies.change("CircuitAdded", circuitWith({ ceremony: keccak256("0x04") })),
      }),
      found: ["VIEW_CIRCUIT_DISAGREES"],
    },
    {
      what: "the verifier's code",
      lies: () => ({ code: (_, code) => (code === "0x" ? code : "0x6001") }),
      found: ["VERIFICATION_KEY_CHANGED", "VERIFIER_CODE_CHANGED", "VERIFIER_CODE_WITHOUT_KEY"],
    },
    {
      what: "a suspension dropped",
      lies: () => ({ log: setting.lies.drop("CircuitSuspended") }),
      found: ["CIRCUIT_STOP_WRONG", "VIEW_CIRCUIT_DISAGREES"],
    },
    {
      what: "a suspension during claims, invented",
      lies: () => ({
        log: (log) => {
          if (setting.lies.nameOf(log) !== "DayAnchored" || !onDay(5)(setting.lies.argsOf(log))) return [log];
          const until = 1_771_900_000n;
          return setting.lies.invent("DayAnchored", "CircuitSuspended", [circuitId(), until, "no"])(log);
        },
      }),
      found: ["CIRCUIT_STOP_WRONG", "CLAIM_CIRCUIT_BLOCKED"],
    },
    {
      what: "a pause during claims, invented",
      lies: () => ({ log: setting.lies.invent("DayAnchored", "Paused", [1_771_900_000n, "no"], onDay(5)) }),
      found: ["PAUSE_WRONG", "CLAIM_WHILE_PAUSED"],
    },
    {
      what: "a successor's announcement dropped",
      lies: () => ({ log: setting.lies.drop("CircuitProposed") }),
      found: ["CIRCUIT_NOT_ANNOUNCED"],
    },
    {
      what: "a successor's announcement with a longer wait",
      lies: () => ({
        log: setting.lies.change("CircuitProposed", ({ addableFrom }) => ({
          addableFrom: (addableFrom as bigint) + BigInt(DAY),
        })),
      }),
      found: ["CIRCUIT_PROPOSAL_WRONG", "CIRCUIT_ADDED_EARLY"],
    },
    {
      what: "a successor with other facts",
      lies: () => ({
        log: setting.lies.change("CircuitAdded", circuitWith({ facts: keccak256("0x04") }), isSuccessor),
      }),
      found: ["CIRCUIT_NOT_ANNOUNCED", "CIRCUIT_SUCCESSOR_DIFFERS", "VIEW_CIRCUIT_DISAGREES"],
    },
    {
      what: "a successor's addition dropped",
      lies: () => ({ log: setting.lies.drop("CircuitAdded", isSuccessor) }),
      found: ["VIEW_CIRCUIT_DISAGREES"],
    },
    {
      what: "an exposure, invented",
      lies: () => ({
        log: setting.lies.invent("PeriodsReleased", "ForgeryExposed", [circuitId(), setting.addresses.token]),
      }),
      found: ["CIRCUIT_EXPOSURE_WRONG", "VIEW_CIRCUIT_DISAGREES"],
    },
    {
      what: "another outage",
      lies: () => ({ log: setting.lies.change("OutageDeclared", { from: 1n }) }),
      found: ["OUTAGE_WRONG"],
    },
    {
      what: "a pauser after another",
      lies: () => ({ log: setting.lies.change("PauserChanged", { previous: setting.addresses.token }) }),
      found: ["ROLE_CHANGED_WRONGLY"],
    },
    {
      what: "a retirement, invented",
      lies: () => ({
        log: setting.lies.invent("DayAnchored", "RetirementScheduled", [circuitId(), 1n], onDay(0)),
      }),
      found: ["RETIREMENT_CHANGED", "VIEW_CIRCUIT_DISAGREES"],
    },
  ];
}
