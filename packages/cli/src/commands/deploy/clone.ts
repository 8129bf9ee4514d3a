// SPDX-License-Identifier: GPL-3.0-or-later
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { VitalproofError } from "@vitalproof/sdk";
import type { Io } from "../../io.ts";
import { VERSION } from "../../place.ts";

/** What a clone needs so that its deployment script runs: the script, and what `npm install` puts there. */
const SCRIPT = "scripts/deploy.ts";
const INSTALLED = "node_modules/hardhat/package.json";
const COMMAND = "packages/cli/package.json";

/**
 * The clone of the repository whose sources, compilers and journal a deployment needs. The command in a clone uses its own. The
 * installed command is told which: it runs that folder's code with the deployer's key, so it never guesses.
 *
 * @throws NOT_ALLOWED if no clone is named or its version is not the command's; FILE_UNREADABLE if the folder is not
 * a complete clone
 */
export async function cloneOf(io: Io, named: string | undefined): Promise<string> {
  if (named === undefined) {
    if (!io.installed) return io.root;
    throw new VitalproofError("NOT_ALLOWED", "The installed command deploys from a clone. None is named.", {
      hint: `Clone the repository at version ${VERSION}, run \`npm install\` there, and name its folder with --clone.`,
    });
  }
  const folder = resolve(io.cwd, named);
  const wrong = (what: string, hint: string) =>
    new VitalproofError("FILE_UNREADABLE", `--clone ${named}: ${what}`, { details: { folder }, hint });
  if (!existsSync(join(folder, SCRIPT)) || !existsSync(join(folder, COMMAND))) {
    throw wrong(`there is no ${SCRIPT} in it.`, "Name the top folder of a clone of the repository.");
  }
  if (!existsSync(join(folder, INSTALLED))) {
    throw wrong(
      "its packages are not installed.",
      `Run \`npm install\` in ${folder}, then run the command again.`,
    );
  }
  const { version } = await readFile(join(folder, COMMAND), "utf8")
    .then((text) => JSON.parse(text) as { version?: unknown })
    .catch(() => {
      throw wrong(`its ${COMMAND} cannot be read.`, "Clone the repository again, or restore that file.");
    });
  if (version !== VERSION) {
    throw new VitalproofError(
      "NOT_ALLOWED",
      `--clone ${named} is of version ${String(version)}. This command is of version ${VERSION}.`,
      {
        details: { folder, version: String(version), expected: VERSION },
        hint: `Check out version ${VERSION} there, or install that version of the command.`,
      },
    );
  }
  return folder;
}
