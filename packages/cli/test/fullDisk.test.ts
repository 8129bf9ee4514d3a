// SPDX-License-Identifier: GPL-3.0-or-later
//
// A disk that is really full, and a system that takes no larger file: the reason is said, nothing is left half written,
// and the next run succeeds.
import { execFile, spawnSync } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { EXIT } from "../src/exit.ts";
import { ROOT } from "./support.ts";

const PASSPHRASE = "correct horse battery staple";
const BIN = join(ROOT, "packages/cli/bin/vitalproof.cjs");

/** A mount of one's own, which goes with the process, needs Linux and its user namespaces. */
const canMount = spawnSync("unshare", ["-rm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]).status === 0;

type Step = { code: number; said: string; files: string[] };

describe("a full disk", function () {
  this.timeout(180_000);
  let cwd: string;
  beforeEach(async () => {
    cwd = await mkdtemp(join(tmpdir(), "vitalproof-full-"));
  });
  afterEach(() => rm(cwd, { recursive: true, force: true }));

  /** Runs a shell script whose `step NAME WORDS…` runs the command and keeps what it said and which files are there. */
  async function script(
    lines: readonly string[],
    start: readonly string[] = [],
  ): Promise<Record<string, Step>> {
    const kept = join(cwd, "steps");
    const text = [
      "set -u",
      `mkdir -p '${kept}'`,
      "step() { name=$1; shift; code=0",
      `  "${process.execPath}" "${BIN}" --json --quiet --vault vault "$@" > '${kept}'/$name.said 2>&1 || code=$?`,
      `  echo $code > '${kept}'/$name.code; find . -type f ! -name filler ! -path './steps/*' | LC_ALL=C sort > '${kept}'/$name.files`,
      "}",
      // Zeros until dd ends with the error that is wanted, less so many pages.
      "fill() { dd if=/dev/zero of=disk/filler bs=4k 2> /dev/null || true",
      "  [ $1 = 0 ] || truncate -s -$(( $1 * 4096 )) disk/filler; }",
      "free() { rm disk/filler; }",
      ...lines,
    ].join("\n");
    const env = { ...process.env, VITALPROOF_PASSPHRASE: PASSPHRASE };
    const [program, ...args] = [...start, "sh", "-c", text];
    await new Promise<void>((resolve, reject) => {
      execFile(program!, args, { cwd, env }, (error, _out, err) =>
        error === null ? resolve() : reject(new Error(`${error.message}\n${err}`)),
      );
    });
    const names = (await readdir(kept)).filter((file) => file.endsWith(".code"));
    const read = async (name: string, what: string) =>
      (await readFile(join(kept, `${name}.${what}`), "utf8")).trim();
    const steps = names.map(async (file): Promise<[string, Step]> => {
      const name = file.slice(0, -".code".length);
      const files = (await read(name, "files")).split("\n");
      return [name, { code: Number(await read(name, "code")), said: await read(name, "said"), files }];
    });
    return Object.fromEntries(await Promise.all(steps));
  }

  it("says that the disk is full, leaves no half file, and goes on when there is space", async function () {
    if (!canMount) {
      console.log("      skipped: this system does not let a test mount a disk of its own");
      this.skip();
    }
    const steps = await script(
      [
        "step new identity new --scrypt-cost 14",
        // Enough that a copy is longer than one page.
        "for device in a b c; do step before device simulate --name $device; done",
        "mkdir disk && mount -t tmpfs -o size=256k,mode=700 tmpfs disk",
        // The vault is elsewhere: what meets the full disk is the document. A part of it fits.
        "fill 1; step document vault copy --out disk/copy.json; free",
        "step documentLater vault copy --out disk/copy.json",
        "step opens vault restore disk/copy.json --vault restored",
        // The vault is on it: its lock fits, a new record does not.
        "step there identity new --scrypt-cost 14 --vault disk/vault",
        "fill 1; step record device simulate --vault disk/vault; free",
        "step recordLater device simulate --vault disk/vault",
        // No page is left: a new vault does not even get its lock.
        "fill 0; step vault identity new --scrypt-cost 14 --vault disk/other; free",
        "step vaultLater identity new --scrypt-cost 14 --vault disk/other",
      ],
      ["unshare", "-rm"],
    );
    for (const [name, before, code] of [
      ["document", "before", "FILE_UNREADABLE"],
      ["record", "there", "STORE_FAILED"],
      ["vault", "recordLater", "FILE_UNREADABLE"],
    ] as const) {
      const step = steps[name]!;
      const { error } = JSON.parse(step.said) as { error: { code: string; message: string; hint: string } };
      expect([step.code, error.code], step.said).to.deep.equal([EXIT.input, code]);
      expect(error.message, name).to.contain("(ENOSPC)");
      expect(error.hint, name).to.equal("The disk is full. Make space and try again.");
      expect(step.files, name).to.deep.equal(steps[before]!.files);
    }
    const { error } = JSON.parse(steps.document!.said) as { error: { message: string } };
    expect(error.message).to.contain("disk/copy.json");
    for (const name of ["new", "before", "there", "documentLater", "opens", "recordLater", "vaultLater"]) {
      expect(steps[name]!.code, `${name}: ${steps[name]!.said}`).to.equal(EXIT.ok);
    }
    const subject = (name: string) => (JSON.parse(steps[name]!.said) as { subject: string }).subject;
    expect(subject("opens")).to.equal(subject("new"));
  });

  it("a document that outgrows what the system allows leaves what was there before", async () => {
    await writeFile(join(cwd, "old.json"), "what was there\n");
    // Blocks of 512 bytes or of a kilobyte: the vault's lock fits, its copy does not. Pipes have no limit, files do.
    const run = `"${process.execPath}" "${BIN}" --json --quiet --vault vault vault copy --out old.json`;
    const steps = await script([
      "step new identity new --scrypt-cost 14",
      "step before device simulate",
      `code=0; said=$( (ulimit -f 2; exec ${run}) 2>&1 ) || code=$?`,
      'echo "$said" > steps/limited.said; echo $code > steps/limited.code',
      "find . -type f ! -path './steps/*' | LC_ALL=C sort > steps/limited.files; cp old.json kept; rm old.json",
      "step later vault copy --out old.json",
      "step opens vault restore old.json --vault restored",
    ]);
    const { code, said, files } = steps.limited!;
    const { error } = JSON.parse(said) as { error: { code: string; message: string; hint: string } };
    expect([code, error.code]).to.deep.equal([EXIT.input, "FILE_UNREADABLE"]);
    expect(error.message).to.equal("old.json cannot be written (EFBIG).");
    expect(error.hint).to.equal("The file is larger than the system allows.");
    expect(files).to.deep.equal(steps.before!.files);
    expect(await readFile(join(cwd, "kept"), "utf8")).to.equal("what was there\n");
    for (const name of ["new", "later", "opens"]) {
      expect(steps[name]!.code, `${name}: ${steps[name]!.said}`).to.equal(EXIT.ok);
    }
  });
});
