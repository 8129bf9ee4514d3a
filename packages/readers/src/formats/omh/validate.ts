// SPDX-License-Identifier: GPL-3.0-or-later
import { Ajv, type ErrorObject, type ValidateFunction } from "ajv";
import { instantOf } from "../json/instant.ts";
import { type Measure, SCHEMAS } from "./schemas.ts";

/** What of a body breaks its schema: where, and in words that hold none of its values. */
export type Violation = { readonly path: readonly (string | number)[]; readonly reason: string };

const RFC3339 = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/;

/** Checks bodies against the schemas, compiled at the first body of their kind. */
export class Validator {
  readonly #ajv = new Ajv({ strict: true, allErrors: true });
  readonly #checks = new Map<Measure, ValidateFunction>();

  constructor() {
    this.#ajv.addFormat("rfc3339", {
      type: "string",
      validate: (text: string) => RFC3339.test(text) && typeof instantOf(text) === "number",
    });
  }

  /** @returns everything that breaks the schema, and where the first of it is; undefined where nothing does */
  violation(measure: Measure, body: unknown): Violation | undefined {
    let check = this.#checks.get(measure);
    if (check === undefined) {
      check = this.#ajv.compile(SCHEMAS[measure]);
      this.#checks.set(measure, check);
    }
    if (check(body)) return undefined;
    return worded(check.errors ?? []);
  }
}

/**
 * ajv's errors in words. Where none of several forms fits, ajv complains about each of them and then about all; only
 * the last is about the value itself, and of forms inside forms the innermost says most.
 */
function worded(errors: readonly ErrorObject[]): Violation {
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

function pathOf({ instancePath }: ErrorObject): string[] {
  return instancePath
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function reasonOf(error: ErrorObject): string {
  const name = pathOf(error).at(-1) ?? "the body";
  switch (error.keyword) {
    case "required":
      return `${name} has no ${String(error.params.missingProperty)}`;
    case "enum":
      return `${name} is none of the schema's values`;
    case "type":
      return `${name} is no ${String(error.params.type)}`;
    case "oneOf":
      return `${name} has none of the schema's forms, or several`;
    default:
      return `${name} breaks its schema`;
  }
}
