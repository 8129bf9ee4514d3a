// SPDX-License-Identifier: GPL-3.0-or-later
//
// "@vitalproof/hardhat-circom/list": reads the list of circuits, with nothing of what builds them. Scripts that write
// main files from the list start with it.
import { readFileSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import { CircomError } from "./errors.ts";
import { readFamilies } from "./families.ts";
import type { CircuitInstance, CircuitList } from "./types.ts";

export type { CircuitFamily, CircuitInstance, CircuitList, CircuitTemplate } from "./types.ts";

/**
 * Reads and checks the list of circuits.
 * @param root paths in messages are relative to it
 * @throws CircomError LIST_NOT_FOUND, LIST_INVALID or INSTANCE_DUPLICATE, with file and line
 */
export function readList(root: string, file: string): CircuitList {
  const shown = relative(root, file);
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new CircomError(
      "LIST_NOT_FOUND",
      `no list of circuits at ${shown}; create it or set \`circom.circuits\` in the Hardhat config`,
      { cause: error as Error },
    );
  }
  let list: { instances?: unknown; families?: unknown } | null;
  try {
    list = JSON.parse(text);
  } catch (error) {
    throw new CircomError("LIST_INVALID", `${shown} is not JSON: ${(error as Error).message}`, {
      location: shown,
      cause: error as Error,
    });
  }
  const entries = list?.instances;
  if (!Array.isArray(entries))
    throw new CircomError("LIST_INVALID", `${shown}: \`instances\` must be a list`);
  const families = readFamilies(list?.families, shown);

  const seen = new Map<string, number>();
  const verifiers = new Map<string, string>();
  const instances = entries.map((entry: unknown, index) => {
    const instance = parseInstance(entry, index, shown, dirname(file), families);
    const { name, verifier } = instance;
    if (seen.has(name)) {
      const location = `${shown}:${lineOf(text, name, 2)}`;
      throw new CircomError(
        "INSTANCE_DUPLICATE",
        `two instances are called "${name}" (entries ${seen.get(name)} and ${index}), the second at ${location}; names must be unique`,
        { instance: name, location },
      );
    }
    seen.set(name, index);
    if (verifier !== null) {
      const other = verifiers.get(verifier);
      if (other !== undefined) {
        throw new CircomError(
          "LIST_INVALID",
          `${shown}: instances "${other}" and "${name}" both export the verifier ${verifier}; give each its own`,
          { instance: name },
        );
      }
      verifiers.set(verifier, name);
    }
    return instance;
  });
  return { families, instances };
}

function parseInstance(
  entry: unknown,
  index: number,
  shown: string,
  folder: string,
  families: CircuitList["families"],
): CircuitInstance {
  if (typeof entry !== "object" || entry === null || Array.isArray(entry)) {
    throw new CircomError("LIST_INVALID", `${shown}: instance ${index} must be an object`);
  }
  const raw = entry as Record<string, unknown>;
  const { name, version, main, verifier, maxDomain, group = "default" } = raw;
  const label = typeof name === "string" ? `instance "${name}"` : `instance ${index}`;
  const need: (ok: boolean, key: string, what: string) => asserts ok = (ok, key, what) => {
    if (ok) return;
    throw new CircomError(
      "LIST_INVALID",
      `${shown}: ${label}: \`${key}\` must be ${what}, not ${JSON.stringify(raw[key]) ?? "missing"}`,
      typeof name === "string" ? { instance: name } : {},
    );
  };
  need(typeof name === "string" && /^[A-Za-z0-9][A-Za-z0-9-]*$/.test(name), "name", "letters, digits and -");
  need(
    typeof version === "number" && Number.isInteger(version) && version > 0,
    "version",
    "a whole number from 1",
  );
  need(typeof main === "string" && main.endsWith(".circom"), "main", "the path of a .circom file");
  need(
    verifier === null || (typeof verifier === "string" && /^[A-Za-z_$][A-Za-z0-9_$]*$/.test(verifier)),
    "verifier",
    "a contract name, or null for none",
  );
  need(
    typeof maxDomain === "number" && Number.isInteger(maxDomain) && maxDomain >= 1 && maxDomain <= 27,
    "maxDomain",
    "k of the largest domain 2^k, 1 to 27",
  );
  need(typeof group === "string" && group !== "", "group", "a group name");

  // Without families, `template` and `construction` are the project's own keys.
  const known = [...families.values()].flatMap((one) => [...one.templates.keys()]);
  const { template, construction } = raw;
  const family = [...families.values()].find((one) => one.templates.has(template as string));
  need(
    known.length === 0 || template === undefined || family !== undefined,
    "template",
    `a template of a family (${known.join(", ")}), or left out`,
  );
  const constructions = family?.templates.get(template as string)?.constructions;
  if (constructions !== undefined && constructions.length > 0) {
    need(
      constructions.includes(construction as string),
      "construction",
      `one of ${constructions.join(", ")}`,
    );
  } else if (family !== undefined) {
    need(construction === undefined, "construction", `left out: ${template} is built in one way`);
  }
  return { name, version, main: resolve(folder, main), verifier, maxDomain, group, family, raw };
}

/** Line of the nth `"name": "<name>"` in the list, from 1. */
function lineOf(text: string, name: string, nth: number): number {
  const pattern = new RegExp(`"name"\\s*:\\s*"${name}"`, "g");
  let position = 0;
  for (let i = 0; i < nth; i++) position = pattern.exec(text)?.index ?? position;
  return text.slice(0, position).split("\n").length;
}
