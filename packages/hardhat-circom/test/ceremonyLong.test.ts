// SPDX-License-Identifier: GPL-3.0-or-later
import { mkdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import {
  applyBeacon,
  type CeremonyUserConfig,
  checkCircuits,
  contribute,
  finaliseCeremony,
  initCeremony,
  resolveConfig,
  verifyCeremony,
} from "../src/circuits.ts";
import { openPowersOfTau } from "../src/internal/ceremony/ptau.ts";
import { brokenPowers, readPowers } from "../src/internal/ceremony/verifier/powers.ts";
import { brokenKey } from "../src/internal/ceremony/verifier/verifyKey.ts";
import { parseZkey } from "../src/internal/ceremony/zkey.ts";
import { hashFile } from "../src/internal/files.ts";
import { domainPower, parseR1cs } from "../src/internal/r1cs.ts";
import { addressOf, BEACON, NAMES, privateKeyOf } from "./ceremonies.ts";
import { writeKnownPowers } from "./knownPowers.ts";

// The rehearsal with this repository's own circuits, with times. LONG=1 takes those that the demo builds;
// CEREMONY_CIRCUITS=all takes all, CEREMONY_CIRCUITS="a b" takes these. Powers of tau are of known secrets.
const CHOSEN = process.env.CEREMONY_CIRCUITS;
const REPOSITORY = join(import.meta.dirname, "..", "..", "..");
const WORK = join(import.meta.dirname, ".work-long");

(process.env.LONG === "1" ? describe : describe.skip)("ceremony of the repository's circuits", () => {
  before(async () => {
    await rm(WORK, { recursive: true, force: true });
    await mkdir(WORK, { recursive: true });
  });
  after(() => rm(WORK, { recursive: true, force: true }));

  async function timed<T>(what: string, work: () => T | Promise<T>): Promise<T> {
    const start = performance.now();
    const result = await work();
    console.log(`      ${what}: ${((performance.now() - start) / 1000).toFixed(1)} s`);
    return result;
  }

  it("T35: three contributors and a beacon make keys that both verifiers and check --production accept", async () => {
    const ptau = join(WORK, "powers.ptau");
    const power = CHOSEN === undefined ? 14 : 16;
    await timed(`powers of tau 2^${power} of known secrets`, () => writeKnownPowers(ptau, power));
    const blake2b = (await hashFile(ptau, "blake2b512"))!;
    const configured = (value?: string) => {
      const beacon: CeremonyUserConfig["beacon"] = { source: "announced", round: 9 };
      const contributors = NAMES.map((name) => ({ name, key: addressOf(name) }));
      const ceremony = { contributors, beacon: value === undefined ? beacon : { ...beacon, value } };
      return {
        ...resolveConfig({ production: { ptau, blake2b, ceremonies: { long: ceremony } } }, REPOSITORY),
        out: join(WORK, "build"),
        verifiers: join(WORK, "verifiers"),
        committed: join(WORK, "circuits", "artifacts"),
      };
    };
    const folder = join(WORK, "ceremony");
    const selection =
      CHOSEN === undefined ? {} : CHOSEN === "all" ? { all: true } : { names: CHOSEN.split(" ") };
    const config = configured();
    const { instances } = await timed("init", () =>
      initCeremony(config, { ceremony: "long", folder, ...selection }),
    );
    const circuits = instances.map(({ name }) => name);
    for (const contributor of NAMES) {
      const privateKey = privateKeyOf(contributor);
      await timed(`${contributor} contributes to ${circuits.join(", ")}`, () =>
        contribute(config, { folder, contributor, privateKey }),
      );
    }
    const known = configured(BEACON);
    await timed("beacon", () => applyBeacon(known, { folder }));
    const { problems } = await timed("verify", () => verifyCeremony(known, { folder }));
    expect(problems).to.deep.equal([]);
    await timed("finalise", () => finaliseCeremony(known, { folder }));
    const reports = await timed("check --production", () =>
      checkCircuits(known, { names: circuits, production: true }),
    );
    expect(reports.map(({ ok }) => ok)).to.deep.equal(circuits.map(() => true));

    for (const name of circuits) {
      const r1cs = parseR1cs(await readFile(join(known.out, name, `${name}.r1cs`)));
      const zkey = join(known.out, name, `${name}.zkey`);
      const file = await openPowersOfTau(ptau);
      const powers = await readPowers(file, domainPower(r1cs));
      await file.close();
      const size = `${name}, ${r1cs.nConstraints} constraints, ${((await stat(zkey)).size / 1e6).toFixed(1)} MB`;
      expect(await timed(`our verifier: powers for ${size}`, () => brokenPowers(powers))).to.deep.equal([]);
      const key = parseZkey(await readFile(zkey));
      expect(await timed(`our verifier: key of ${size}`, () => brokenKey(key, r1cs, powers))).to.deep.equal(
        [],
      );
    }
  });
});
