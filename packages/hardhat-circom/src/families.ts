// SPDX-License-Identifier: GPL-3.0-or-later
import { CircomError } from "./errors.ts";
import type { CircuitFamily, CircuitTemplate } from "./types.ts";

type Need = (ok: boolean, key: string, what: string, value: unknown) => asserts ok;

/**
 * Checks the families of a list of circuits; a list without them has none.
 * @throws CircomError LIST_INVALID
 */
export function readFamilies(raw: unknown, shown: string): ReadonlyMap<string, CircuitFamily> {
  const need: Need = (ok, key, what, value) => {
    if (ok) return;
    throw new CircomError(
      "LIST_INVALID",
      `${shown}: \`${key}\` must be ${what}, not ${JSON.stringify(value) ?? "missing"}`,
    );
  };
  if (raw === undefined) return new Map();
  need(isObject(raw), "families", "an object", raw);
  const owners = new Map<string, string>();
  const families = new Map<string, CircuitFamily>();
  for (const [name, entry] of Object.entries(raw)) {
    const key = `families.${name}`;
    need(isObject(entry), key, "an object", entry);
    const { folder, publicInputs, privateInputs = [], templates } = entry;
    need(typeof folder === "string" && folder !== "", `${key}.folder`, "a folder below the list's", folder);
    need(isNames(publicInputs), `${key}.publicInputs`, "the public inputs in their order", publicInputs);
    need(isNames(privateInputs), `${key}.privateInputs`, "a list of inputs", privateInputs);
    need(isObject(templates), `${key}.templates`, "an object", templates);
    const own = new Map<string, CircuitTemplate>();
    for (const [template, value] of Object.entries(templates)) {
      const at = `${key}.templates.${template}`;
      need(isObject(value), at, "an object", value);
      const { parameters, constructions = [] } = value;
      need(isNames(parameters), `${at}.parameters`, "a list of parameters", parameters);
      need(isNames(constructions), `${at}.constructions`, "a list of constructions", constructions);
      const owner = owners.get(template);
      need(owner === undefined, at, `in one family; ${owner} has it`, value);
      owners.set(template, name);
      own.set(template, { parameters, constructions });
    }
    families.set(name, { name, folder, publicInputs, privateInputs, templates: own });
  }
  return families;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isNames(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === "string" && one !== "");
}
