// SPDX-License-Identifier: GPL-3.0-or-later
import { readFileSync } from "node:fs";
import { cp, mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { type CeremonyUserConfig, loadInstances, resolveConfig } from "../src/circuits.ts";
import { hashFile } from "../src/internal/files.ts";
import { addressOf, BEACON, NAMES, privateKeyOf } from "./ceremonies.ts";
import { hardhatIn } from "./hardhat.ts";
import { writeKnownPowers } from "./knownPowers.ts";

// The rehearsal with this repository's own circuits: every command in a process of its own, as on the machines of
// different people, with times. LONG=1 takes all circuits with domains up to 2^14, CEREMONY_CIRCUITS=all takes all,
// CEREMONY_CIRCUITS="a b" takes these. Powers of tau are of known secrets.
const CHOSEN = process.env.CEREMONY_CIRCUITS;
const LARGEST_BY_DEFAULT = 14;
const REPOSITORY = join(import.meta.dirname, "..", "..", "..");
const WORK = join(import.meta.dirname, ".work-long");

(process.env.LONG === "1" ? describe : describe.skip)("ceremony of the repository's circuits", () => {
  before(async () => {
    await rm(WORK, { recursive: true, force: true });
    await mkdir(WORK, { recursive: true });
    await writeFile(join(WORK, "package.json"), '{ "type": "module" }'); // Hardhat's root
  });
  after(() => rm(WORK, { recursive: true, force: true }));

  it("T35: three contributors and a beacon make keys that both verifiers and check --production accept", async function () {
    this.timeout(0); // half an hour on two quiet cores, and hours for all circuits
    const circuits = join(REPOSITORY, "circuits", "circuits.json");
    const known = await loadInstances(resolveConfig({ circuits }, REPOSITORY));
    const chosen = known.filter(({ name, maxDomain }) =>
      CHOSEN === undefined
        ? maxDomain <= LARGEST_BY_DEFAULT
        : CHOSEN === "all" || CHOSEN.split(" ").includes(name),
    );
    const names = chosen.map(({ name }) => name);
    expect(names).not.to.deep.equal([]);
    const power = Math.max(...chosen.map(({ maxDomain }) => maxDomain));
    console.log(`      ${names.length} circuits: ${names.join(", ")}`);

    const ptau = join(WORK, "powers.ptau");
    await timed(`powers of tau 2^${power} of known secrets`, () => writeKnownPowers(ptau, power));
    const blake2b = (await hashFile(ptau, "blake2b512"))!;
    const announce = async (value?: string) => {
      const beacon: CeremonyUserConfig["beacon"] = { source: "announced", round: 9 };
      const contributors = NAMES.map((name) => ({ name, key: addressOf(name) }));
      const ceremony = { contributors, beacon: value === undefined ? beacon : { ...beacon, value } };
      const circom = {
        circuits,
        include: ["node_modules", "node_modules/circomlib/circuits", "circuits"].map((path) =>
          join(REPOSITORY, path),
        ),
        out: "build",
        verifiers: "verifiers",
        committed: "circuits/artifacts",
        production: { ptau, blake2b, ceremonies: { long: ceremony } },
      };
      await writeFile(
        join(WORK, "hardhat.config.ts"),
        `import hardhatCircom from "@vitalproof/hardhat-circom";
         import { defineConfig } from "hardhat/config";
         export default defineConfig({ plugins: [hardhatCircom], circom: ${JSON.stringify(circom)} });`,
      );
    };
    const hardhat = (...args: string[]) =>
      timed(args.slice(0, 4).join(" "), () => {
        const { status, stdout, stderr } = hardhatIn(WORK, "circuits", ...args);
        expect(status, `${args.join(" ")}\n${stdout}\n${stderr}`).to.equal(0);
      });

    await announce();
    await hardhat("ceremony", "init", "long", ...names);
    for (const name of NAMES) {
      const key = join(WORK, `${name}.key`);
      await writeFile(key, Buffer.from(privateKeyOf(name)).toString("hex"));
      await hardhat("ceremony", "contribute", "--contributor", name, "--key", key);
    }
    await announce(BEACON);
    await hardhat("ceremony", "beacon");
    await hardhat("ceremony", "verify");
    await hardhat("ceremony", "finalise");
    await hardhat("check", ...names, "--production");

    // Not one of them is a key that the check would pass over.
    for (const { name, maxDomain } of chosen) {
      const manifest = JSON.parse(
        await readFile(join(WORK, "circuits", "artifacts", name, "manifest.json"), "utf8"),
      ) as { domain: number; key: { kind: string; contributions: { name: string }[] } };
      expect(manifest.key.kind, name).to.equal("production");
      expect(manifest.key.contributions.map((one) => one.name)).to.deep.equal([...NAMES, "announced 9"]);
      expect(manifest.domain).to.be.at.most(maxDomain);
      const { size } = await stat(join(WORK, "build", name, `${name}.zkey`));
      console.log(`      ${name}: 2^${manifest.domain}, ${(size / 1e6).toFixed(1)} MB`);
    }

    // And what is passed is looked at: another circuit's key is refused.
    const [first, second] = names;
    if (second === undefined) return;
    const keyOf = (name: string) => join(WORK, "build", name, `${name}.zkey`);
    await cp(keyOf(first!), keyOf(second));
    const { status, stdout, stderr } = hardhatIn(WORK, "circuits", "check", second);
    expect(status).not.to.equal(0);
    expect(stdout + stderr).to.include("the transcript's contributions are not those of the key");
  });
});

/** Says how long something took, and the processor time of it and its processes. */
async function timed(what: string, work: () => void | Promise<void>): Promise<void> {
  const [start, before] = [performance.now(), processorSeconds()];
  await work();
  const seconds = ((performance.now() - start) / 1000).toFixed(0);
  const cpu =
    before === undefined ? "" : `, ${(processorSeconds()! - before).toFixed(0)} s of processor time`;
  console.log(`      ${what}: ${seconds} s${cpu}`);
}

/** Of this process and those it has waited for, from Linux; undefined elsewhere. */
function processorSeconds(): number | undefined {
  try {
    const fields = readFileSync("/proc/self/stat", "utf8")
      .replace(/^.*\) /, "")
      .split(" ");
    // utime, stime, cutime and cstime, in hundredths of a second.
    return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks) / 100, 0);
  } catch {
    return undefined;
  }
}
