// SPDX-License-Identifier: GPL-3.0-or-later
//
// Large files in a small heap: readings are kept as columns of a few bytes each, and stored in records of a day each.
// LONG=1 takes a file of 8.4 million rows, some 240 MB, and bounds the memory of the whole process.
import { execFile } from "node:child_process";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createIdentity } from "@vitalproof/sdk";
import { expect } from "chai";
import { EXIT } from "../src/exit.ts";
import { saveIdentity } from "../src/identity.ts";
import { beginLog } from "../src/patientLog.ts";
import { withVault } from "../src/vault.ts";
import { ioOf, type Ran, ROOT } from "./support.ts";

const LONG = process.env.LONG === "1";
const ROWS = LONG ? 8_400_000 : 500_000;
/**
 * Megabytes of V8's heap. 500,000 rows need 46 to 50. While all pending readings were one text, `log add` of them did not
 * fit 96; 700,000 readings as objects did not fit 72.
 */
const HEAP = LONG ? 128 : 64;
/** Megabytes of the process. Measured: 269 to 309 with 0.5 million rows, 329 (inspect), 369 (check), 397 (log add) with 8.4. */
const MOST_MEMORY = 450;
const START = Date.UTC(2026, 0, 1) / 1000;
const PASSPHRASE = "correct horse battery staple";
const TABLE = ["--time", "time", "--value", "bpm", "--unit", "/min", "--metric", "heart-rate"];

describe("large files", function () {
  this.timeout(LONG ? 3_600_000 : 180_000);
  let cwd: string;
  before(async () => {
    cwd = await mkdtemp(join(tmpdir(), "vitalproof-memory-"));
    await writeRows(join(cwd, "rows.csv"));
  });
  after(() => rm(cwd, { recursive: true, force: true }));

  type Measured = Ran & { megabytes: number; silence: number; seconds: number };

  /** @returns also how much memory it took, and the longest time without a word on standard error */
  const small = (heap: number, ...argv: string[]): Promise<Measured> =>
    new Promise((resolve) => {
      const measure =
        'process.on("exit",()=>process.stderr.write("max "+process.resourceUsage().maxRSS+" kB\\n"))';
      const node = [
        `--max-old-space-size=${heap}`,
        "--import",
        `data:text/javascript,${encodeURIComponent(measure)}`,
        join(ROOT, "packages/cli/bin/vitalproof.cjs"),
        ...argv,
      ];
      const env = { ...process.env, VITALPROOF_PASSPHRASE: PASSPHRASE, VITALPROOF_VAULT: join(cwd, "vault") };
      const started = performance.now();
      let silence = 0;
      let told = started;
      const child = execFile(process.execPath, node, { cwd, env, maxBuffer: 2 ** 26 }, (_error, out, err) =>
        resolve({
          code: child.exitCode ?? -1,
          out,
          err,
          megabytes: Number(/max (\d+) kB/.exec(err)?.[1] ?? Number.NaN) / 1024,
          silence,
          seconds: (performance.now() - started) / 1000,
        }),
      );
      child.stderr?.on("data", () => {
        silence = Math.max(silence, (performance.now() - told) / 1000);
        told = performance.now();
      });
    });

  /** A long run says all the time how far it is, also at its end, and what it needs does not grow with the rows. */
  const expectFlat = (what: string, { megabytes, silence, seconds }: Measured): void => {
    if (!LONG) return;
    console.log(
      `      ${what}: ${megabytes.toFixed(0)} MB, ${seconds.toFixed(0)} s, silent for up to ${silence.toFixed(1)} s`,
    );
    expect(megabytes, what).to.be.below(MOST_MEMORY);
    expect(silence, what).to.be.below(Math.max(10, seconds / 20));
  };

  it(`inspect counts ${ROWS} rows in a heap of ${HEAP} MB, exactly`, async function () {
    // It reads and slots as check does, which is always tried.
    if (!LONG) this.skip();
    const ran = await small(HEAP, "--json", "inspect", "rows.csv", ...TABLE);
    expect(ran.code, ran.err.slice(-300)).to.equal(EXIT.ok);
    const between = Math.ceil(ROWS / 70_000);
    const told = JSON.parse(ran.out) as { report: Record<string, unknown> };
    expect(told).to.include({ readings: ROWS, interval: 1, kept: ROWS - between, moved: 0, dropped: 0 });
    expect(told.report).to.include({ taken: ROWS, duplicates: Math.ceil(ROWS / 1000), outOfOrder: 0 });
    expectFlat("inspect", ran);
  });

  it(`check decides about ${ROWS} rows in a heap of ${HEAP} MB, exactly`, async () => {
    const ran = await small(HEAP, "--json", "check", "rows.csv", "--question", "heart-rate-below", ...TABLE);
    expect(ran.code, ran.err.slice(-300)).to.equal(EXIT.no);
    const { valid, slots, sealing } = JSON.parse(ran.out) as {
      valid: number;
      slots: number;
      sealing: Record<string, unknown>;
    };
    // Every 1,000th row is given twice, which the reader counts; every 70,000th is between two steps.
    const between = Math.ceil(ROWS / 70_000);
    expect(sealing).to.deep.equal({
      given: ROWS,
      refused: { "not-representable": between },
      duplicates: 0,
      moved: 0,
      dropped: 0,
    });
    expect(valid).to.equal(ROWS - between);
    expect(slots).to.equal(Math.ceil(ROWS / 3600) * 3600);
    expectFlat("check", ran);
  });

  it(`log add keeps them all in a heap of ${HEAP} MB, and says how far it is`, async () => {
    const world = { cwd, env: { VITALPROOF_PASSPHRASE: PASSPHRASE } };
    await withVault(
      ioOf(world),
      { vault: "vault" },
      async (vault) => {
        const identity = createIdentity();
        await saveIdentity(vault, identity);
        const opening = {
          group: 1n,
          subject: identity.subject,
          profile: "heart-rate-1s" as const,
          offset: 0,
          firstEpoch: START / 3600,
          genesis: 1n,
        };
        const account = `0x${"11".repeat(20)}`;
        await beginLog(vault, "heart", {
          opening,
          domain: { chainId: 31337n, anchors: account },
          attester: account,
        });
      },
      { create: true, logN: 14 },
    );
    const ran = await small(HEAP, "--json", "log", "add", "rows.csv", ...TABLE);
    expect(ran.code, ran.err.slice(-300)).to.equal(EXIT.ok);
    const between = Math.ceil(ROWS / 70_000);
    expect(JSON.parse(ran.out)).to.include({ given: ROWS, taken: ROWS - between, duplicates: 0 });
    expectFlat("log add", ran);
  });
});

async function writeRows(path: string): Promise<void> {
  const file = createWriteStream(path);
  let text = "time,bpm\n";
  for (let i = 0; i < ROWS; i++) {
    const row = `${new Date((START + i) * 1000).toISOString()},${i % 70_000 === 0 ? "70.5" : 60 + ((i * 7919) % 60)}\n`;
    text += i % 1000 === 0 ? row + row : row;
    if (text.length > 1e6) {
      if (!file.write(text)) await once(file, "drain");
      text = "";
    }
  }
  file.end(text);
  await once(file, "finish");
}
