// SPDX-License-Identifier: GPL-3.0-or-later
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { AbiCoder, keccak256 } from "ethers";
import {
  CircomError,
  expectedVerifierCodeHash,
  loadInstances,
  readList,
  resolveConfig,
  type VerificationKey,
  verificationKeyHash,
} from "../src/circuits.ts";
import { configProblems } from "../src/config.ts";
import { answered } from "../src/internal/snarkjsJobs.ts";
import { collectSources } from "../src/internal/sources.ts";
import { createProject, removeProjects } from "./helpers.ts";

describe("config", () => {
  it("has the documented defaults", () => {
    const config = resolveConfig(undefined, "/project");
    expect(config).to.deep.equal({
      root: "/project",
      circuits: "/project/circuits/circuits.json",
      out: "/project/build/circuits",
      verifiers: "/project/contracts/verifiers",
      committed: "/project/circuits/artifacts",
      include: ["/project/node_modules", "/project/node_modules/circomlib/circuits", "/project/circuits"],
      compiler: { native: undefined, concurrency: 2 },
      production: undefined,
      attack: { inputs: undefined, explanations: undefined },
      lint: { exceptions: undefined },
    });
  });

  it("names every wrong entry", () => {
    const wrong: [unknown, string][] = [
      [7, ""],
      [{ circuits: 1 }, "circuits"],
      [{ out: "" }, "out"],
      [{ include: ["a", 1] }, "include"],
      [{ compiler: [] }, "compiler"],
      [{ compiler: { native: 1 } }, "compiler.native"],
      [{ compiler: { concurrency: 0.5 } }, "compiler.concurrency"],
      [{ production: { blake2b: "00".repeat(64) } }, "production.ptau"],
      [{ production: { ptau: "x", blake2b: "00" } }, "production.blake2b"],
      [{ attack: { inputs: 1 } }, "attack.inputs"],
      [{ attack: { survivors: "x" } }, "attack.survivors"],
      [{ lint: [] }, "lint"],
      [{ circuit: "x" }, "circuit"],
    ];
    for (const [user, path] of wrong) {
      expect(
        configProblems(user).map((problem) => problem.path.join(".")),
        JSON.stringify(user),
      ).to.deep.equal([path]);
      expect(() => resolveConfig(user as never, "/project"), JSON.stringify(user)).to.throw(
        CircomError,
        "circom",
      );
    }
    expect(configProblems(undefined)).to.deep.equal([]);
  });

  it("names every wrong key of a ceremony's contributors", () => {
    const address = `0x${"Aa".repeat(20)}`;
    const key = `openpgp ${"0a".repeat(20)}`;
    const publicKey = "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmDME\n-----END PGP PUBLIC KEY BLOCK-----\n";
    const configured = (...contributors: object[]) => ({
      production: {
        ptau: "x",
        blake2b: "00".repeat(64),
        ceremonies: {
          first: {
            contributors: contributors.map((one, i) => ({ name: `name ${i}`, ...one })),
            minimum: 2,
            beacon: { source: "announced", round: 1 },
          },
        },
      },
    });
    const wrong: [object, string][] = [
      [{ key: "0x00" }, "0.key"],
      [{ key: "openpgp 00" }, "0.key"],
      [{ key: `${key}0a` }, "0.key"],
      [{ key }, "0.publicKey"],
      [{ key, publicKey: "mDME" }, "0.publicKey"],
      [{ key, publicKey: publicKey.replaceAll("PUBLIC", "PRIVATE") }, "0.publicKey"],
      [{ key: address.replaceAll("A", "b"), publicKey }, "0.publicKey"],
      [{ key: address.toLowerCase() }, "1"],
    ];
    for (const [contributor, path] of wrong) {
      expect(
        configProblems(configured(contributor, { key: address })).map((problem) => problem.path.join(".")),
        JSON.stringify(contributor),
      ).to.deep.equal([`production.ceremonies.first.contributors.${path}`]);
    }
    const { production } = resolveConfig(
      configured({ key, publicKey }, { key: address }) as never,
      "/project",
    );
    expect(production!.ceremonies.get("first")!.contributors).to.deep.equal([
      { name: "name 0", key: `openpgp ${"0A".repeat(20)}`, publicKey: publicKey.trim() },
      { name: "name 1", key: address.toLowerCase() },
    ]);
    const upper = { key: `openpgp ${"0A".repeat(20)}`, publicKey };
    const paths = configProblems(configured(upper, { key, publicKey })).map(({ path }) => path.at(-1));
    expect(paths).to.deep.equal(["1"]);
  });
});

