// SPDX-License-Identifier: GPL-3.0-or-later
import { type JsonSchema, toJsonSchema } from "@valibot/to-json-schema";
import type * as v from "valibot";
import type { Document } from "./documents.ts";
import type { Field } from "./fields.ts";

/** JSON Schema 2020-12 of a document: what its file may hold. */
export function documentSchema({ kind, version, title, body }: Document<unknown>): JsonSchema {
  const { properties, required = [], ...rest } = fieldSchema(body);
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: `${kind}, version ${version}`,
    description: `The file of ${title}.`,
    ...rest,
    properties: { kind: { const: kind }, version: { const: version }, ...properties },
    required: ["kind", "version", ...required],
  };
}

/** JSON Schema 2020-12 of a part of a message, as it is written. */
export function fieldSchema(field: Field<unknown>): JsonSchema {
  const { $schema: _, ...schema } = toJsonSchema(field, {
    target: "draft-2020-12",
    typeMode: "input",
    // A limit that only arithmetic on the digits can check. The description says it.
    ignoreActions: ["check"],
    overrideSchema: ({ valibotSchema, jsonSchema }) => described(valibotSchema, jsonSchema),
    overrideAction: ({ valibotAction, jsonSchema }) => withItems(valibotAction, jsonSchema),
  });
  return schema;
}

/** A text's schema says what is wanted. */
function described(schema: v.GenericSchema, json: JsonSchema): JsonSchema {
  const { message } = schema as { message?: unknown };
  return json.type === "string" && json.enum === undefined && typeof message === "string"
    ? { ...json, description: message }
    : json;
}

/** `list` names its items in metadata. */
function withItems(
  action: { readonly type: string; readonly metadata?: unknown },
  json: JsonSchema,
): JsonSchema {
  if (action.type !== "metadata") return json;
  const { items } = action.metadata as { items: Field<unknown> };
  return { ...json, items: fieldSchema(items) };
}
