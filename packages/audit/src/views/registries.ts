// SPDX-License-Identifier: GPL-3.0-or-later
import { isBoundConsent } from "@vitalproof/sdk/ledger";
import type { Result } from "ethers";
import { inParallel } from "../parallel.ts";
import { compare, fields, lower, type ViewContext } from "./compare.ts";

export async function checkAnchors(context: ViewContext): Promise<void> {
  const { anchors, claims, program } = context;
  const group = anchors.groups.get(program.group);
  if (group !== undefined) {
    await compare(context, "anchors", "group", [program.group], "VIEW_GROUP_DISAGREES", {}, (result) =>
      fields(
        result[0] as Result,
        {
          attester: group.attester,
          intakeTime: group.intakeTime,
          graceTime: group.graceTime,
          correctionTime: group.correctionTime,
        },
        `group ${program.group}`,
      ),
    );
  }
  const days = new Set(anchors.daysOf(program.group).map(({ day }) => day));
  for (const claim of claims.claims) days.add(claim.anchorDay);
  await inParallel([...days], async (day) => {
    const known = anchors.inForce(program.group, day);
    await compare(
      context,
      "anchors",
      "anchorOf",
      [program.group, day],
      "VIEW_ANCHOR_DISAGREES",
      { day },
      (result) => {
        const anchor = result[0] as Result;
        return [
          [`root of day ${day}`, anchor.getValue("root"), known?.root ?? 0n],
          [`time of writing of day ${day}`, anchor.getValue("writtenAt"), BigInt(known?.writtenAt ?? 0)],
          [`mark of correction of day ${day}`, anchor.getValue("corrected"), known?.corrected ?? false],
        ];
      },
    );
  });
}

export async function checkConsents(context: ViewContext): Promise<void> {
  const { consents, claims, program } = context;
  const ids = new Set(
    [...consents.consents.values()]
      .filter(({ consent }) => consent.program === program.id && consent.grantee === program.insurer)
      .map(({ id }) => id),
  );
  for (const claim of claims.claims) {
    const isMine = claims.policies.get(claim.policy)?.program === program.id;
    // Those of the health ledger are asked about there.
    if (isMine && !isBoundConsent(claim.consent)) ids.add(claim.consent);
  }
  await inParallel([...ids], async (id) => {
    const known = consents.consents.get(id);
    await compare(
      context,
      "consents",
      "consentOf",
      [id],
      "VIEW_CONSENT_DISAGREES",
      { consent: id },
      (result) => {
        const record = result[0] as Result;
        const what = `of consent ${id}`;
        return [
          [
            `patient ${what}`,
            lower(record.getValue("patient")),
            known?.consent.patient ?? `0x${"0".repeat(40)}`,
          ],
          [`first second ${what}`, record.getValue("from"), BigInt(known?.consent.from ?? 0)],
          [`first second after the end ${what}`, record.getValue("until"), BigInt(known?.consent.until ?? 0)],
          [`time of granting ${what}`, record.getValue("grantedAt"), BigInt(known?.grantedAt ?? 0)],
          [`time of revocation ${what}`, record.getValue("revokedAt"), BigInt(known?.revokedAt ?? 0)],
        ];
      },
    );
  });
}
