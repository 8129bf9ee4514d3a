// SPDX-License-Identifier: GPL-3.0-or-later
import { isBoundConsent } from "@vitalproof/sdk/ledger";
import type { Result } from "ethers";
import { consentsTo } from "../consentSources.ts";
import { inParallel } from "../parallel.ts";
import { compare, fields, type ViewContext } from "./compare.ts";

/** What the health ledger says now of consents that claims of the program can rest on, and of their pages. */
export async function checkHealthLedger(context: ViewContext): Promise<void> {
  const { healthLedger, claims, program } = context;
  const ids = new Set(
    consentsTo(context, program)
      .filter(({ source }) => source === "ledger")
      .map(({ id }) => id),
  );
  for (const claim of claims.claims) {
    const isMine = claims.policies.get(claim.policy)?.program === program.id;
    if (isMine && isBoundConsent(claim.consent)) ids.add(claim.consent);
  }
  if (ids.size === 0) return;
  await inParallel([...ids], (id) => checkBound(context, id));
  const pages = new Set([...ids].flatMap((id) => healthLedger.consents.get(id)?.page ?? []));
  await inParallel([...pages], (page) => checkPage(context, page));
  await compare(context, "ledger", "granteeOf", [program.insurer], "VIEW_GRANTEE_DISAGREES", {}, (result) => [
    ["insurer's number", result[0], BigInt(healthLedger.grantees.get(program.insurer) ?? 0)],
  ]);
}

async function checkBound(context: ViewContext, id: string): Promise<void> {
  const known = context.healthLedger.consents.get(id);
  const place = { consent: id };
  const ask = (name: string, args: readonly unknown[], expected: readonly (readonly [string, unknown])[]) =>
    compare(context, "ledger", name, args, "VIEW_CONSENT_DISAGREES", place, (result) =>
      expected.map(([what, value], i) => [`${what} of consent ${id}`, result[i], value]),
    );
  await ask(
    "boundConsent",
    [id],
    [
      ["page", known?.page ?? 0n],
      ["slot", known?.slot ?? 0],
      ["last minute", known?.until ?? 0],
    ],
  );
  if (known === undefined) return;
  const { page, slot, until, matter } = known;
  const live = context.healthLedger.pages.get(page)?.isLive(slot) ?? false;
  await ask("isLive", [page, slot], [["live bit", live]]);
  const { patient, grantee, purpose, program } = matter;
  const active = live && context.now < until * 60;
  await ask("isActive", [id, patient, grantee, purpose, program], [["activity", active]]);
}

async function checkPage(context: ViewContext, id: bigint): Promise<void> {
  const page = context.healthLedger.pages.get(id);
  if (page === undefined) return;
  const { live, custodian, filled, version, since, form, root } = page;
  // The root of an empty page was in no event.
  const expected = { live, custodian, filled, version, since, form, ...(root === undefined ? {} : { root }) };
  await compare(context, "ledger", "pageOf", [id], "VIEW_PAGE_DISAGREES", {}, (result) =>
    fields(result[0] as Result, expected, `page ${id}`),
  );
}
