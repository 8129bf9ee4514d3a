// SPDX-License-Identifier: GPL-3.0-or-later
import { MAPPING_SCHEMA } from "@vitalproof/readers/access-logs";
import { VitalproofError } from "@vitalproof/sdk";
import {
  CONSENT_OFFER,
  KEPT_CONSENT,
  LEDGER_ARCHIVE,
  REVOCATION_REQUEST,
  SIGNED_GRANT,
} from "@vitalproof/sdk/ledger";
import { DOCUMENTS, type Document, documentSchema, type Json } from "@vitalproof/sdk/wire";
import type { Command } from "commander";
import { inspectionSchema } from "../inspection/schema.ts";
import { type Io, jsonText } from "../io.ts";
import { ACCESS_REGISTER } from "../ledger/custodian/accessRegister.ts";

const LEDGER_DOCUMENTS = [
  CONSENT_OFFER,
  SIGNED_GRANT,
  REVOCATION_REQUEST,
  KEPT_CONSENT,
  LEDGER_ARCHIVE,
  ACCESS_REGISTER,
] as readonly Document<unknown>[];

/** What has a schema: each kind of document, and what commands print. */
const SCHEMAS: readonly { readonly kind: string; readonly title: string; readonly schema: () => Json }[] = [
  ...[...DOCUMENTS, ...LEDGER_DOCUMENTS].map((document) => ({
    kind: document.kind.replace("vitalproof/", ""),
    title: document.title,
    schema: () => documentSchema(document) as Json,
  })),
  {
    kind: "access-log-mapping",
    title: "how a hospital's access log is read",
    schema: () => MAPPING_SCHEMA as unknown as Json,
  },
  { kind: "inspection", title: "what inspect --json prints", schema: inspectionSchema },
];
const KINDS = SCHEMAS.map(({ kind }) => kind);

export function registerSchema(program: Command, io: Io): void {
  program
    .command("schema [kind]")
    .description(
      "Print the JSON Schema of a kind of document or of what a command prints, or list the kinds.",
    )
    .addHelpText(
      "after",
      `\nKinds: ${KINDS.join(", ")}.\nWithout a kind and with --json, all schemas in one object.\n\nExample:\n  vitalproof schema claim\n`,
    )
    .action((kind: string | undefined) => {
      if (kind === undefined) {
        const lines = SCHEMAS.map((each) => `${each.kind.padEnd(24)}${each.title}`);
        return io.report(
          lines,
          Object.fromEntries(SCHEMAS.map((each) => [each.kind, each.schema()])) as Json,
        );
      }
      const found = SCHEMAS[KINDS.indexOf(kind.replace("vitalproof/", ""))];
      if (found === undefined) {
        throw new VitalproofError("USAGE", `There is no schema of kind "${kind}".`, {
          details: { kind },
          hint: `Use one of ${KINDS.join(", ")}.`,
        });
      }
      // A schema is JSON for people and for programs.
      io.out(jsonText(found.schema()));
    });
}
