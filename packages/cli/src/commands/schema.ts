// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";
import { DOCUMENTS, documentSchema, type Json } from "@vitalproof/sdk/wire";
import type { Command } from "commander";
import { type Io, jsonText } from "../io.ts";

const KINDS = DOCUMENTS.map(({ kind }) => kind.replace("vitalproof/", ""));

export function registerSchema(program: Command, io: Io): void {
  program
    .command("schema [kind]")
    .description("Print the JSON Schema of a kind of document, or list the kinds.")
    .addHelpText(
      "after",
      `\nKinds: ${KINDS.join(", ")}.\nWithout a kind and with --json, all schemas in one object.\n\nExample:\n  vitalproof schema claim\n`,
    )
    .action((kind: string | undefined) => {
      if (kind === undefined) {
        const lines = DOCUMENTS.map(({ title }, i) => `${KINDS[i]!.padEnd(24)}${title}`);
        const all = DOCUMENTS.map((document, i) => [KINDS[i]!, documentSchema(document)]);
        return io.report(lines, Object.fromEntries(all) as Json);
      }
      const document = DOCUMENTS[KINDS.indexOf(kind.replace("vitalproof/", ""))];
      if (document === undefined) {
        throw new VitalproofError("USAGE", `There is no document of kind "${kind}".`, {
          details: { kind },
          hint: `Use one of ${KINDS.join(", ")}.`,
        });
      }
      // A schema is JSON for people and for programs.
      io.out(jsonText(documentSchema(document) as Json));
    });
}
