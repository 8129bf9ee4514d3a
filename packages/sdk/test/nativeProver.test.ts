// SPDX-License-Identifier: GPL-3.0-or-later
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { chmod, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { type Mode, seenBy, standIn } from "../../../test/support/standIn.ts";
import { type Artifacts, type Progress, prove, VitalproofError } from "../src/index.ts";
import { childProcessProver, type NativeProverOptions, nativeProver } from "../src/node/index.ts";
import { buildTiny, glucoseDay, isAlive, SECRET, tinyWitness, until } from "./fixtures/tiny.ts";
import { codeRejected, codeThrown } from "./support.ts";

describe("native prover", function () {
  this.timeout(60_000);
  let folder: string;
  let artifacts: Artifacts;
  /** Programs, and what they saw. */
  let programs: string;
  /** Where witnesses are; empty whenever nothing is proven. */
  let temporary: string;

  before(async () => {
    ({ folder, artifacts } = await buildTiny());
    programs = join(folder, "programs");
    temporary = join(folder, "temporary");
    await Promise.all([mkdir(programs), mkdir(temporary)]);
  });
  after(async () => {
    await rm(folder, { recursive: true, force: true });
  });
  afterEach("T33: no witness is left behind", () => {
    expect(readdirSync(temporary)).to.deep.equal([]);
  });

  const native = (mode: Mode, more: NativeProverOptions = {}) =>
    nativeProver({ binary: standIn(programs, mode), temporary, ...more });
  const errorOf = async (promise: Promise<unknown>): Promise<VitalproofError> => {
    const error = await promise.then(
      () => undefined,
      (caught: unknown) => caught,
    );
    expect(error).to.be.instanceOf(VitalproofError);
    return error as VitalproofError;
  };
  /** Everything that an error could be told with. */
  const textOf = (error: unknown): string => {
    let text = "";
    for (let each = error; each instanceof Error; each = each.cause) {
      text += `${JSON.stringify(each)} ${each.message} ${each.stack} `;
    }
    return text;
  };
  /** The secret as decimals, as hex, and as the bytes of a witness. */
  const littleEndian = Buffer.from(SECRET.toString(16).padStart(16, "0"), "hex").reverse().toString("hex");
  const FORMS = [String(SECRET), SECRET.toString(16), littleEndian.slice(0, 10)];

  it("proves with the program; T33: arguments and environment hold nothing of the witness, its folder is private", async () => {
    const progress: Progress[] = [];
    process.env.VITALPROOF_TEST_MARKER = String(SECRET);
    const prover = native("good");
    const { publicInputs } = await prove(prover, artifacts, tinyWitness(), {
      onProgress: (step) => progress.push(step),
    });
    delete process.env.VITALPROOF_TEST_MARKER;
    expect(publicInputs).to.deep.equal(tinyWitness().publicInputs);
    expect([...new Set(progress.map(({ phase }) => phase))]).to.deep.equal([
      "witness",
      "proof",
      "verification",
    ]);
    const seen = seenBy(prover.binary);
    expect(seen.argv[0]).to.equal(artifacts.zkey);
    expect(seen.argv.map((path) => path.split("/").at(-1))).to.deep.equal([
      "enrolment.zkey",
      "witness.wtns",
      "proof.json",
      "public.json",
    ]);
    expect([seen.folderMode, seen.witnessMode]).to.deep.equal([0o700, 0o600]);
    expect(Object.keys(seen.env)).to.include("PATH");
    const given = JSON.stringify([seen.argv, seen.env]);
    for (const form of FORMS) expect(given).to.not.contain(form);
  });

  it("takes a key as bytes, and gives it to the program as a file in the same folder", async () => {
    const prover = native("good");
    const bytes = {
      ...artifacts,
      wasm: new Uint8Array(await readFile(artifacts.wasm as string)),
      zkey: new Uint8Array(await readFile(artifacts.zkey as string)),
    };
    await prove(prover, bytes, tinyWitness());
    expect(seenBy(prover.binary).argv[0]).to.match(/vitalproof-native-\w+\/circuit\.zkey$/);
  });

  const bad: [Mode, string, RegExp][] = [
    ["crash", "NATIVE_PROVER_FAILED", /on signal SIGSEGV/],
    ["exit", "NATIVE_PROVER_FAILED", /with code 1/],
    ["nothing", "NATIVE_PROVER_FAILED", /did not write proof\.json/],
    ["huge", "NATIVE_PROVER_FAILED", /at most 65536 bytes/],
    ["link", "NATIVE_PROVER_FAILED", /is not a file/],
    ["garbage", "PROOF_MALFORMED", /not in the form/],
    ["list", "PROOF_MALFORMED", /not in the form/],
    ["partial", "PROOF_MALFORMED", /not in the form/],
    ["wrong", "PROOF_INVALID", /does not verify/],
    ["other", "WITNESS_MISMATCH", /public signals/],
  ];
  for (const [mode, code, words] of bad) {
    it(`T33: a program that does this: ${mode}, is an error with a code and without a value`, async () => {
      const error = await errorOf(native(mode).prove(artifacts, tinyWitness()));
      expect(error.code).to.equal(code);
      expect(error.message).to.match(words);
      for (const form of FORMS) expect(textOf(error)).to.not.contain(form);
    });
  }

  it("a wrong proof, a crash, a hang and a program that is not there fall back, saying why", async () => {
    const missing = join(programs, "missing");
    const cases: [NativeProverOptions, string][] = [
      [{ binary: standIn(programs, "wrong") }, "PROOF_INVALID"],
      [{ binary: standIn(programs, "crash") }, "NATIVE_PROVER_FAILED"],
      [{ binary: standIn(programs, "hang"), timeoutMs: 1_500 }, "NATIVE_PROVER_TIMEOUT"],
      [{ binary: missing }, "NATIVE_PROVER_UNUSABLE"],
      [{ binary: standIn(programs, "good"), temporary: join(folder, "nowhere") }, "PROVING_FAILED"],
    ];
    for (const [options, code] of cases) {
      const reasons: VitalproofError[] = [];
      const progress: Progress[] = [];
      const prover = nativeProver({
        temporary,
        ...options,
        fallback: childProcessProver(),
        onFallback: (reason) => reasons.push(reason),
      });
      const proven = await prove(prover, artifacts, tinyWitness(), {
        onProgress: (step) => progress.push(step),
      });
      expect(proven.publicInputs).to.deep.equal(tinyWitness().publicInputs);
      expect(reasons.map((reason) => reason.code)).to.deep.equal([code]);
      expect(reasons[0]!.hint, code).to.be.a("string");
      expect(progress.map(({ detail }) => detail)).to.include(`falling back from the native prover: ${code}`);
    }
  });

  it("inputs that do not satisfy the circuit, and a stop, do not fall back", async () => {
    const fallback = {
      prove: () => {
        throw new Error("not to be asked");
      },
    };
    const failing = native("good", { fallback }).prove(artifacts, tinyWitness({ secret: SECRET + 1n }));
    const error = await errorOf(failing);
    expect(error.code).to.equal("WITNESS_REJECTED");
    expect(textOf(error)).to.not.contain(String(SECRET + 1n));
    const stopped = native("good", { fallback }).prove(artifacts, tinyWitness(), {
      signal: AbortSignal.abort(),
    });
    expect(await codeRejected(stopped)).to.equal("ABORTED");
  });

  it("a stop and a time limit end the program and what it started", async () => {
    const prover = native("hang");
    for (const how of ["stop", "limit"]) {
      await rm(`${prover.binary}.seen.json`, { force: true });
      const stop = new AbortController();
      const chosen = how === "stop" ? prover : native("hang", { timeoutMs: 3_000 });
      const run = codeRejected(chosen.prove(artifacts, tinyWitness(), { signal: stop.signal }));
      await until("the program runs", () => existsSync(`${prover.binary}.seen.json`));
      if (how === "stop") setTimeout(() => stop.abort(), 100);
      expect(await run).to.equal(how === "stop" ? "ABORTED" : "NATIVE_PROVER_TIMEOUT");
      const { pids } = seenBy(prover.binary);
      await until("all of it is gone", () => !pids.some(isAlive));
    }
  });

  it("T33: program and witness are gone even when the process that proves is killed", async () => {
    const binary = standIn(programs, "hang");
    await rm(`${binary}.seen.json`, { force: true });
    const source = `
      import { nativeProver, diskArtifacts } from ${JSON.stringify(new URL("../src/node/index.ts", import.meta.url).href)};
      import { tinyWitness } from ${JSON.stringify(new URL("./fixtures/tiny.ts", import.meta.url).href)};
      const prover = nativeProver({ binary: ${JSON.stringify(binary)}, temporary: ${JSON.stringify(temporary)} });
      await prover.prove(await diskArtifacts(${JSON.stringify(folder)}).load("enrolment"), tinyWitness());`;
    const file = join(folder, "killed.ts");
    await writeFile(file, source);
    const parent = spawn(process.execPath, [file], { stdio: "ignore" });
    await until("the program runs", () => existsSync(`${binary}.seen.json`));
    expect(readdirSync(temporary).length).to.equal(1);
    parent.kill("SIGKILL");
    await once(parent, "exit");
    const { pids } = seenBy(binary);
    await until("all of it is gone", () => !pids.some(isAlive) && readdirSync(temporary).length === 0);
  });

  it("is configured by a path or by VITALPROOF_RAPIDSNARK, and says what it found", async () => {
    const before = process.env.VITALPROOF_RAPIDSNARK;
    try {
      delete process.env.VITALPROOF_RAPIDSNARK;
      expect(codeThrown(() => nativeProver())).to.equal("NATIVE_PROVER_UNUSABLE");
      process.env.VITALPROOF_RAPIDSNARK = "";
      expect(codeThrown(() => nativeProver())).to.equal("NATIVE_PROVER_UNUSABLE");
      process.env.VITALPROOF_RAPIDSNARK = standIn(programs, "version");
      const info = await nativeProver().describe();
      expect(info).to.deep.include({ path: join(programs, "version.mjs"), banner: "version 1.2.3 [31m" });
      expect(info.sha256).to.match(/^[0-9a-f]{64}$/);
    } finally {
      if (before === undefined) delete process.env.VITALPROOF_RAPIDSNARK;
      else process.env.VITALPROOF_RAPIDSNARK = before;
    }
    expect(await native("good").describe()).to.have.property(
      "banner",
      "Usage: prover <circuit.zkey> <witness.wtns> <proof.json> <public.json>",
    );
    expect((await native("huge").describe()).banner).to.have.length(160);
    for (const timeoutMs of [0, 1.5, Number.NaN, 2 ** 31]) {
      expect(codeThrown(() => native("good", { timeoutMs }))).to.equal("INVALID_ARGUMENT");
    }
    const plain = join(programs, "plain");
    await writeFile(plain, "no program");
    for (const binary of [plain, programs, join(programs, "missing")]) {
      expect(await codeRejected(nativeProver({ binary }).describe()), binary).to.equal(
        "NATIVE_PROVER_UNUSABLE",
      );
    }
    // Executable, and yet nothing that the system can run.
    await chmod(plain, 0o700);
    const error = await errorOf(nativeProver({ binary: plain, temporary }).prove(artifacts, tinyWitness()));
    expect(["NATIVE_PROVER_UNUSABLE", "NATIVE_PROVER_FAILED"]).to.include(error.code);
  });

  describe("rapidsnark itself", () => {
    const binary = process.env.VITALPROOF_RAPIDSNARK;
    before(function () {
      if (binary !== undefined && binary !== "") return;
      console.log("      skipped: VITALPROOF_RAPIDSNARK names no prover; scripts/rapidsnark builds one");
      this.skip();
    });

    it("proves the tiny circuit and a real day, as file and as bytes", async () => {
      const prover = nativeProver({ binary, temporary });
      console.log(`      ${JSON.stringify(await prover.describe())}`);
      await prove(prover, artifacts, tinyWitness());
      await prove(
        prover,
        { ...artifacts, zkey: new Uint8Array(await readFile(artifacts.zkey as string)) },
        tinyWitness(),
      );
      const day = await glucoseDay();
      if (day !== undefined) await prove(prover, day.artifacts, day.witness);
    });

    it("a key that is cut short, or that of another circuit, is an error with a code", async () => {
      const zkey = await readFile(artifacts.zkey as string);
      for (const [at, bytes] of [
        zkey.subarray(0, 2_000),
        Buffer.from("zkey"),
        Buffer.alloc(5_000),
      ].entries()) {
        const error = await errorOf(
          nativeProver({ binary, temporary }).prove(
            { ...artifacts, zkey: new Uint8Array(bytes) },
            tinyWitness(),
          ),
        );
        expect(["NATIVE_PROVER_FAILED", "PROOF_MALFORMED", "PROOF_INVALID"], String(at)).to.include(
          error.code,
        );
        for (const form of FORMS) expect(textOf(error)).to.not.contain(form);
      }
    });
  });
});
