// SPDX-License-Identifier: GPL-3.0-or-later
import { type AnyEndpoint, fieldSchema, ROLES } from "@vitalproof/sdk/wire";
import type { Served } from "./routes.ts";

/** Raised when an endpoint changes what it means. */
const API_VERSION = "1";

type Schema = ReturnType<typeof fieldSchema>;
type Operation = Readonly<Record<string, unknown>>;
/** An OpenAPI 3.1 document. */
export type OpenApi = {
  readonly openapi: "3.1.0";
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly [member: string]: unknown;
};

/** The endpoints of a table below a path, for `openApi`. */
export function servedOf(endpoints: Readonly<Record<string, AnyEndpoint>>, prefix = ""): Served[] {
  return Object.values(endpoints).map((endpoint) => ({ path: prefix + endpoint.path || "/", endpoint }));
}

/** OpenAPI 3.1 of endpoints: schemas, limits and roles are those that the server checks. */
export function openApi(title: string, served: readonly Served[]): OpenApi {
  const paths: Record<string, Record<string, Operation>> = {};
  for (const { path, endpoint } of served) {
    const pattern = path.replace(/:(\w+)/g, "{$1}");
    paths[pattern] = { ...paths[pattern], [endpoint.method.toLowerCase()]: operationOf(pattern, endpoint) };
  }
  return {
    openapi: "3.1.0",
    info: {
      title,
      version: API_VERSION,
      description:
        "Numbers beyond 2^53 are decimal strings. Nothing that is sent or answered holds a reading.",
      license: { name: "GPL-3.0-or-later", identifier: "GPL-3.0-or-later" },
    },
    paths,
    components: {
      securitySchemes: {
        token: {
          type: "http",
          scheme: "bearer",
          description: "A token that the service's operator gave out.",
        },
        certificate: { type: "mutualTLS", description: "A certificate of the service's client authority." },
      },
      responses: {
        refusal: { description: "Refused, and why", content: json({ $ref: "#/components/schemas/refusal" }) },
        later: {
          description: "Too many requests",
          headers: { "retry-after": { description: "Seconds", schema: { type: "integer" } } },
          content: json({ $ref: "#/components/schemas/refusal" }),
        },
      },
      schemas: { refusal: REFUSAL },
    },
  };
}

const REFUSAL = {
  type: "object",
  required: ["error"],
  properties: {
    error: {
      type: "object",
      required: ["code", "message"],
      properties: {
        code: { type: "string", description: "Stable, for programs" },
        message: { type: "string", description: "For people" },
        hint: { type: "string", description: "The way out" },
        details: { type: "object", description: "Public values that led here" },
      },
    },
  },
};

function operationOf(pattern: string, endpoint: AnyEndpoint): Operation {
  const { method, summary, params, sends, answers, access, bodyLimit, repeatable } = endpoint;
  const parameters = Object.entries(fieldSchema(params).properties ?? {}).map(([name, schema]) => ({
    name,
    in: "path",
    required: true,
    schema,
  }));
  const { roles } = access;
  const isPublic = roles === "everyone";
  const everyRole = !isPublic && roles.length === ROLES.length;
  const description = [
    isPublic ? "For everyone." : everyRole ? "For every role." : `For ${roles.join(" or ")}.`,
    repeatable ? "Asking twice does what asking once does." : "A lost answer is not asked for again.",
    ...(sends === undefined ? [] : [`At most ${bodyLimit} bytes.`]),
  ].join(" ");
  return {
    operationId: idOf(method, pattern),
    summary,
    description,
    // One of the roles is enough, and a certificate does as well as a token.
    security: (isPublic ? [] : everyRole ? [[]] : roles.map((role) => [role])).flatMap((needed) => [
      { token: needed },
      { certificate: needed },
    ]),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(sends === undefined ? {} : { requestBody: { required: true, content: json(fieldSchema(sends)) } }),
    responses: {
      200: { description: "Done", content: json(fieldSchema(answers)) },
      429: { $ref: "#/components/responses/later" },
      "4XX": { $ref: "#/components/responses/refusal" },
      "5XX": { $ref: "#/components/responses/refusal" },
    },
  };
}

/** `get /paths/{day}/{leaf}` is `getPathsDayLeaf`. */
function idOf(method: string, pattern: string): string {
  const words = pattern.match(/\w+/g) ?? [];
  return method.toLowerCase() + words.map((word) => word[0]!.toUpperCase() + word.slice(1)).join("");
}

function json(schema: Schema | { $ref: string }): Operation {
  return { "application/json": { schema } };
}
