// SPDX-License-Identifier: GPL-3.0-or-later
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ERROR_CODES, profileOf, VitalproofError } from "@vitalproof/sdk";
import { isDevelopmentAccount } from "@vitalproof/sdk/node";
import { ANCHOR_PATHS, documentText, ENROLMENT_REQUEST, parseDocument } from "@vitalproof/sdk/wire";
import { expect } from "chai";
import { HDNodeWallet, Mnemonic, Wallet } from "ethers";
import { counted } from "../src/counted.ts";
import { EXIT, exitCodeOf, tellError } from "../src/exit.ts";
import { durationText, nameOfEpoch, parseDay, parseDuration, parseEpoch, parseInstant } from "../src/time.ts";
import { codeOf, ioOf, vitalproof } from "./support.ts";

const glucose = profileOf("glucose-mg-dl-5min");
const heart = profileOf("heart-rate-1s");

function codeThrown(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    return error instanceof VitalproofError ? error.code : String(error);
  }
  return "nothing thrown";
}

describe("parts of the command", function () {
  this.timeout(60_000);

  describe("times", () => {
    it("stretches of time are told in the largest units that fit", () => {
      for (const [seconds, text] of [
        [0, "0 seconds"],
        [1, "1 second"],
        [90, "1 minute 30 seconds"],
        [3600, "1 hour"],
        [129_600, "1 day 12 hours"],
        [14 * 86_400, "14 days"],
      ] as const) {
        expect(durationText(seconds)).to.equal(text);
      }
      expect([
        counted(1, "entry", "entries"),
        counted(0, "record"),
        counted(2, "entry", "entries"),
      ]).to.deep.equal(["1 entry", "0 records", "2 entries"]);
    });

    it("epochs go by date, by a time inside, by number; and are named so", () => {
      for (const [offset, text] of [
        [0, "2026-03-02"],
        [20, "2026-03-02"],
        [92, "2026-03-02"],
      ] as const) {
        const epoch = parseEpoch(glucose, offset, text);
        expect(nameOfEpoch(glucose, offset, epoch)).to.equal(text);
        expect(parseEpoch(glucose, offset, String(epoch))).to.equal(epoch);
      }
      // 2026-03-02 in Berlin begins at 23:00 UTC of the day before.
      const berlin = parseEpoch(glucose, 92, "2026-03-02");
      expect(parseEpoch(glucose, 92, "2026-03-01T23:00Z")).to.equal(berlin);
      expect(parseEpoch(glucose, 92, "2026-03-02T23:59:59+01:00")).to.equal(berlin);
      expect(parseEpoch(glucose, 92, "2026-03-01T22:59:59Z")).to.equal(berlin - 1);
      const hour = parseEpoch(heart, 0, "2026-03-02T10:30Z");
      expect(nameOfEpoch(heart, 0, hour)).to.equal("2026-03-02T10:00:00Z");
      expect(codeThrown(() => parseEpoch(heart, 0, "2026-03-02"))).to.equal("USAGE");
    });

    it("what is no time is refused: without zone, impossible, of another form", () => {
      for (const text of ["2026-03-02T10:00", "2026-03-02", "2026-13-02T10:00Z", "now", ""]) {
        expect(
          codeThrown(() => parseInstant(text)),
          text,
        ).to.equal("USAGE");
      }
      for (const text of ["2026-02-30", "2026-3-2", "02.03.2026", ""])
        expect(
          codeThrown(() => parseDay(text)),
          text,
        ).to.equal("USAGE");
      for (const text of ["6 h", "-1", "1w", ""])
        expect(
          codeThrown(() => parseDuration(text)),
          text,
        ).to.equal("USAGE");
      expect(["90", "90s", "15m", "6h", "2d"].map(parseDuration)).to.deep.equal([
        90, 90, 900, 21_600, 172_800,
      ]);
      expect(parseDay("2026-03-02")).to.equal(20_514);
    });
  });

  describe("documents", () => {
    const body = {
      subject: 5n,
      profile: "glucose-mg-dl-5min",
      offset: 3,
      device: { curve: "p256", publicKey: `02${"a".repeat(64)}` },
    } as const;
    const text = documentText(ENROLMENT_REQUEST, body);

    it("come back as they were", () => {
      expect(parseDocument(ENROLMENT_REQUEST, text, "f")).to.deep.equal(body);
      const path = {
        group: 2n ** 256n - 1n,
        paths: [{ day: 1, root: 2n, leaf: 3n, index: 4, siblings: [5n, 6n] }],
      };
      expect(parseDocument(ANCHOR_PATHS, documentText(ANCHOR_PATHS, path), "f")).to.deep.equal(path);
    });

    it("are refused for anything else, naming the place and never the content", () => {
      const marker = "5550199";
      const raw = JSON.parse(text) as Record<string, unknown>;
      const bad: [string, unknown][] = [
        ["f", `{${marker}`],
        ["f", [marker]],
        ["f", null],
        ["f", { ...raw, kind: marker }],
        ["f", { ...raw, version: marker }],
        ["f.subject", { ...raw, subject: Number(marker) }],
        ["f.subject", { ...raw, subject: `-${marker}` }],
        ["f.subject", { ...raw, subject: `0x${marker}` }],
        ["f.subject", { ...raw, subject: "9".repeat(78) }],
        ["f.profile", { ...raw, profile: marker }],
        ["f.offset", { ...raw, offset: 1.5 }],
        ["f.offset", { ...raw, offset: marker }],
        ["f.device", { ...raw, device: marker }],
        ["f.device.curve", { ...raw, device: { ...body.device, curve: marker } }],
        ["f.device.publicKey", { ...raw, device: { curve: "p256" } }],
        ["f.device.more", { ...raw, device: { ...body.device, more: marker } }],
      ];
      for (const [at, document] of bad) {
        const given = typeof document === "string" ? document : JSON.stringify(document);
        let caught: unknown;
        try {
          parseDocument(ENROLMENT_REQUEST, given, "f");
        } catch (error) {
          caught = error;
        }
        expect(caught, given).to.be.instanceOf(VitalproofError);
        const { code, message } = caught as VitalproofError;
        expect(code).to.equal("DOCUMENT_INVALID");
        expect(message.startsWith(`${at} `), message).to.equal(true);
        expect(JSON.stringify(caught)).to.not.contain(marker);
      }
    });
  });

  describe("errors", () => {
    it("every code has an exit code, and none is that of success or a fault", () => {
      for (const code of ERROR_CODES) {
        expect(exitCodeOf(code), code).to.be.within(1, 130).and.not.equal(EXIT.internal);
      }
      expect(exitCodeOf("INTAKE_TOO_LATE")).to.equal(EXIT.refused);
      expect(exitCodeOf("LOG_CORRUPT")).to.equal(EXIT.input);
    });

    it("a fault of the program shows where; an expected one never does; a stop is exit code 130", () => {
      let err = "";
      const io = ioOf({ cwd: "." }, { err: (text) => (err += text) });
      expect(tellError(io, new TypeError("oops"))).to.equal(EXIT.internal);
      expect(err).to.contain("    at ");
      err = "";
      expect(
        tellError(io, new VitalproofError("LOG_CORRUPT", "It is.", { cause: new Error("secret") })),
      ).to.equal(3);
      expect(err).to.equal("It is. [LOG_CORRUPT]\n");
      const stopped = ioOf({ cwd: "." }, { signal: AbortSignal.abort() });
      expect(tellError(stopped, new Error("whatever"))).to.equal(EXIT.stopped);
    });

    it("progress comes after two seconds, on standard error alone, and not with --quiet", async () => {
      for (const quiet of [false, true]) {
        let out = "";
        let err = "";
        const io = ioOf({ cwd: "." }, { out: (text) => (out += text), err: (text) => (err += text) });
        io.quiet = quiet;
        await io.during("counting", async (say) => {
          say("half");
          await new Promise((resolve) => setTimeout(resolve, 2_200));
        });
        expect(out).to.equal("");
        expect(err).to.equal(quiet ? "" : "… counting: half, 2 s\n");
      }
    });
  });

  describe("accounts and nodes", () => {
    let cwd: string;
    let server: Server;
    let url: string;
    let chainId = "0x1";

    before(async () => {
      cwd = await mkdtemp(join(tmpdir(), "vitalproof-wallet-"));
      server = createServer((_, response) =>
        response.end(JSON.stringify({ jsonrpc: "2.0", id: 1, result: chainId })),
      );
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v2/key-in-the-path`;
    });
    after(async () => {
      server.close();
      await rm(cwd, { recursive: true, force: true });
    });
    const world = () => ({
      cwd,
      env: {
        VITALPROOF_VAULT: join(cwd, "vault"),
        VITALPROOF_PASSPHRASE: "correct horse battery staple",
        VITALPROOF_KEYSTORE_PASSPHRASE: "another long passphrase",
      },
    });
    const init = (...more: string[]) =>
      vitalproof(
        world(),
        ...[
          "attester",
          "init",
          "--new-group",
          "--anchors",
          `0x${"a".repeat(40)}`,
          "--scrypt-cost",
          "14",
          "--json",
        ],
        ...["--rpc", url, ...more],
      );

    it("development accounts are refused on any chain that others use, by number and inside a keystore", async () => {
      const phrase = Mnemonic.fromPhrase("test test test test test test test test test test test junk");
      const known = HDNodeWallet.fromMnemonic(phrase, "m/44'/60'/0'/0/19");
      expect(isDevelopmentAccount(known.address)).to.equal(true);
      const keystore = await new Wallet(known.privateKey).encrypt("another long passphrase");
      await writeFile(join(cwd, "known.json"), keystore);
      for (const id of ["0x1", "0x89", "0xe708"]) {
        chainId = id;
        const ran = await init("--dev-account", "0");
        expect([codeOf(ran), ran.code]).to.deep.equal(["NOT_ALLOWED", EXIT.refused]);
      }
      const ran = await init("--keystore", "known.json", "--quiet");
      expect([codeOf(ran), ran.code]).to.deep.equal(["NOT_ALLOWED", EXIT.refused]);
    });

    it("a keystore that is made here opens, and not with another passphrase; none or two accounts are wrong use", async () => {
      const made = await vitalproof(world(), "keystore", "new", "--out", "clinic.json", "--json", "--quiet");
      expect(made.code).to.equal(EXIT.ok);
      const { address } = JSON.parse(made.out) as { address: string };
      const kept = await readFile(join(cwd, "clinic.json"), "utf8");
      expect(kept.toLowerCase()).to.contain(address.slice(2).toLowerCase());
      await writeFile(join(cwd, "wrong.txt"), "wrong passphrase here\n");
      const wrong = await init(
        "--keystore",
        "clinic.json",
        "--keystore-passphrase-file",
        "wrong.txt",
        "--quiet",
      );
      expect([codeOf(wrong), wrong.code]).to.deep.equal(["PASSPHRASE_WRONG", EXIT.input]);
      await writeFile(join(cwd, "none.json"), "{}");
      expect(codeOf(await init("--keystore", "none.json"))).to.equal("FILE_NOT_UNDERSTOOD");
      expect(codeOf(await init())).to.equal("USAGE");
      expect(codeOf(await init("--keystore", "clinic.json", "--dev-account", "1"))).to.equal("USAGE");
      expect(codeOf(await init("--dev-account", "20"))).to.equal("USAGE");
    });

    it("T33: no node, no answer, another protocol: exit code 4, and a key in the URL is not shown", async () => {
      for (const answer of ["", "pony"]) {
        chainId = answer;
        const ran = await vitalproof({ cwd }, "demo-clock", "--rpc", url, "--json");
        expect([codeOf(ran), ran.code]).to.deep.equal(["CHAIN_UNREACHABLE", EXIT.chain]);
        expect(ran.err).to.not.contain("key-in-the-path");
      }
      const nobody = await vitalproof(
        { cwd },
        "demo-clock",
        "--rpc",
        "http://127.0.0.1:1/key-in-the-path",
        "--json",
      );
      expect([codeOf(nobody), nobody.code]).to.deep.equal(["CHAIN_UNREACHABLE", EXIT.chain]);
      expect(nobody.err).to.not.contain("key-in-the-path");
    });

    it("the clock of a chain that others use is not followed, nor set", async () => {
      chainId = "0x1";
      const set = await vitalproof({ cwd }, "demo-clock", "2030-01-01T00:00Z", "--rpc", url, "--json");
      expect([codeOf(set), set.code]).to.deep.equal(["NOT_ALLOWED", EXIT.refused]);
      const request = [
        "log",
        "request",
        "--profile",
        "test-16",
        "--zone",
        "UTC",
        "--out",
        "r.json",
        "--json",
      ];
      const followed = await vitalproof(world(), ...request, "--clock", "chain", "--rpc", url);
      expect([codeOf(followed), followed.code]).to.deep.equal(["NOT_ALLOWED", EXIT.refused]);
    });
  });
});
