// SPDX-License-Identifier: GPL-3.0-or-later
import {
  ACCESS_EVENTS,
  DEFAULT_LABELS,
  DEFAULT_OBJECTS,
  DEFAULT_PURPOSES,
  DEFAULT_RESOURCES,
  EMERGENCIES,
  MACHINES,
  OTHER_EVENTS,
} from "./defaults.ts";
import type { Concept, Identifier, LogEvent } from "./event.ts";
import {
  type AccessLogMapping,
  type CodeRule,
  type IdentifierRule,
  type LedgerClass,
  type LedgerPurpose,
  type LedgerRole,
  plainText,
} from "./mapping.ts";
import { canonicalSystem } from "./systems.ts";
import { timeReader } from "./time.ts";

export type PurposeMeaning = { readonly purpose: LedgerPurpose; readonly emergency: boolean };

/** What codes mean: of a system, or of any (the empty name). The mapping's own come before those of the standards. */
class CodeTable<T> {
  readonly #own = new Map<string, T>();
  readonly #standard = new Map<string, T>();

  own(rule: CodeRule, meaning: T): void {
    this.#own.set(
      `${rule.system === undefined ? "" : canonicalSystem(rule.system)}|${rule.code.trim()}`,
      meaning,
    );
  }

  standard(system: string, code: string, meaning: T): void {
    this.#standard.set(`${system}|${code}`, meaning);
  }

  /** All that a concept's codes mean: those of the mapping, or else those of the standards. */
  meaningsOf(concept: Concept): T[] {
    for (const table of [this.#own, this.#standard]) {
      const found = concept.codings.flatMap(({ systems, code }) => {
        const named = systems.flatMap((system) => keep(table.get(`${system}|${code}`)));
        return named.length > 0 ? named : keep(table.get(`|${code}`));
      });
      if (found.length > 0) return found;
    }
    return [];
  }
}

function keep<T>(value: T | undefined): T[] {
  return value === undefined ? [] : [value];
}

/** A mapping, made ready for many events. */
export class Rules {
  readonly timeOf: ReturnType<typeof timeReader>;
  readonly #mapping: AccessLogMapping;
  readonly #roles = new CodeTable<LedgerRole>();
  readonly #roleTexts = new Map<string, LedgerRole>();
  readonly #actorRoles = new Map<string, LedgerRole>();
  readonly #purposes = new CodeTable<PurposeMeaning>();
  readonly #resources = new Map<string, LedgerClass>();
  readonly #objects = new CodeTable<LedgerClass>();
  readonly #labels = new CodeTable<LedgerClass>();
  readonly #eventClasses = new CodeTable<LedgerClass>();
  readonly #events = new CodeTable<"access" | "other">();
  readonly #machines = new CodeTable<true>();

  /** @param mapping that `parseAccessLogMapping` has checked */
  constructor(mapping: AccessLogMapping) {
    this.#mapping = mapping;
    this.timeOf = timeReader(mapping.zone);
    for (const rule of mapping.roles) {
      if ("code" in rule) this.#roles.own(rule, rule.role);
      else if ("text" in rule) this.#roleTexts.set(plainText(rule.text), rule.role);
      else this.#actorRoles.set(rule.actor.trim(), rule.role);
    }
    for (const [purpose, codes] of entriesOf(DEFAULT_PURPOSES))
      for (const code of codes) this.#purposes.standard("ActReason", code, { purpose, emergency: false });
    for (const code of EMERGENCIES)
      this.#purposes.standard("ActReason", code, { purpose: "treatment", emergency: true });
    for (const rule of mapping.purposes ?? [])
      this.#purposes.own(rule, { purpose: rule.purpose, emergency: rule.emergency ?? false });
    this.#addClasses(mapping);
    for (const [system, code] of ACCESS_EVENTS) this.#events.standard(system, code, "access");
    for (const [system, code] of OTHER_EVENTS) this.#events.standard(system, code, "other");
    for (const [system, code] of MACHINES) this.#machines.standard(system, code, true);
  }

