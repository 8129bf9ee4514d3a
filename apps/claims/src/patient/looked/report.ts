// SPDX-License-Identifier: GPL-3.0-or-later
import {
  type AccountingReport,
  accountingCsv,
  accountingFhir,
  accountingHtml,
  type Custodian,
  type PageHistory,
} from "@vitalproof/sdk/ledger";
import type { HospitalConfig } from "../../config/config.ts";
import { custodianAt, type LookedView, namesOf, samePage } from "./view.ts";

/** A view as the SDK's exports take it. */
export function reportOf(
  { accounting, now, consents }: LookedView,
  histories: readonly PageHistory[],
  hospitals: readonly HospitalConfig[],
): AccountingReport {
  const names = namesOf(
    hospitals,
    consents.map(({ signed }) => signed),
  );
  return {
    accounting,
    made: now,
    custodianOf(address, at): Custodian {
      const account = custodianAt(histories.find((history) => samePage(history.address, address))!, at);
      // An account of a chain as a URI: https://github.com/w3c-ccg/did-pkh
      const did = `did:pkh:eip155:${address.chainId}:${account}`;
      return {
        name: names(account),
        identifier: { system: "urn:ietf:rfc:3986", value: did },
        actors: { system: `${did}#staff` },
      };
    },
  };
}

/** The files that a patient can save, by their kinds. @param zone of the reader's clocks */
export function filesOf(report: AccountingReport, zone: string) {
  return {
    html: { name: "who-looked.html", type: "text/html", text: () => accountingHtml(report, { zone }) },
    csv: { name: "who-looked.csv", type: "text/csv", text: () => accountingCsv(report) },
    fhir: {
      name: "who-looked-fhir.json",
      type: "application/json",
      text: () => `${JSON.stringify(accountingFhir(report), null, 2)}\n`,
    },
  } as const;
}
