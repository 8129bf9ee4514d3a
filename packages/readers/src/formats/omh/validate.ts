// SPDX-License-Identifier: GPL-3.0-or-later
import * as generated from "../../generated/openMhealth.ts";
import type { Measure } from "./schemas.ts";

/** What of a body breaks its schema: where, and in words that hold none of its values. */
export type Violation = { readonly path: readonly (string | number)[]; readonly reason: string };

/** What is used of ajv's errors. */
type SchemaError = {
  readonly keyword: string;
  readonly instancePath: string;
  readonly schemaPath: string;
  readonly params: Readonly<Record<string, unknown>>;
};
type Check = ((body: unknown) => boolean) & { errors?: readonly SchemaError[] | null };

const CHECKS: Readonly<Record<Measure, Check>> = generated;

/** @returns everything that breaks the schema, and where the first of it is; undefined where nothing does */
export function violationOf(measure: Measure, body: unknown): Violation | undefined {
  const check = CHECKS[measure];
  return check(body) ? undefined : worded(check.errors ?? []);
}

/**
 * ajv's errors in words. Where none of several forms fits, ajv complains about each of them and then about all; only
 * the last is about the value itself, and of forms inside forms the innermost says most.
 */
function worded(errors: readonly SchemaError[]): Violation {
  const forms = errors.filter(({ keyword }) => keyword === "oneOf");
  const kept = errors.filter((error) =>
    error.keyword === "oneOf"
      ? !forms.some(({ instancePath }) => instancePath.startsWith(`${error.instancePath}/`))
      : !error.schemaPath.includes("/oneOf/"),
  );
  const [first] = kept;
  return {
    path: first === undefined ? [] : pathOf(first),
    reason: kept.length === 0 ? "it breaks its schema" : kept.map(reasonOf).join("; "),
  };
}

function pathOf({ instancePath }: SchemaError): string[] {
  return instancePath
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function reasonOf(error: SchemaError): string {
  const name = pathOf(error).at(-1) ?? "the body";
  switch (error.keyword) {
    case "required":
      return `${name} has no ${String(error.params.missingProperty)}`;
    case "enum":
      return `${name} is not one of the schema's values`;
    case "type":
      return `${name} is not ${withArticle(String(error.params.type))}`;
    case "oneOf":
      return `${name} has none of the schema's forms, or several`;
    default:
      return `${name} breaks its schema`;
  }
}

/** "a number", "an object". */
function withArticle(type: string): string {
  return `${/^[aeiou]/.test(type) ? "an" : "a"} ${type}`;
}
