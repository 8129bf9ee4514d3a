// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError, zoneRules } from "@vitalproof/sdk";
import { LEDGER_CLASSES, LEDGER_PURPOSES, LEDGER_ROLES } from "@vitalproof/sdk/ledger";
import { type ObjectSchema, type Schema, type SchemaFault, schemaFaults } from "./schema.ts";
import { canonicalSystem } from "./systems.ts";

export type LedgerRole = (typeof LEDGER_ROLES)[number];
export type LedgerPurpose = (typeof LEDGER_PURPOSES)[number]["name"];
export type LedgerClass = (typeof LEDGER_CLASSES)[number];

/** A code; without `system` that of any. */
export type CodeRule = { readonly system?: string; readonly code: string };

/** Which name of a patient or actor counts. Without `system` it comes with its system in front, where it has one. */
export type IdentifierRule =
  | { readonly system: string; readonly type?: string }
  | { readonly type: string }
  /** A reference to a resource of this type: "Patient". */
  | { readonly reference: string };

export type RoleRule = (CodeRule | { readonly text: string } | { readonly actor: string }) & {
  readonly role: LedgerRole;
};

export type PurposeRule = CodeRule & {
  readonly purpose: LedgerPurpose;
  /** Whether it breaks the glass: an access outside of its consent. */
  readonly emergency?: boolean;
};

export type ClassRule = { readonly class: LedgerClass } & (
  | { readonly resource: string }
  | { readonly object: string; readonly system?: string }
  | { readonly label: string; readonly system?: string }
  | { readonly event: string; readonly system?: string }
);

/** Whether an event of this type or subtype, with this action if one is named, is an access. */
export type EventRule = CodeRule & {
  readonly action?: "C" | "R" | "U" | "D" | "E";
  readonly access: boolean;
};

/** What a hospital's log means: docs/access-logs.md. */
export type AccessLogMapping = {
  readonly kind: "vitalproof/access-log-mapping";
  readonly version: 1;
  /** Of times without one: "Europe/Berlin". */
  readonly zone?: string;
  /** What an event without an outcome is. Left out: nothing is assumed. */
  readonly absentOutcome?: "success";
  /** The first that a patient has counts. */
  readonly patients: readonly IdentifierRule[];
  readonly actors: readonly IdentifierRule[];
  readonly roles: readonly RoleRule[];
  readonly purposes?: readonly PurposeRule[];
  readonly classes?: readonly ClassRule[];
  readonly events?: readonly EventRule[];
};

const PURPOSES = LEDGER_PURPOSES.map(({ name }) => name);
const MOST_RULES = 10_000;

function text(description: string): Schema {
  return {
    type: "string",
    pattern: String.raw`^[^\u0000-\u001f]*[^\u0000-\u0020][^\u0000-\u001f]*$`,
    maxLength: 300,
    description,
  };
}

function object(properties: Readonly<Record<string, Schema>>, required: readonly string[]): ObjectSchema {
  return { type: "object", additionalProperties: false, properties, required };
}

const system = text(
  "A code system or a system of identifiers: URL, OID, or the name that audit messages have.",
);
const code = text("A code of it.");
const identifiers: Schema = {
  type: "array",
  minItems: 1,
  maxItems: 100,
  items: {
    oneOf: [
      object({ system, type: text("The code of its type.") }, ["system"]),
      object({ type: text("The code of its type, or UserID, AlternativeUserID, UserName, altId, name.") }, [
        "type",
      ]),
      object({ reference: text("The type of the resource that a reference names.") }, ["reference"]),
    ],
  },
};
const role: Schema = { enum: LEDGER_ROLES };
const ledgerClass: Schema = { enum: LEDGER_CLASSES };