  #addClasses({ classes = [] }: AccessLogMapping): void {
    for (const [name, resources] of entriesOf(DEFAULT_RESOURCES))
      for (const resource of resources) this.#resources.set(resource, name);
    for (const [table, defaults] of [
      [this.#objects, DEFAULT_OBJECTS],
      [this.#labels, DEFAULT_LABELS],
    ] as const) {
      for (const [name, codes] of entriesOf(defaults))
        for (const [system, code] of codes) table.standard(system, code, name);
    }
    for (const rule of classes) {
      const system = "system" in rule && rule.system !== undefined ? { system: rule.system } : {};
      if ("resource" in rule) this.#resources.set(rule.resource.trim(), rule.class);
      else if ("object" in rule) this.#objects.own({ code: rule.object, ...system }, rule.class);
      else if ("label" in rule) this.#labels.own({ code: rule.label, ...system }, rule.class);
      else this.#eventClasses.own({ code: rule.event, ...system }, rule.class);
    }
  }

  /** Whether an event is an access; undefined where nothing says. */
  isAccess({ kinds, action }: LogEvent): boolean | undefined {
    for (const rule of this.#mapping.events ?? []) {
      const system = rule.system === undefined ? undefined : canonicalSystem(rule.system);
      const names = (concept: Concept): boolean =>
        concept.codings.some(
          (coding) =>
            coding.code === rule.code.trim() && (system === undefined || coding.systems.includes(system)),
        );
      if ((rule.action === undefined || rule.action === action) && kinds.some(names)) return rule.access;
    }
    const meanings = kinds.flatMap((concept) => this.#events.meaningsOf(concept));
    if (action === "C" || action === "U" || action === "D" || meanings.includes("other")) return false;
    return meanings.includes("access") || action === "R" ? true : undefined;
  }

  /** undefined where nothing says. */
  isSuccess({ outcome }: LogEvent): boolean | undefined {
    if (outcome === "success" || outcome === "failure") return outcome === "success";
    return outcome === "absent" && this.#mapping.absentOutcome === "success" ? true : undefined;
  }

  /** Each name of a patient that counts: one, none, or several that contradict each other. */
  patientIds(identifiers: readonly Identifier[]): string[] {
    return idsBy(this.#mapping.patients, identifiers);
  }

  actorIds(identifiers: readonly Identifier[]): string[] {
    return idsBy(this.#mapping.actors, identifiers);
  }

  /** The roles that the codes, texts and the actor's own name say. */
  rolesOf(actor: string, concepts: readonly Concept[]): Set<LedgerRole> {
    const said = concepts.flatMap((concept) => {
      const byCode = this.#roles.meaningsOf(concept);
      if (byCode.length > 0) return byCode;
      return concept.texts.flatMap((text) => keep(this.#roleTexts.get(plainText(text))));
    });
    return new Set([...said, ...keep(this.#actorRoles.get(actor))]);
  }

  /** Whether someone is a program by its role, and the mapping does not say otherwise. */
  isMachine(concepts: readonly Concept[]): boolean {
    const isMapped = concepts.some((concept) => this.#roles.meaningsOf(concept).length > 0);
    return !isMapped && concepts.some((concept) => this.#machines.meaningsOf(concept).length > 0);
  }

  purposesOf(concept: Concept): PurposeMeaning[] {
    return this.#purposes.meaningsOf(concept);
  }

  /** The classes of an object: those of its labels, or else of its type. */
  classesOf(
    resource: string | undefined,
    codes: readonly Concept[],
    labels: readonly Concept[],
  ): LedgerClass[] {
    const labelled = labels.flatMap((concept) => this.#labels.meaningsOf(concept));
    if (labelled.length > 0) return labelled;
    const typed = resource === undefined ? [] : keep(this.#resources.get(resource));
    return [...typed, ...codes.flatMap((concept) => this.#objects.meaningsOf(concept))];
  }

  eventClasses({ kinds }: LogEvent): LedgerClass[] {
    return kinds.flatMap((concept) => this.#eventClasses.meaningsOf(concept));
  }
}

function idsBy(rules: readonly IdentifierRule[], identifiers: readonly Identifier[]): string[] {
  for (const rule of rules) {
    const found = identifiers.filter((each) => fits(rule, each)).map((each) => shown(rule, each));
    if (found.length > 0) return [...new Set(found)];
  }
  return [];
}

function fits(rule: IdentifierRule, { systems, types, reference }: Identifier): boolean {
  if ("reference" in rule) return reference === rule.reference;
  if ("system" in rule && !systems.includes(canonicalSystem(rule.system))) return false;
  return rule.type === undefined || types.includes(rule.type);
}

/** Without a system in the rule it is a part of the name: two authorities give the same number to two people. */
function shown(rule: IdentifierRule, { system, value }: Identifier): string {
  return "type" in rule && !("system" in rule) && system !== undefined ? `${system}|${value}` : value;
}

function entriesOf<K extends string, V>(record: Partial<Readonly<Record<K, V>>>): [K, V][] {
  return Object.entries(record) as [K, V][];
}
