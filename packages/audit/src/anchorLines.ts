// SPDX-License-Identifier: GPL-3.0-or-later

import { lastDayOf } from "./claims/rules.ts";
import type { PolicyState } from "./claims/types.ts";
import type { AnchorLine, AnchorStatus, ClaimLine } from "./report.ts";
import type { ReportParts } from "./reportParts.ts";

export function anchorLines(
  { anchors, program, claims, head }: ReportParts,
  policies: readonly PolicyState[],
  lines: readonly ClaimLine[],
): AnchorLine[] {
  const days = new Set(anchors.daysOf(program.group).map(({ day }) => day));
  for (const policy of policies) {
    for (let period = 1; period <= policy.periods; period++) {
      const end = claims.startOf(program, policy, period);
      if (end <= head.timestamp) days.add(lastDayOf(end));
    }
  }
  const written = new Map(anchors.daysOf(program.group).map((record) => [record.day, record.writes]));
  const group = anchors.groups.get(program.group);
  return [...days]
    .sort((a, b) => a - b)
    .map((day) => {
      const writes = written.get(day) ?? [];
      const correction = writes.findLast((write) => write.correction !== undefined);
      const until = group === undefined ? 0 : anchors.window(group, day).until;
      const status: AnchorStatus =
        writes.length === 0
          ? head.timestamp > until
            ? "missed"
            : "pending"
          : correction === undefined
            ? "anchored"
            : correction.correction?.previousRoot === 0n
              ? "written-late"
              : "corrected";
      const used = lines.filter(({ anchorDay }) => anchorDay === day);
      return {
        day,
        status,
        writes: writes.map((write) => ({
          root: write.root,
          time: write.time,
          transaction: write.transaction,
          reason: write.correction?.reason,
        })),
        claims: used.length,
        claimsBeforeCorrection:
          correction === undefined ? 0 : used.filter(({ inputs }) => inputs[1] !== correction.root).length,
      };
    });
}