/** JSON Schema 2020-12 of a mapping: what its file may hold. */
export const MAPPING_SCHEMA = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  title: "vitalproof/access-log-mapping, version 1",
  description: "What a hospital's access log means: docs/access-logs.md.",
  ...object(
    {
      kind: { const: "vitalproof/access-log-mapping" },
      version: { const: 1 },
      zone: text("The zone of times that name none: an IANA name or an offset."),
      absentOutcome: { enum: ["success"], description: "What an event without an outcome is." },
      patients: identifiers,
      actors: identifiers,
      roles: {
        type: "array",
        minItems: 1,
        maxItems: MOST_RULES,
        items: {
          oneOf: [
            object({ code, system, role }, ["code", "role"]),
            object({ text: text("The text next to a code, in capitals or not."), role }, ["text", "role"]),
            object({ actor: text("An actor, as the log names them."), role }, ["actor", "role"]),
          ],
        },
      },
      purposes: {
        type: "array",
        maxItems: MOST_RULES,
        items: object(
          {
            code,
            system,
            purpose: { enum: PURPOSES },
            emergency: { type: "boolean", description: "Whether it breaks the glass. False when left out." },
          },
          ["code", "purpose"],
        ),
      },
      classes: {
        type: "array",
        maxItems: MOST_RULES,
        items: {
          oneOf: [
            object({ resource: text("A type of FHIR resource."), class: ledgerClass }, ["resource", "class"]),
            object({ object: code, system, class: ledgerClass }, ["object", "class"]),
            object({ label: code, system, class: ledgerClass }, ["label", "class"]),
            object({ event: code, system, class: ledgerClass }, ["event", "class"]),
          ],
        },
      },
      events: {
        type: "array",
        maxItems: MOST_RULES,
        items: object(
          {
            code,
            system,
            action: { enum: ["C", "R", "U", "D", "E"] },
            access: { type: "boolean", description: "Whether such an event is an access." },
          },
          ["code", "access"],
        ),
      },
    },
    ["kind", "version", "patients", "actors", "roles"],
  ),
} as const;

/**
 * Checks a mapping.
 * @param value parsed JSON
 * @throws DOCUMENT_INVALID with all faults in `details.faults`: the place of each and what is wanted there
 */
export function parseAccessLogMapping(value: unknown): AccessLogMapping {
  const faults = schemaFaults(MAPPING_SCHEMA, value, "");
  // Rules are compared only where all of them have their form.
  const all = faults.length > 0 ? faults : meaningFaults(value as AccessLogMapping);
  if (all.length === 0) return value as AccessLogMapping;
  const said = all.map(({ at, wanted }) => `${at} must be ${wanted}`);
  throw new VitalproofError(
    "DOCUMENT_INVALID",
    `The mapping has ${all.length} ${all.length === 1 ? "fault" : "faults"}: ${said.join("; ")}.`,
    {
      details: { faults: all },
      hint: "docs/access-logs.md says how a mapping is written; its schema is docs/schemas/access-log-mapping.json.",
    },
  );
}

function meaningFaults(mapping: AccessLogMapping): SchemaFault[] {
  const faults: SchemaFault[] = [];
  if (mapping.zone !== undefined) {
    try {
      zoneRules(mapping.zone);
    } catch (error) {
      if (!(error instanceof VitalproofError)) throw error;
      faults.push({ at: "zone", wanted: 'a time zone, such as "Europe/Berlin" or "+01:00"' });
    }
  }
  for (const name of ["roles", "purposes", "classes", "events"] as const) {
    const seen = new Map<string, number>();
    for (const [i, rule] of (mapping[name] ?? []).entries()) {
      const key = conditionOf(rule);
      const before = seen.get(key);
      if (before !== undefined)
        faults.push({
          at: `${name}[${i}]`,
          wanted: `another rule than ${name}[${before}], whose condition it has`,
        });
      else seen.set(key, i);
    }
  }
  return faults;
}

/** What a rule asks for, without what it says then. */
function conditionOf(rule: RoleRule | PurposeRule | ClassRule | EventRule): string {
  const said = Object.entries(rule)
    .filter(([name]) => !["role", "purpose", "emergency", "class", "access"].includes(name))
    .map(([name, value]) => [
      name,
      name === "system" ? canonicalSystem(String(value)) : name === "text" ? plainText(String(value)) : value,
    ]);
  return JSON.stringify(said.sort());
}

/** A text as it is compared. */
export function plainText(text: string): string {
  return text.normalize("NFC").trim().replace(/\s+/g, " ").toLowerCase();
}
