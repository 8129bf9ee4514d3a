// SPDX-License-Identifier: GPL-3.0-or-later
import { createHash } from "node:crypto";
import { readFile, realpath } from "node:fs/promises";
import { dirname, relative, resolve } from "node:path";
import { CircomError } from "../errors.ts";
import { withoutComments } from "../lint/source.ts";
import type { CircomConfig, CircuitInstance } from "../types.ts";

export interface SourceSet {
  /** Real paths, depth first, each once, the main file first. */
  readonly files: readonly string[];
  /** SHA-256 over the SHA-256 of each file's content, in that order: it does not depend on where the files are. */
  readonly sha256: string;
  /** `file:line` of `component main`, relative to the project. */
  readonly mainLocation: string;
}

/** Files read once per run: instances share most of their includes. */
export type SourceCache = Map<string, Promise<{ readonly text: string; readonly sha256: string }>>;

/**
 * Collects a circuit's main file and everything it includes, resolved as circom does: the including file's folder
 * first, then the include folders in their order.
 * @throws CircomError SOURCE_NOT_FOUND or INCLUDE_NOT_FOUND, naming instance, file and line
 */
export async function collectSources(
  config: CircomConfig,
  instance: CircuitInstance,
  cache: SourceCache = new Map(),
): Promise<SourceSet> {
  const shown = (path: string) => relative(config.root, path);
  const read = (path: string) => {
    let entry = cache.get(path);
    if (entry === undefined) {
      entry = readFile(path).then((bytes) => ({
        text: bytes.toString("utf8"),
        sha256: createHash("sha256").update(bytes).digest("hex"),
      }));
      cache.set(path, entry);
    }
    return entry;
  };
  const main = await realpath(instance.main).catch(() => {
    throw new CircomError(
      "SOURCE_NOT_FOUND",
      `instance "${instance.name}": its main file ${shown(instance.main)} does not exist`,
      { instance: instance.name, location: shown(instance.main) },
    );
  });

  const files: string[] = [];
  const hash = createHash("sha256");
  const visited = new Set<string>();
  const visit = async (path: string): Promise<void> => {
    if (visited.has(path)) return;
    visited.add(path);
    files.push(path);
    const { text, sha256 } = await read(path);
    hash.update(sha256, "hex");
    for (const { target, line } of includesOf(text)) {
      const found = await firstExisting(
        [dirname(path), ...config.include].map((folder) => resolve(folder, target)),
      );
      if (found === undefined) {
        const location = `${shown(path)}:${line}`;
        throw new CircomError(
          "INCLUDE_NOT_FOUND",
          `instance "${instance.name}": ${location} includes "${target}", which is neither in its folder nor in ` +
            `${config.include.map((folder) => shown(folder) || ".").join(", ")}; correct the path or extend \`circom.include\``,
          { instance: instance.name, location },
        );
      }
      await visit(found);
    }
  };
  await visit(main);

  const mainText = withoutComments((await read(main)).text);
  const at = mainText.search(/\bcomponent\s+main\b/);
  const line = at < 0 ? 1 : mainText.slice(0, at).split("\n").length;
  return { files, sha256: hash.digest("hex"), mainLocation: `${shown(instance.main)}:${line}` };
}

async function firstExisting(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) {
    const real = await realpath(path).catch(() => undefined);
    if (real !== undefined) return real;
  }
  return undefined;
}

function includesOf(text: string): { target: string; line: number }[] {
  const clean = withoutComments(text);
  return [...clean.matchAll(/\binclude\s*"([^"\n]+)"/g)].map((match) => ({
    target: match[1]!,
    line: clean.slice(0, match.index).split("\n").length,
  }));
}
