// SPDX-License-Identifier: GPL-3.0-or-later
//
// A disk that is really full: a file system of 256 KiB. Mounting one needs root; elsewhere the tests are skipped.
import { spawnSync } from "node:child_process";
import { appendFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { codeOf, type Ran, vitalproof } from "./support.ts";

describe("a full disk", function () {
  this.timeout(120_000);

  let outside: string;
  let disk: string;

  before(function () {
    outside = mkdtempSync(join(tmpdir(), "vitalproof-full-"));
    disk = join(outside, "disk");
    mkdirSync(disk);
    const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=256k", "tmpfs", disk]);
    if (mounted.status !== 0) {
      console.log("      skipped: a small file system can only be mounted by root");
      this.skip();
    }
    writeFileSync(join(outside, "passphrase"), "correct horse battery staple\n", { mode: 0o600 });
  });
  after(() => {
    if (disk !== undefined) spawnSync("umount", [disk]);
    if (outside !== undefined) rmSync(outside, { recursive: true, force: true });
  });

  const run = (...argv: string[]): Promise<Ran> =>
    vitalproof(
      { cwd: outside },
      ...["--json", "--quiet", "--vault", join(disk, "vault")],
      ...["--passphrase-file", "passphrase"],
      ...argv,
    );
  const files = () => readdirSync(disk, { recursive: true }).map(String).sort();

  /** Writes until the disk takes no byte more. */
  function fill(): void {
    for (const size of [65_536, 4096, 1]) {
      try {
        for (;;) appendFileSync(join(disk, "filler"), Buffer.alloc(size));
      } catch (error) {
        expect((error as NodeJS.ErrnoException).code).to.equal("ENOSPC");
      }
    }
  }

  function expectFull({ code, err }: Ran, error: string): void {
    expect(code, err).to.equal(3);
    expect(err).to.contain("ENOSPC").and.to.contain("The disk is full. Make space and try again.");
    expect(codeOf({ code, out: "", err })).to.equal(error);
  }

  it("is named as the reason, leaves no half file, and the same commands succeed once there is space", async () => {
    const made = await run("identity", "new", "--scrypt-cost", "14");
    expect(made.code, made.err).to.equal(0);
    fill();
    const before = files();

    const backup = ["identity", "backup", "--backup-passphrase-file", "passphrase", "--scrypt-cost", "14"];
    expectFull(await run(...backup, "--out", join(disk, "backup.json")), "FILE_UNREADABLE");
    expect(files()).to.deep.equal(before);
    // The lock comes first.
    expectFull(await run("device", "simulate"), "FILE_UNREADABLE");
    expect(files()).to.deep.equal(before);

    rmSync(join(disk, "filler"));
    for (const argv of [
      [...backup, "--out", join(disk, "backup.json")],
      ["device", "simulate"],
      ["vault", "check"],
    ]) {
      const { code, err } = await run(...argv);
      expect(code, err).to.equal(0);
    }
    expect(files()).to.include("backup.json");
    expect(files().filter((file) => file.endsWith(".tmp"))).to.deep.equal([]);
    expect((await run("device", "list")).out).to.contain("simulated");
  });
});