describe("the list of circuits", () => {
  after(removeProjects);

  it("hands on what the plugin does not know", async () => {
    const { config } = await createProject();
    const [product] = await loadInstances(config);
    expect(product?.raw.note).to.equal("kept for the project");
    expect(product?.family).to.equal(undefined);
  });

  it("without families, template and construction are the project's own", async () => {
    const project = await createProject();
    await project.edit("circuits/circuits.json", '"note":', '"template": "any", "construction": 7, "note":');
    expect(await loadInstances(project.config)).to.have.length(2);
  });

  it("gives each instance the family of its template, and names what is wrong with families", async () => {
    const project = await createProject();
    const file = "circuits/circuits.json";
    const plain = JSON.parse(await project.read(file));
    const one = { folder: "lib", publicInputs: ["x"], templates: { multiplier: { parameters: ["n"] } } };
    const read = async (families: unknown) => {
      plain.instances[0].template = "multiplier";
      await project.write(file, JSON.stringify({ ...plain, families }));
      return readList(project.root, project.path(file));
    };
    const { families, instances } = await read({ one });
    expect(instances[0]?.family).to.equal(families.get("one"));
    expect(instances[1]?.family).to.equal(undefined);
    expect(families.get("one")?.templates.get("multiplier")).to.deep.equal({
      parameters: ["n"],
      constructions: [],
    });
    const wrong: [unknown, string][] = [
      [[], "`families` must be an object, not []"],
      [{ one: null }, "`families.one` must be an object, not null"],
      [{ one: { ...one, folder: "" } }, "`families.one.folder` must be a folder below the list's"],
      [{ one: { ...one, publicInputs: "x" } }, "`families.one.publicInputs` must be the public inputs"],
      [{ one: { ...one, privateInputs: [1] } }, "`families.one.privateInputs` must be a list of inputs"],
      [{ one: { ...one, templates: [] } }, "`families.one.templates` must be an object"],
      [
        { one: { ...one, templates: { multiplier: {} } } },
        "`families.one.templates.multiplier.parameters` must be a list of parameters, not missing",
      ],
      [{ one, two: one }, "`families.two.templates.multiplier` must be in one family; one has it"],
    ];
    for (const [broken, message] of wrong) {
      const error = await read(broken).catch((thrown: unknown) => thrown);
      expect(error, message).to.be.instanceOf(CircomError);
      expect((error as CircomError).code).to.equal("LIST_INVALID");
      expect((error as CircomError).message).to.contain(message);
    }
  });

  it("source hashes follow contents, not places, and see through comments and strings", async () => {
    const [here, there] = [await createProject(), await createProject()];
    await there.write(
      "circuits/elsewhere/multiplier.circom",
      await there.read("circuits/lib/multiplier.circom"),
    );
    await there.edit("circuits/main/product.circom", "lib/multiplier", "elsewhere/multiplier");
    const sourcesOf = async (project: typeof here) => {
      const [product] = await loadInstances(project.config);
      return collectSources(project.config, product!);
    };
    const [a, b] = [await sourcesOf(here), await sourcesOf(there)];
    expect(a.files).to.have.length(2);
    expect(b.files).to.have.length(2);
    expect(a.sha256).not.to.equal(b.sha256); // the include line itself differs
    await there.write("circuits/main/product.circom", await here.read("circuits/main/product.circom"));
    expect((await sourcesOf(there)).sha256).to.equal(a.sha256);
    await there.edit("circuits/lib/multiplier.circom", "x * y;", "x * y; ");
    expect((await sourcesOf(there)).sha256).not.to.equal(a.sha256);
  });

  it("resolves includes as circom does: beside the including file before the include folders", async () => {
    const project = await createProject();
    await project.write("circuits/main/lib/multiplier.circom", "pragma circom 2.1.6;\n");
    const [product] = await loadInstances(project.config);
    const { files } = await collectSources(project.config, product!);
    expect(files[1]).to.match(/circuits[\\/]main[\\/]lib[\\/]multiplier\.circom$/);
  });
});

