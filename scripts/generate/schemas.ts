// SPDX-License-Identifier: GPL-3.0-or-later
import { DOCUMENTS, documentSchema } from "@vitalproof/sdk/wire";

/** Files of docs/schemas: a JSON Schema for each kind of document. */
export function documentSchemas(): Map<string, string> {
  return new Map(
    DOCUMENTS.map((document) => [
      `docs/schemas/${document.kind.replace("vitalproof/", "")}.json`,
      `${JSON.stringify(documentSchema(document), null, 2)}\n`,
    ]),
  );
}
