// SPDX-License-Identifier: GPL-3.0-or-later
//
// The part of JSON Schema that the mapping needs, and a check by it that says all faults at once. So the schema that is published is
// the one that is checked.

export type Schema =
  | { readonly const: string | number }
  | { readonly enum: readonly string[]; readonly description?: string }
  | { readonly type: "boolean"; readonly description?: string }
  | {
      readonly type: "string";
      readonly pattern: string;
      readonly maxLength: number;
      readonly description?: string;
    }
  | {
      readonly type: "array";
      readonly items: ObjectSchema | Variants;
      readonly minItems?: number;
      readonly maxItems: number;
      readonly description?: string;
    };

export type ObjectSchema = {
  readonly type: "object";
  readonly additionalProperties: false;
  readonly properties: Readonly<Record<string, Schema>>;
  readonly required: readonly string[];
  readonly description?: string;
};

/** Objects of several forms, told apart by the first member that each one requires. */
export type Variants = { readonly oneOf: readonly ObjectSchema[] };

export type SchemaFault = {
  /** Where: `roles[0].code`. */
  readonly at: string;
  /** What is wanted there. */
  readonly wanted: string;
};

export function schemaFaults(
  schema: ObjectSchema | Variants | Schema,
  value: unknown,
  at: string,
): SchemaFault[] {
  if ("oneOf" in schema) return variantFaults(schema, value, at);
  if ("const" in schema) return value === schema.const ? [] : [{ at, wanted: JSON.stringify(schema.const) }];
  if ("enum" in schema)
    return schema.enum.includes(value as string) ? [] : [{ at, wanted: `one of ${schema.enum.join(", ")}` }];
  switch (schema.type) {
    case "boolean":
      return typeof value === "boolean" ? [] : [{ at, wanted: "true or false" }];
    case "string": {
      const fits =
        typeof value === "string" &&
        value.length <= schema.maxLength &&
        new RegExp(schema.pattern, "u").test(value);
      return fits ? [] : [{ at, wanted: `a text of 1 to ${schema.maxLength} characters, on one line` }];
    }
    case "array": {
      const { minItems = 0, maxItems, items } = schema;
      if (!Array.isArray(value)) return [{ at, wanted: "a list" }];
      if (value.length < minItems || value.length > maxItems)
        return [{ at, wanted: `a list of ${minItems} to ${maxItems}` }];
      return value.flatMap((item, i) => schemaFaults(items, item, `${at}[${i}]`));
    }
    case "object":
      return objectFaults(schema, value, at);
  }
}

function objectFaults({ properties, required }: ObjectSchema, value: unknown, at: string): SchemaFault[] {
  if (!isRecord(value)) return [{ at: at === "" ? "the mapping" : at, wanted: "an object" }];
  const placeOf = (name: string): string => (at === "" ? name : `${at}.${name}`);
  const known = Object.keys(properties);
  return [
    ...required
      .filter((name) => !Object.hasOwn(value, name))
      .map((name) => ({ at: placeOf(name), wanted: "there; it is missing" })),
    ...Object.entries(value).flatMap(([name, inner]) =>
      Object.hasOwn(properties, name)
        ? schemaFaults(properties[name]!, inner, placeOf(name))
        : [{ at: placeOf(name.slice(0, 40)), wanted: `a known member (${known.join(", ")})` }],
    ),
  ];
}

function variantFaults({ oneOf }: Variants, value: unknown, at: string): SchemaFault[] {
  const variant = isRecord(value)
    ? oneOf.find(({ required }) => Object.hasOwn(value, required[0]!))
    : undefined;
  if (variant !== undefined) return objectFaults(variant, value, at);
  return [{ at, wanted: `an object with one of ${oneOf.map(({ required }) => required[0]).join(", ")}` }];
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
