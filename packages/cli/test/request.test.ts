// SPDX-License-Identifier: GPL-3.0-or-later
//
// Requests of a verifier, which need neither chain nor vault: the same by names and by raw terms, and what is refused.
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { unpackTerms } from "@vitalproof/sdk";
import { expect } from "chai";
import { EXIT } from "../src/exit.ts";
import { expecting, type Ran, vitalproof } from "./support.ts";

const HOSPITAL = "0x00000000000000000000000000000000000000E1";
const MOSTLY = ["--circuit", "distribution-direct-test", "--low", "5", "--high", "7", "--at-least", "80"];

type JsonObject = Record<string, unknown>;

describe("vitalproof request", function () {
  this.timeout(180_000);
  let cwd: string;
  before(async () => {
    cwd = await mkdtemp(join(tmpdir(), "vitalproof-request-"));
  });
  after(async () => {
    await rm(cwd, { recursive: true, force: true });
  });

  const { ok, refused } = expecting((vault, ...argv) =>
    vitalproof({ cwd, env: { VITALPROOF_VAULT: join(cwd, vault) } }, "--json", "--quiet", ...argv),
  );
  const write = (file: string, content: unknown): Promise<void> =>
    writeFile(join(cwd, file), JSON.stringify(content));
  const json = async <T>(file: string): Promise<T> =>
    JSON.parse(await readFile(join(cwd, file), "utf8")) as T;
  const asked = ["request", "new", "--verifier", HOSPITAL]
    .concat("--chain-id", "1", "--scope-number", "1")
    .concat("--group", "7");

  it("requests by the catalogue's names and by raw terms say the same", async () => {
    const named = await ok("x", ...asked, "--question", "desaturation", "--out", "n1.json");
    const [first] = named.statements as { circuit: string; terms: string }[];
    const terms = unpackTerms(BigInt(first!.terms));
    expect(first!.circuit).to.equal("spo2-hour-episodes");
    expect(terms).to.include({ minRun: 301, runsMin: 1 });
    const { epoch: _epoch, ...raw } = terms;
    await write("raw.json", [{ circuit: "spo2-hour-episodes", terms: raw }]);
    const fromFile = await ok("x", ...asked, "--criteria", "raw.json", "--out", "n2.json");
    expect(fromFile.statements).to.deep.equal(named.statements);
    const packed = ["--circuit", "spo2-hour-episodes", "--terms", first!.terms];
    const fromWord = await ok("x", ...asked, ...packed, "--out", "n3.json");
    expect(fromWord.statements).to.deep.equal(named.statements);
    const own = ["--question", "desaturation", "--below", "88", "--longer-than", "10m"];
    const [stricter] = (await ok("x", ...asked, ...own, "--out", "n4.json")).statements as {
      terms: string;
    }[];
    expect(unpackTerms(BigInt(stricter!.terms))).to.include({ minRun: 601 });
    const set = await ok("x", ...asked, "--question", "trial-inclusion", "--out", "n5.json");
    expect((set.statements as { circuit: string }[]).map(({ circuit }) => circuit)).to.deep.equal([
      "af-hour",
      "heart-rate-hour",
    ]);
    // Bounds stay with the circuit before them.
    const two = ["--question", "average-below", "--below", "90", "--question", "no-atrial-fibrillation"];
    const both = (await ok("x", ...asked, ...two, "--out", "n6.json")).statements as { terms: string }[];
    expect(unpackTerms(BigInt(both[1]!.terms))).to.include({ low: 1, high: 1, shareMin: 10_000 });
  });

  it("requests that cannot be are refused: windows that never align, stray bounds, misspelt members", async () => {
    const bad = (code: string, exit: number, ...more: string[]): Promise<Ran> =>
      refused(code, exit, "x", ...asked, ...more, "--out", "bad.json");
    const hourAndDay = ["--question", "desaturation", "--question", "time-in-range"];
    await bad("REQUEST_INVALID", EXIT.usage, ...hourAndDay);
    const [hour] = (await json<{ statements: { circuit: string; terms: string }[] }>("n1.json")).statements;
    const later = { ...unpackTerms(BigInt(hour!.terms)), offset: 1 };
    await write("shifted.json", [hour, { circuit: hour!.circuit, terms: later }]);
    await bad("REQUEST_INVALID", EXIT.usage, "--criteria", "shifted.json");
    await write("running.json", [{ circuit: hour!.circuit, terms: { ...later, epoch: 3 } }]);
    await bad("REQUEST_INVALID", EXIT.usage, "--criteria", "running.json");
    await write("other.json", [{ circuit: "af-hour", terms: later }]);
    await bad("REQUEST_INVALID", EXIT.usage, "--criteria", "other.json");
    await write("stray.json", [{ circuit: hour!.circuit, terms: { ...later, runsMinn: 2 } }]);
    await bad("DOCUMENT_INVALID", EXIT.input, "--criteria", "stray.json");
    await write("object.json", { circuit: hour!.circuit });
    await bad("DOCUMENT_INVALID", EXIT.input, "--criteria", "object.json");
    await bad("USAGE", EXIT.usage);
    await bad("USAGE", EXIT.usage, "--below", "90", "--question", "desaturation");
    await bad("USAGE", EXIT.usage, "--question", "desaturation", "--below", "90", "--below", "91");
    await bad("USAGE", EXIT.usage, "--question", "alert");
    await bad("USAGE", EXIT.usage, "--circuit", "episode-test", "--below", "4", "--at-least", "1");
    await bad("UNKNOWN_QUESTION", EXIT.usage, "--question", "horoscope");
    await bad("TERMS_MET_BY_NOTHING", EXIT.usage, "--circuit", "distribution-direct-test");
    // The same for a file that somebody wrote by hand.
    const [af] = (await json<{ statements: { circuit: string; terms: string }[] }>("n5.json")).statements;
    await ok("x", ...asked, ...MOSTLY, "--out", "day.json");
    const [day] = (await json<{ statements: { circuit: string; terms: string }[] }>("day.json")).statements;
    await write("mixed.json", { ...(await json<JsonObject>("n1.json")), statements: [af, day] });
    await refused("REQUEST_INVALID", EXIT.usage, "anna", "request", "show", "mixed.json");
  });
});
