// SPDX-License-Identifier: GPL-3.0-or-later
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import { EXIT } from "../src/exit.ts";
import { codeOf, ROOT, vitalproof } from "./support.ts";

const world = { cwd: tmpdir() };

describe("the command line", function () {
  this.timeout(30_000);

  it("help and version end well, and go to standard output", async () => {
    for (const flag of ["--help", "--version"]) {
      const { code, out, err } = await vitalproof(world, flag);
      expect(code).to.equal(EXIT.ok);
      expect(out).to.not.equal("");
      expect(err).to.equal("");
    }
  });

  it("wrong use is exit code 2, as text and as JSON", async () => {
    for (const argv of [["no-such-command"], ["--no-such-option"], ["--clock", "sundial"]]) {
      const text = await vitalproof(world, ...argv);
      expect(text.code).to.equal(EXIT.usage);
      expect(text.out).to.equal("");
      expect(text.err).to.contain("[USAGE]");
      expect(text.err).to.not.contain("    at ");
      const json = await vitalproof(world, "--json", ...argv);
      expect(json.code).to.equal(EXIT.usage);
      expect(codeOf(json)).to.equal("USAGE");
    }
  });

  it("the installed command runs, on this Node and on the one of the system", async () => {
    const bin = join(ROOT, "packages/cli/bin/vitalproof.cjs");
    const nodes = [process.execPath, "/usr/bin/node", "/usr/local/bin/node"].filter((path) =>
      existsSync(path),
    );
    for (const node of nodes) {
      const { stdout } = await promisify(execFile)(node, [bin, "--version"]);
      expect(stdout).to.match(/^\d+\.\d+\.\d+\n$/);
    }
  });
});
