// SPDX-License-Identifier: GPL-3.0-or-later
import { execFile } from "node:child_process";
import { copyFile, cp, mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { bn254 } from "@noble/curves/bn254.js";
import { expect } from "chai";
import {
  FIELD,
  httpArtifacts,
  isValidProof,
  type Progress,
  type Proof,
  proofCalldata,
  proofFromSnarkjs,
  proofToSnarkjs,
  prove,
  snarkjsProver,
  verifyProof,
  Witness,
} from "../src/index.ts";
import { childProcessProver, diskArtifacts } from "../src/node/index.ts";
import { codeRejected, codeThrown } from "./support.ts";
import { holder, SECRET, type Tiny, tiny, witness } from "./tinyProof.ts";

describe("proving", function () {
  this.timeout(60_000);
  let { folder, artifacts, proven } = {} as Tiny;

  before(async () => {
    ({ folder, artifacts, proven } = await tiny());
  });

  describe("provers", () => {
    it("a child process proves, reports its phases and is gone afterwards", async () => {
      const progress: Progress[] = [];
      const { publicInputs } = await prove(childProcessProver(), artifacts, witness(), {
        onProgress: (step) => progress.push(step),
      });
      expect(publicInputs).to.deep.equal(witness().publicInputs);
      expect([...new Set(progress.map(({ phase }) => phase))]).to.deep.equal([
        "witness",
        "proof",
        "verification",
      ]);
      await new Promise((resolve) => setTimeout(resolve, 50));
      const children = process.getActiveResourcesInfo().filter((name) => name === "ProcessWrap");
      expect(children).to.deep.equal([]);
    });

    it("the prover for browsers takes bytes, leaves no worker behind, and runs one proof after the other", async () => {
      const program = `
        import { readFile } from "node:fs/promises";
        import { prove, snarkjsProver, Witness } from ${JSON.stringify(new URL("../src/index.ts", import.meta.url).href)};
        import { diskArtifacts } from ${JSON.stringify(new URL("../src/node/index.ts", import.meta.url).href)};
        const disk = await diskArtifacts(${JSON.stringify(folder)}).load("enrolment");
        const artifacts = { ...disk, wasm: new Uint8Array(await readFile(disk.wasm)), zkey: new Uint8Array(await readFile(disk.zkey)) };
        const input = { holder: 27n, subject: 0n, scope: 0n, policyHash: 9n, secret: 3n };
        const witness = new Witness("enrolment", [27n, 0n, 0n, 9n], input);
        const both = await Promise.all([1, 2].map(() => prove(snarkjsProver(), artifacts, witness)));
        console.log(both.length, both[0].publicInputs.join());`;
      const file = join(folder, "program.ts");
      await writeFile(file, program);
      const { stdout } = await promisify(execFile)(process.execPath, [file], { timeout: 30_000 });
      expect(stdout.trim()).to.equal("2 27,0,0,9");
    });

    it("stops when asked: before, in the middle, and in the prover for browsers", async () => {
      for (const prover of [childProcessProver(), snarkjsProver()]) {
        const before = new AbortController();
        before.abort();
        expect(await codeRejected(prover.prove(artifacts, witness(), { signal: before.signal }))).to.equal(
          "ABORTED",
        );
        const middle = new AbortController();
        const run = prover.prove(artifacts, witness(), {
          signal: middle.signal,
          onProgress: () => middle.abort(),
        });
        expect(await codeRejected(run)).to.equal("ABORTED");
      }
    });

    it("T33: inputs that do not satisfy the circuit are rejected without being shown", async () => {
      for (const prover of [childProcessProver(), snarkjsProver()]) {
        const failing = prover.prove(artifacts, witness({ secret: SECRET + 1n }));
        const error = await failing.catch((caught: Error) => caught);
        expect(error).to.include({ code: "WITNESS_REJECTED" });
        expect(`${JSON.stringify(error)}${(error as Error).stack}`).to.not.contain(String(SECRET + 1n));
      }
    });

    it("a damaged key or a missing input is a failure with a code", async () => {
      const zkey = join(folder, "short.zkey");
      await copyFile(artifacts.zkey as string, zkey);
      await truncate(zkey, 2_000);
      expect(await codeRejected(childProcessProver().prove({ ...artifacts, zkey }, witness()))).to.equal(
        "PROVING_FAILED",
      );
      const lacking = new Witness("enrolment", witness().publicInputs, { holder });
      expect(await codeRejected(childProcessProver().prove(artifacts, lacking))).to.equal("WITNESS_REJECTED");
    });

    it("refuses the artifacts of another circuit and a proof for other public inputs than the witness's", async () => {
      expect(
        await codeRejected(prove(childProcessProver(), { ...artifacts, circuit: "glucose-day" }, witness())),
      ).to.equal("ARTIFACT_MISMATCH");
      const lying = { prove: async () => ({ proof: proven.proof, publicInputs: [1n, 2n, 3n, 4n] }) };
      expect(await codeRejected(prove(lying, artifacts, witness()))).to.equal("WITNESS_MISMATCH");
      const broken = {
        prove: async () => ({
          proof: { ...proven.proof, c: proven.proof.a },
          publicInputs: [...proven.publicInputs],
        }),
      };
      expect(await codeRejected(prove(broken, artifacts, witness()))).to.equal("PROOF_INVALID");
    });
  });

  describe("local verification", () => {
    const negate = ([x, y]: readonly [bigint, bigint]): [bigint, bigint] => [x, bn254.fields.Fp.ORDER - y];

    it("T13: every public input changed by one, by r, or swapped is rejected", () => {
      const inputs = [...proven.publicInputs];
      expect(isValidProof(artifacts.verificationKey, inputs, proven.proof)).to.equal(true);
      inputs.forEach((value, i) => {
        const changed = (to: bigint): bigint[] => inputs.map((input, j) => (j === i ? to : input));
        for (const to of [(value + 1n) % FIELD, (value + FIELD - 1n) % FIELD, 0n]) {
          expect(
            codeThrown(() => verifyProof(artifacts.verificationKey, changed(to), proven.proof)),
          ).to.equal("PROOF_INVALID");
        }
        for (const to of [value + FIELD, -1n]) {
          expect(
            codeThrown(() => verifyProof(artifacts.verificationKey, changed(to), proven.proof)),
          ).to.equal("PROOF_MALFORMED");
        }
      });
      const [a, b, ...rest] = inputs;
      expect(isValidProof(artifacts.verificationKey, [b!, a!, ...rest], proven.proof)).to.equal(false);
      expect(isValidProof(artifacts.verificationKey, inputs.slice(1), proven.proof)).to.equal(false);
    });

    it("T18: points off the curve, outside the group, at infinity or with coordinates beyond q are rejected", () => {
      const { proof } = proven;
      const q = bn254.fields.Fp.ORDER;
      const [bx, by] = proof.b;
      const bad: [string, Proof][] = [
        ["a off the curve", { ...proof, a: [proof.a[0] + 1n, proof.a[1]] }],
        ["a beyond q", { ...proof, a: [proof.a[0] + q, proof.a[1]] }],
        ["c negative", { ...proof, c: [-1n, proof.c[1]] }],
        ["b off the curve", { ...proof, b: [[bx[0] + 1n, bx[1]], by] }],
        [
          "b with halves swapped",
          {
            ...proof,
            b: [
              [bx[1], bx[0]],
              [by[1], by[0]],
            ],
          },
        ],
        ["a at infinity", { ...proof, a: [0n, 0n] }],
        [
          "all at infinity",
          {
            a: [0n, 0n],
            b: [
              [0n, 0n],
              [0n, 0n],
            ],
            c: [0n, 0n],
          },
        ],
        ["a and c swapped", { ...proof, a: proof.c, c: proof.a }],
        ["a negated", { ...proof, a: negate(proof.a) }],
      ];
      for (const [name, mangled] of bad) {
        expect(isValidProof(artifacts.verificationKey, proven.publicInputs, mangled), name).to.equal(false);
      }
      // A point of the twist that is not in the group of order r: the equation alone would not notice.
      const { Fp2 } = bn254.fields;
      const curveB = bn254.G2.Point.CURVE().b;
      let outside: Proof["b"] | undefined;
      for (let i = 1n; outside === undefined; i++) {
        const x = Fp2.create({ c0: i, c1: 0n });
        try {
          const y = Fp2.sqrt(Fp2.add(Fp2.mul(Fp2.sqr(x), x), curveB));
          outside = [
            [x.c0, x.c1],
            [y.c0, y.c1],
          ];
        } catch {
          // no point with this x
        }
      }
      expect(
        codeThrown(() =>
          verifyProof(artifacts.verificationKey, proven.publicInputs, { ...proof, b: outside! }),
        ),
      ).to.equal("PROOF_MALFORMED");
    });

    it("T19: (-A, -B, C) verifies by nature", () => {
      const { a, b, c } = proven.proof;
      const q = bn254.fields.Fp.ORDER;
      const [[x0, x1], [y0, y1]] = b;
      const malleated: Proof = {
        a: negate(a),
        b: [
          [x0, x1],
          [q - y0, q - y1],
        ],
        c,
      };
      expect(isValidProof(artifacts.verificationKey, proven.publicInputs, malleated)).to.equal(true);
    });

    it("keys of another protocol or length are refused; snarkjs's form and calldata convert", () => {
      const key = artifacts.verificationKey;
      for (const other of [{ protocol: "plonk" }, { curve: "bls12381" }, { IC: key.IC.slice(1) }]) {
        expect(
          codeThrown(() => verifyProof({ ...key, ...other }, proven.publicInputs, proven.proof)),
        ).to.equal("PROOF_MALFORMED");
      }
      expect(proofFromSnarkjs(proofToSnarkjs(proven.proof))).to.deep.equal(proven.proof);
      const { b } = proofCalldata(proven.proof);
      expect(b[0]).to.deep.equal([...proven.proof.b[0]].reverse());
      const text = proofToSnarkjs(proven.proof);
      for (const bad of [{ pi_a: ["x", "1"] }, { pi_b: [] }, { pi_c: undefined }]) {
        expect(codeThrown(() => proofFromSnarkjs({ ...text, ...(bad as object) }))).to.equal(
          "PROOF_MALFORMED",
        );
      }
    });
  });

  describe("artifacts", () => {
    it("T16: a changed file, another manifest or a missing file is refused, from disk and over HTTP", async () => {
      const copy = await mkdtemp(join(tmpdir(), "vitalproof-artifacts-"));
      await cp(join(folder, "enrolment"), join(copy, "enrolment"), { recursive: true });
      const path = (name: string): string => join(copy, "enrolment", name);
      const manifest = await readFile(path("manifest.json"), "utf8");
      const server = createServer((request, response) => {
        readFile(join(copy, request.url!)).then(
          (bytes) => response.end(bytes),
          () => response.writeHead(404).end(),
        );
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
      const loaders = (text = manifest) => [diskArtifacts(copy), httpArtifacts(base, { enrolment: text })];
      try {
        for (const loader of loaders())
          expect((await loader.load("enrolment")).keyKind).to.equal("development");
        const asked: string[] = [];
        const own = async (url: string) => {
          asked.push(url);
          return fetch(url);
        };
        await httpArtifacts(base, { enrolment: manifest }, { fetch: own }).load("enrolment");
        expect(asked.sort()).to.deep.equal(
          ["enrolment.wasm", "enrolment.zkey", "verification_key.json"].map(
            (file) => `${base}enrolment/${file}`,
          ),
        );
        for (const name of ["enrolment.wasm", "enrolment.zkey", "verification_key.json"]) {
          const bytes = await readFile(path(name));
          await writeFile(path(name), Buffer.concat([bytes, Buffer.from(" ")]));
          for (const loader of loaders()) {
            expect(await codeRejected(loader.load("enrolment")), name).to.equal("ARTIFACT_MISMATCH");
          }
          await rm(path(name));
          for (const loader of loaders()) {
            expect(await codeRejected(loader.load("enrolment")), name).to.equal("ARTIFACT_MISSING");
          }
          await writeFile(path(name), bytes);
        }
        const parsed = JSON.parse(manifest) as Record<string, unknown>;
        for (const change of [{ name: "glucose-day" }, { schema: 2 }, { sha256: {} }, { key: {} }]) {
          const text = JSON.stringify({ ...parsed, ...change });
          await writeFile(path("manifest.json"), text);
          for (const loader of loaders(text)) {
            expect(await codeRejected(loader.load("enrolment"))).to.equal("ARTIFACT_MISMATCH");
          }
        }
        for (const loader of loaders())
          expect(await codeRejected(loader.load("other"))).to.equal("ARTIFACT_MISSING");
      } finally {
        server.close();
        await rm(copy, { recursive: true, force: true });
      }
    });
  });
});
