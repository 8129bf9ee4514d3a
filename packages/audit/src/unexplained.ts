// SPDX-License-Identifier: GPL-3.0-or-later
import type { Findings } from "./findings.ts";
import type { Transfers } from "./transfers.ts";

/**
 * Transfers that no event of the claims contract or of custody tells of.
 * @param paidByOthers what other products paid out of their escrows; if transfers out come to just that, they are it
 * @returns what was given to custody outside any escrow
 */
export function explainTransfers(
  transfers: Transfers,
  custody: string,
  paidByOthers: { readonly least: bigint; readonly most: bigint },
  findings: Findings,
): bigint {
  // Where nothing moved there is nothing to explain: anyone can make a token say that.
  const open = transfers.all.filter(({ explainedBy, value }) => explainedBy === undefined && value !== 0n);
  const out = open.filter(({ from }) => from === custody);
  const sum = out.reduce((total, { value }) => total + value, 0n);
  let donated = 0n;
  if (sum > paidByOthers.most) {
    for (const { to, value, transaction, block } of out) {
      findings.add(
        "TRANSFER_UNEXPLAINED",
        `The token moved ${value} out of custody to ${to}, and no payment or withdrawal tells of it.`,
        { transaction, block },
      );
      if (to !== custody) donated -= value;
    }
  } else {
    for (const transfer of out) transfer.explainedBy = "payment of another product";
    if (sum < paidByOthers.least) {
      findings.add(
        "PAYMENT_WITHOUT_TRANSFER",
        `Other products paid ${paidByOthers.least} of the token out of their escrows; the token moved ${sum}.`,
      );
    }
  }
  for (const { from, value, transaction, block } of open) {
    if (from === custody) continue;
    findings.add(
      "DONATION",
      `${from} sent ${value} to custody without funding an escrow. They belong to no one and remain there.`,
      { transaction, block },
    );
    donated += value;
  }
  return donated;
}
