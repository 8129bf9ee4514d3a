// SPDX-License-Identifier: GPL-3.0-or-later
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { EXIT } from "../src/exit.ts";
import { ROOT } from "./support.ts";

const COMMAND = join(ROOT, "packages/cli/bin/vitalproof.cjs");
const COLUMNS = ["--time", "time", "--value", "glucose", "--unit", "mg/dL"];

describe("where the output goes", function () {
  this.timeout(60_000);
  let cwd: string;
  before(() => {
    cwd = mkdtempSync(join(tmpdir(), "vitalproof-pipes-"));
    writeFileSync(
      join(cwd, "good.csv"),
      "time,glucose\n2026-03-02T00:00:00Z,100\n2026-03-02T00:05:00Z,101\n",
    );
    writeFileSync(
      join(cwd, "people.csv"),
      "id,time,glucose\na,2026-03-02T00:00:00Z,1\nb,2026-03-02T00:05:00Z,1\n",
    );
    writeFileSync(join(cwd, "empty.csv"), "time,glucose\n");
  });
  after(() => rmSync(cwd, { recursive: true }));

  const codeOf = async (child: ChildProcess): Promise<unknown> => (await once(child, "exit"))[0];

  /** Both ends are closed before the command writes its first line, as `head` does when it has seen enough. */
  const closed = (argv: readonly string[]): Promise<unknown> => {
    const child = spawn(process.execPath, [COMMAND, ...argv], { cwd, stdio: ["ignore", "pipe", "pipe"] });
    child.stdout.destroy();
    child.stderr.destroy();
    return codeOf(child);
  };

  for (const [argv, code] of [
    [["inspect", "good.csv", ...COLUMNS], EXIT.ok],
    [["check", "good.csv", ...COLUMNS, "--question", "time-in-range"], EXIT.no],
    [["inspect", "people.csv", ...COLUMNS], EXIT.usage],
    [["prove", "--no-such-option"], EXIT.usage],
    [["inspect", "absent.csv", ...COLUMNS, "--json"], EXIT.input],
    [["inspect", "empty.csv", ...COLUMNS], EXIT.nothing],
  ] as const) {
    it(`a closed pipe leaves the exit code ${code}: ${argv.slice(0, 2).join(" ")}`, async () => {
      expect(await closed(argv)).to.equal(code);
    });
  }

  it("a result that cannot be written is not a success", async function () {
    if (!existsSync("/dev/full")) this.skip();
    const child = spawn(process.execPath, [COMMAND, "inspect", "good.csv", ...COLUMNS], {
      cwd,
      stdio: ["ignore", openSync("/dev/full", "w"), "pipe"],
    });
    let err = "";
    child.stderr!.setEncoding("utf8").on("data", (text: string) => {
      err += text;
    });
    expect(await codeOf(child)).to.equal(EXIT.input);
    expect(err).to.contain("The result cannot be written (ENOSPC).");
  });
});
