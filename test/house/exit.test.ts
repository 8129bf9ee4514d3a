// SPDX-License-Identifier: GPL-3.0-or-later
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect } from "chai";

/** The end of what a script of npm prints, more than a pipe holds, to a reader that is slow. */
function endOfLong(): string {
  const folder = mkdtempSync(join(tmpdir(), "vitalproof-exit-"));
  try {
    const exit = pathToFileURL(join(import.meta.dirname, "../../scripts/exit.ts")).href;
    writeFileSync(join(folder, "package.json"), JSON.stringify({ scripts: { long: "node long.mjs" } }));
    writeFileSync(
      join(folder, "long.mjs"),
      `import { exit } from "${exit}";\nconsole.log("x".repeat(300_000));\nconsole.log("the end");\nawait exit(0);\n`,
    );
    const { stdout } = spawnSync("bash", ["-c", "npm run -s long 2>&1 | (sleep 0.5; cat)"], {
      cwd: folder,
      encoding: "utf8",
      maxBuffer: 10_000_000,
    });
    return stdout.slice(-8);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe("the end of a script", () => {
  it("comes after everything that it wrote", function () {
    this.timeout(60_000);
    expect(endOfLong()).to.equal("the end\n");
  });
});
