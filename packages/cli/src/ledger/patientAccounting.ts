// SPDX-License-Identifier: GPL-3.0-or-later
//
// The accounting of one patient's consents, from pages that were read.
import { VitalproofError } from "@vitalproof/sdk";
import { accountingOfPatient, assertGiven, type PageAddress } from "@vitalproof/sdk/ledger";
import { EXIT, exitCodeOf } from "../exit.ts";
import type { Io } from "../io.ts";
import { isSame, type ReadPage } from "./chain.ts";
import type { NamedConsent } from "./keptConsents.ts";
import type { PageOf } from "./pages.ts";
import { type AccountedPage, type AccountingFileOptions, tellAccounting } from "./report.ts";
import { stateOf } from "./state.ts";

/** A consent without accounting, and why. `exit`: what that means for the exit code. */
type LeftOut = { readonly consent: string; readonly why: string; readonly exit: number };

export type PatientPages = {
  readonly pageOf: PageOf;
  /** Up to when a page was read: Unix seconds. */
  readonly readAt: (page: ReadPage) => number;
  /** Why other pages were not read, as the end of a sentence. */
  readonly elsewhere: string;
  readonly notes: readonly string[];
};

/**
 * Reads the accesses under these consents, and reports them. A consent whose slot holds something else is left out: its key
 * would show an accounting without accesses. So is one whose page cannot be read.
 * @throws CONSENT_NOT_GIVEN when there is only one consent and its page does not hold it; why the page cannot be read, when all
 *         consents are of that page
 */
export async function tellPatient(
  io: Io,
  options: AccountingFileOptions,
  consents: readonly NamedConsent[],
  { pageOf, readAt, elsewhere, notes }: PatientPages,
): Promise<void> {
  const found = consents.map((each) => ({ ...each, page: pageOf(each.kept.address) }));
  const [{ page: first }] = found as [(typeof found)[0]];
  if (first instanceof VitalproofError && found.every(({ page }) => page === first)) throw first;
  const read = found.flatMap(({ page, ...each }) =>
    page === undefined || page instanceof VitalproofError ? [] : [{ ...each, page }],
  );
  if (read.length === 1 && consents.length === 1) {
    const [{ kept, page }] = read as [(typeof read)[0]];
    assertGiven(kept.consent, kept.slot, page.page.leaves);
  }
  const states = read.map((each) => ({ ...each, found: stateOf(each.kept, each.page, readAt(each.page)) }));
  const given = states.filter(({ found }) => found.givenAt !== undefined);
  const leftOut: LeftOut[] = [
    ...found.flatMap(({ name, page }): LeftOut[] => {
      if (page === undefined) return [{ consent: name, why: elsewhere, exit: EXIT.ok }];
      if (!(page instanceof VitalproofError)) return [];
      const why = `its page cannot be read: ${page.shortMessage.replace(/\.$/, "")}`;
      return [{ consent: name, why, exit: exitCodeOf(page.code) }];
    }),
    ...states.flatMap(({ name, found: { state } }): LeftOut[] => {
      if (state === "waiting") return [{ consent: name, why: "it is not given yet", exit: EXIT.ok }];
      if (state !== "not-as-signed") return [];
      return [{ consent: name, why: "its slot does not hold what was signed", exit: EXIT.no }];
    }),
  ];
  if (given.length === 0)
    throw new VitalproofError("NOT_THERE", "None of these consents has an accounting.", {
      details: { leftOut: leftOut.map(({ consent, why }) => `${consent}: ${why}`) },
      hint: leftOut.map(({ consent, why }) => `${consent}: ${why}.`).join(" "),
    });
  const pages: AccountedPage[] = [...new Set(given.map(({ page }) => page))].map((page) => ({
    ...page,
    readAt: readAt(page),
    from: Math.floor(
      Math.min(...given.filter((each) => each.page === page).map(({ found }) => found.givenAt!)) / 60,
    ),
  }));
  const accounting = await io.during("opening records", async (say) =>
    accountingOfPatient(
      given.map(({ kept }) => kept),
      pages.map(({ history, page }) => ({ address: history.address, batches: page.batches })),
      { onProgress: sharesTo(say) },
    ),
  );
  const nameOf = (address: PageAddress, slot: number) =>
    given.find(
      ({ kept }) =>
        kept.slot === slot &&
        kept.address.page === address.page &&
        kept.address.chainId === address.chainId &&
        isSame(kept.address.ledger, address.ledger),
    )!.name;
  const bad = leftOut.find(({ exit }) => exit !== EXIT.ok);
  if (bad !== undefined) io.exitCode = bad.exit;
  await tellAccounting(io, options, accounting, pages, {
    nameOf,
    head: [
      `Accounting of ${given.map(({ name, found }) => `${name} (${found.state})`).join(", ")}.`,
      ...leftOut.map(({ consent, why }) => `Left out: ${consent}, ${why}.`),
    ],
    notes,
    json: {
      consents: given.map(({ name, found }) => ({ consent: name, ...found })),
      leftOut: leftOut.map(({ consent, why }) => ({ consent, why })),
    },
  });
}

/** For the progress of an accounting. */
export function sharesTo(say: (step: string) => void): (done: number, of: number) => void {
  return (done, of) => say(`${Math.floor((100 * done) / of)} %`);
}
