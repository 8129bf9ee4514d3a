// SPDX-License-Identifier: GPL-3.0-or-later
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { CircomError } from "../src/circuits.ts";
import type { Project } from "./helpers.ts";

export async function failure(work: Promise<unknown>): Promise<CircomError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof CircomError) return error;
    throw error;
  }
  throw new Error("expected a CircomError");
}

/** Every file below a folder, with its content. */
async function snapshot(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries(
    await Promise.all(files.sort().map(async (file) => [file, await readFile(file, "latin1")])),
  );
}

export const everything = async (project: Project) => ({
  ...(await snapshot(project.path("build"))),
  ...(await snapshot(project.path("circuits", "artifacts"))),
  ...(await snapshot(project.path("contracts"))),
});

/** The same, named from the project's root. */
export const relativeFiles = async (project: Project) =>
  Object.fromEntries(
    Object.entries(await everything(project)).map(([path, content]) => [
      path.slice(project.root.length),
      content,
    ]),
  );
