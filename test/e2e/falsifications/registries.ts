// SPDX-License-Identifier: GPL-3.0-or-later
import { FIRST_EPOCH } from "../fixture.ts";
import { type Falsification, type Setting, tools } from "./setting.ts";

/** Lies about anchors and consents. */
export function aboutRegistries(setting: Setting): readonly Falsification[] {
  const { ofPeriod, onDay, controllerOfConsent } = tools(setting);
  return [
    {
      what: "an anchor's root",
      lies: () => ({ log: setting.lies.change("DayAnchored", { root: 4_711n }, onDay(0)) }),
      found: ["CLAIM_ROOT_MISMATCH", "CLAIM_PROOF_INVALID", "VIEW_ANCHOR_DISAGREES"],
    },
    {
      what: "an anchor's root, and the claim's to match it",
      lies: () => ({
        log: (log) =>
          setting.lies
            .change(
              "DayAnchored",
              { root: 4_711n },
              onDay(0),
            )(log)
            .flatMap(setting.lies.change("ClaimSettled", { anchorRoot: 4_711n }, ofPeriod(0))),
      }),
      found: ["CLAIM_PROOF_INVALID", "CLAIM_INPUTS_DISAGREE", "VIEW_ANCHOR_DISAGREES"],
    },
    {
      what: "an anchor dropped",
      lies: () => ({ log: setting.lies.drop("DayAnchored", onDay(0)) }),
      found: ["CLAIM_NOT_ANCHORED", "VIEW_ANCHOR_DISAGREES"],
    },
    {
      what: "a day anchored twice",
      lies: () => ({
        log: setting.lies.invent(
          "DayAnchored",
          "DayAnchored",
          [1n, BigInt(FIRST_EPOCH + 1), 8n],
          onDay(0),
          "after",
        ),
      }),
      found: ["ANCHOR_TWICE", "CLAIM_ROOT_MISMATCH"],
    },
    {
      what: "a root of 0",
      lies: () => ({ log: setting.lies.change("DayAnchored", { root: 0n }, onDay(1)) }),
      found: ["ANCHOR_ROOT_INVALID"],
    },
    {
      what: "a correction after its claim dropped",
      lies: () => ({ log: setting.lies.drop("DayCorrected", onDay(4)) }),
      found: ["VIEW_ANCHOR_DISAGREES"],
    },
    {
      what: "a correction before its claim dropped",
      lies: () => ({ log: setting.lies.drop("DayCorrected", onDay(5)) }),
      found: ["CLAIM_ROOT_MISMATCH", "CLAIM_PROOF_INVALID", "VIEW_ANCHOR_DISAGREES"],
    },
    {
      what: "a correction's previous root",
      lies: () => ({ log: setting.lies.change("DayCorrected", { previousRoot: 5n }, onDay(4)) }),
      found: ["CORRECTION_PREVIOUS_ROOT_WRONG"],
    },
    {
      what: "a correction that writes the same root",
      lies: () => ({
        log: setting.lies.change("DayCorrected", ({ previousRoot }) => ({ root: previousRoot }), onDay(4)),
      }),
      found: ["CORRECTION_SAME_ROOT", "VIEW_ANCHOR_DISAGREES"],
    },
    {
      what: "a nomination that could be accepted at once",
      lies: () => ({ log: setting.lies.change("AttesterNominated", { acceptableFrom: 1n }) }),
      found: ["ATTESTER_NOMINATION_WRONG"],
    },
    {
      what: "a nomination dropped",
      lies: () => ({ log: setting.lies.drop("AttesterNominated") }),
      found: ["ATTESTER_CHANGED_WRONGLY"],
    },
    {
      what: "a day corrected twice",
      lies: () => ({
        log: setting.lies.invent(
          "DayCorrected",
          "DayCorrected",
          [1n, BigInt(FIRST_EPOCH + 5), 8n, 9n, "again"],
          onDay(4),
          "after",
        ),
      }),
      found: ["CORRECTION_TWICE", "CORRECTION_PREVIOUS_ROOT_WRONG", "VIEW_ANCHOR_DISAGREES"],
    },
    {
      what: "a consent granted twice",
      lies: () => ({
        log: (log) =>
          setting.lies.nameOf(log) === "ConsentGranted"
            ? [log, { ...log, logIndex: log.logIndex + 0.5 }]
            : [log],
      }),
      found: ["CONSENT_GRANTED_TWICE"],
    },
    {
      what: "a correction's reason taken away",
      lies: () => ({ log: setting.lies.change("DayCorrected", { reason: "" }, onDay(4)) }),
      found: ["CORRECTION_WITHOUT_REASON"],
    },
    {
      what: "a group whose correction time had run out",
      lies: () => ({ log: setting.lies.change("GroupCreated", { correctionTime: 1n }) }),
      found: ["CORRECTION_OUT_OF_TIME", "GROUP_TIMES_INVALID", "VIEW_GROUP_DISAGREES"],
    },
    {
      what: "a group whose grace had run out",
      lies: () => ({ log: setting.lies.change("GroupCreated", { intakeTime: 1n, graceTime: 3600n }) }),
      found: ["ANCHOR_OUT_OF_TIME", "VIEW_GROUP_DISAGREES"],
    },
    {
      what: "a consent dropped",
      lies: () => ({
        log: setting.lies.drop("ConsentGranted", ({ consentId }) => consentId === setting.history.consent),
      }),
      found: ["CLAIM_CONSENT_UNKNOWN", "VIEW_CONSENT_DISAGREES"],
    },
    {
      what: "a consent's end",
      lies: () => ({
        log: setting.lies.change("ConsentGranted", ({ from }) => ({ until: (from as bigint) + 5n })),
      }),
      found: ["CONSENT_ID_WRONG", "CLAIM_CONSENT_NOT_ACTIVE", "VIEW_CONSENT_DISAGREES"],
    },
    {
      what: "a revocation before the claims, invented",
      lies: () => ({
        log: setting.lies.invent(
          "DayAnchored",
          "ConsentRevoked",
          [setting.history.consent, controllerOfConsent()],
          onDay(5),
        ),
      }),
      found: ["CLAIM_CONSENT_REVOKED", "VIEW_CONSENT_DISAGREES"],
    },
    {
      what: "a revocation dropped",
      lies: () => ({ log: setting.lies.drop("ConsentRevoked") }),
      found: ["VIEW_CONSENT_DISAGREES"],
    },
  ];
}
