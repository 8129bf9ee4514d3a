// SPDX-License-Identifier: GPL-3.0-or-later
//
// `npm run pack:check`: builds and packs every package, puts the tarballs into an empty folder outside the repository,
// type-checks a program that uses them, and runs the command there. Run after `hardhat build`. See --help.
import { readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { tryDeployment } from "./pack/deployment.ts";
import { installLinked, installWithNpm } from "./pack/install.ts";
import { nodes } from "./pack/nodes.ts";
import { run } from "./pack/run.ts";
import { tryCommand, tryConsumer } from "./pack/tries.ts";

const HELP = `Builds, packs, installs and tries every package.

  npm run pack:check -- [options]

  --out FOLDER   keep the tarballs there
  --npm          install with npm, which asks the registry for the dependencies. Without it each tarball is unpacked and
                 its own dependencies, and no others, are linked from the repository's node_modules
  --command      only the command and the packages that it needs
  --no-build     take packages/*/dist as they are
  --no-check     build without a look at the types, which \`npm run typecheck\` checks as well
  --node PROGRAM another Node to run on; once for each. Always: this one and those in PATH`;

const root = join(import.meta.dirname, "..");
const OF_COMMAND = ["sdk", "readers", "audit", "cli"];
const ALL = [...OF_COMMAND, "services", "hardhat-circom"];

const { values } = parseArgs({
  options: {
    out: { type: "string" },
    npm: { type: "boolean" },
    command: { type: "boolean" },
    "no-build": { type: "boolean" },
    "no-check": { type: "boolean" },
    node: { type: "string", multiple: true },
    help: { type: "boolean" },
  },
});

const packages = values.command === true ? OF_COMMAND : ALL;

if (values.help === true) console.log(HELP);
else await packCheck();

async function packCheck(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "vitalproof-pack-"));
  try {
    const out = values.out === undefined ? join(folder, "tarballs") : resolve(values.out);
    await mkdir(out, { recursive: true });
    if (values["no-build"] !== true) await build();
    const tarballs = await Promise.all(packages.map((name) => pack(name, out)));
    const place = join(folder, "place");
    await mkdir(place);
    if (values.npm === true) await installWithNpm(place, tarballs);
    else await installLinked(place, tarballs, root);
    if (values.command !== true) {
      await tryConsumer(place, root);
      console.log("Consumer: types and imports of every entry work");
    }
    const programs = await nodes(values.node ?? []);
    for (const node of programs) console.log(`Node ${node.version}: ${await tryCommand(place, node)}`);
    // The first is this one, on which the repository's scripts run.
    await tryDeployment(place, programs[0]!, root);
    console.log(`Node ${programs[0]!.version}: deploy works from a clone`);
    if (values.out !== undefined) console.log(`The tarballs are in ${values.out}.`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The SDK first, whose generated types the others read; then two at a time. */
async function build(): Promise<void> {
  const options = values["no-check"] === true ? ["--", "--no-check"] : [];
  const one = (name: string) =>
    run("npm", ["run", "--silent", "build", "--workspace", `packages/${name}`, ...options], { cwd: root });
  await one("sdk");
  const waiting = packages.filter((name) => name !== "sdk");
  const lane = async (): Promise<void> => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) await one(name);
  };
  await Promise.all([lane(), lane()]);
}

/** Packs one built package and says what is in it. @returns path of the tarball */
async function pack(name: string, out: string): Promise<string> {
  const dist = `./packages/${name}/dist`;
  const { stdout } = await run("npm", ["pack", dist, "--json", "--pack-destination", out], { cwd: root });
  const [packed] = JSON.parse(stdout) as {
    filename: string;
    entryCount: number;
    size: number;
    files: { path: string }[];
  }[];
  const { exports, bin } = JSON.parse(readFileSync(join(root, dist, "package.json"), "utf8")) as {
    exports?: Record<string, string | Record<string, string>>;
    bin?: Record<string, string>;
  };
  const named = [
    ...Object.values(exports ?? {}).flatMap((entry) =>
      typeof entry === "string" ? entry : Object.values(entry),
    ),
    ...Object.values(bin ?? {}),
  ];
  const inside = new Set(packed!.files.map(({ path }) => path));
  for (const path of ["README.md", "LICENSE", "package.json", ...named]) {
    if (!inside.has(path.replace(/^\.\//, ""))) throw new Error(`The tarball of ${name} lacks ${path}.`);
  }
  const source = packed!.files.find(({ path }) => /(?<!\.d)\.ts$/.test(path));
  if (source !== undefined) throw new Error(`The tarball of ${name} has a source, ${source.path}.`);
  console.log(`${packed!.filename}: ${packed!.entryCount} files, ${Math.round(packed!.size / 1024)} kB`);
  return join(out, packed!.filename);
}