describe("verificationKeyHash", () => {
  const g1 = (n: number) => [String(n), String(n + 1), "1"];
  const g2 = (n: number) => [
    [String(n), String(n + 1)],
    [String(n + 2), String(n + 3)],
    ["1", "0"],
  ];
  const key: VerificationKey = {
    protocol: "groth16",
    curve: "bn128",
    nPublic: 1,
    vk_alpha_1: g1(1),
    vk_beta_2: g2(10),
    vk_gamma_2: g2(20),
    vk_delta_2: g2(30),
    IC: [g1(40), g1(50)],
  };

  it("T12: is keccak256 over the words that Solidity's abi.encode gives", () => {
    const words = [1, 2, 11, 10, 13, 12, 21, 20, 23, 22, 31, 30, 33, 32, 40, 41, 50, 51];
    const encoded = AbiCoder.defaultAbiCoder().encode(
      words.map(() => "uint256"),
      words,
    );
    expect(verificationKeyHash(key)).to.equal(keccak256(encoded));
  });

  it("changes with every coordinate", () => {
    const seen = new Set([verificationKeyHash(key)]);
    const text = JSON.stringify(key);
    for (const value of [1, 2, 10, 11, 12, 13, 20, 21, 22, 23, 30, 31, 32, 33, 40, 41, 50, 51]) {
      seen.add(verificationKeyHash(JSON.parse(text.replace(`"${value}"`, '"999"')) as VerificationKey));
    }
    // "1" first occurs as alpha's x, so 18 changes give 18 new hashes.
    expect(seen.size).to.equal(19);
  });

  it("refuses another protocol, infinity, coordinates outside the field and a wrong number of inputs", () => {
    const q = "21888242871839275222246405745257275088696311157297823662689037894645226208583";
    const wrong: [Partial<VerificationKey>, RegExp][] = [
      [{ protocol: "plonk" }, /plonk/],
      [{ curve: "bls12381" }, /bls12381/],
      [{ nPublic: 2 }, /nPublic is 2/],
      [{ IC: [g1(40), ["0", "1", "0"]] }, /IC\[1\]/],
      [{ vk_alpha_1: [q, "2", "1"] }, /vk_alpha_1/],
      [{ vk_alpha_1: ["-1", "2", "1"] }, /vk_alpha_1/],
      [
        {
          vk_delta_2: [
            ["0", "0"],
            ["1", "0"],
            ["0", "0"],
          ],
        },
        /vk_delta_2/,
      ],
    ];
    for (const [change, message] of wrong) {
      expect(() => verificationKeyHash({ ...key, ...change })).to.throw(RangeError, message);
    }
  });
});

describe("expectedVerifierCodeHash", () => {
  it("T16: is the code hash that a chain reports for the deployed code", () => {
    const artifact = { contractName: "V", deployedBytecode: "0x6001600155" };
    expect(expectedVerifierCodeHash(artifact)).to.equal(keccak256("0x6001600155"));
  });

  it("refuses artifacts whose code on chain differs", () => {
    const hash =
      (deployedBytecode: string, immutableReferences = {}) =>
      () =>
        expectedVerifierCodeHash({ contractName: "V", deployedBytecode, immutableReferences });
    expect(hash("0x")).to.throw(/no deployed bytecode/);
    expect(hash("0x60__$abc$__")).to.throw(/libraries/);
    expect(hash("0x60", { 1: [] })).to.throw(/immutables/);
  });
});

describe("package", () => {
  it("pins the compiler that its manifests name", async () => {
    const path = join(import.meta.dirname, "..", "package.json");
    const { dependencies } = JSON.parse(await readFile(path, "utf8")) as {
      dependencies: Record<string, string>;
    };
    for (const name of ["circom2", "snarkjs", "ffjavascript"])
      expect(dependencies[name], name).to.match(/^\d/);
  });
});

describe("a process of snarkjs that leaves without an answer", () => {
  const asked = (answers: readonly (string | undefined)[]) => {
    let count = 0;
    return { ask: async () => answers[count++], count: () => count };
  };

  it("is asked again, and what it answers then counts", async () => {
    const { ask, count } = asked([undefined, undefined, "yes"]);
    expect(await answered(ask)).to.equal("yes");
    expect(count()).to.equal(3);
  });

  it("is not asked a fourth time, and a refusal is an answer", async () => {
    const { ask, count } = asked([undefined, undefined, undefined, "late"]);
    expect(await answered(ask).catch(String)).to.include("3 times without an answer");
    expect(count()).to.equal(3);
    const refused = async () => Promise.reject(new Error("not valid"));
    expect(await answered(refused).catch(String)).to.include("not valid");
  });
});
