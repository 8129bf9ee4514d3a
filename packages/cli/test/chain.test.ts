// SPDX-License-Identifier: GPL-3.0-or-later
//
// docs/cli-chain.md, block by block, in a shell, against a node in a process of its own; then what is refused.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { expect } from "chai";
import { type LocalNode, startNode } from "../../../test/integration/support/node.ts";
import { EXIT } from "../src/exit.ts";
import { codeOf, type Ran, ROOT, vitalproof } from "./support.ts";

const PASSPHRASE = "a passphrase for trying out";

/** The fenced `sh` blocks of a document, in order. */
function shellBlocks(text: string): string[] {
  return [...text.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, block]) => block!);
}

describe("the chain from the shell", function () {
  this.timeout(300_000);
  let node: LocalNode;
  let other: LocalNode;
  let cwd: string;

  const run = (...argv: string[]): Promise<Ran> =>
    vitalproof(
      { cwd, env: { VITALPROOF_PASSPHRASE: PASSPHRASE } },
      ...["--json", "--quiet", "--rpc", node.url, "--clock", "chain"],
      ...argv,
    );
  const ok = async (...argv: string[]): Promise<Record<string, unknown>> => {
    const ran = await run(...argv);
    expect(ran.err + ran.code, argv.join(" ")).to.equal("0");
    return JSON.parse(ran.out) as Record<string, unknown>;
  };
  const refused = async (code: string, exit: number, ...argv: string[]): Promise<string> => {
    const ran = await run(...argv);
    expect([codeOf(ran), ran.code], `${argv.join(" ")}\n${ran.out}${ran.err}`).to.deep.equal([code, exit]);
    expect(ran.out).to.equal("");
    return ran.err;
  };
  const D = ["--deployment", "deployment.json"];

  before(async () => {
    cwd = await mkdtemp(join(tmpdir(), "vitalproof-cli-chain-"));
    [node, other] = await Promise.all([startNode(31337), startNode(59144)]);
  });
  after(async () => {
    await Promise.all([node?.stop(), other?.stop()]);
    await rm(cwd, { recursive: true, force: true });
  });

  it("docs/cli-chain.md runs from the first block to the last", async () => {
    const blocks = shellBlocks(readFileSync(join(ROOT, "docs/cli-chain.md"), "utf8"));
    expect(blocks.length).to.be.greaterThan(7);
    const script = [
      "set -euo pipefail",
      ...blocks.map((block, i) => `echo "== block ${i + 1}"\n${block}`),
    ].join("\n");
    await writeFile(join(cwd, "doc.sh"), script.replace("--with-test-token", "--with-test-token --no-build"));
    const child = spawn("bash", ["doc.sh"], {
      cwd,
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        HOME: cwd,
        PATH: [join(ROOT, "node_modules/.bin"), process.env.PATH].join(delimiter),
        VITALPROOF_RPC: node.url,
      },
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk) => {
        output += chunk;
      });
    }
    const [code] = (await once(child, "close")) as [number];
    expect(code, output).to.equal(0);
    const audit = JSON.parse(await readFile(join(cwd, "audit.json"), "utf8")) as {
      schema: string;
      summary: { claims: number; proofsVerified: number; outcomes: { paid: number } };
      findings: unknown[];
    };
    expect(audit.schema).to.equal("vitalproof/audit/1");
    expect(audit.findings).to.deep.equal([]);
    expect(audit.summary).to.deep.include({ claims: 1, proofsVerified: 1 });
    expect(audit.summary.outcomes.paid).to.equal(1);
    expect(await readFile(join(cwd, "audit.html"), "utf8")).to.include("</html>");
    // T33: no secret of a keystore, a home or the environment is shown.
    expect(output).to.not.include(PASSPHRASE);
  });

  it("the deployment file names the chain, the contracts and the test token; another chain's is refused", async () => {
    const deployment = JSON.parse(await readFile(join(cwd, "deployment.json"), "utf8")) as Record<
      string,
      unknown
    >;
    expect(deployment).to.include({ schema: 1, chainId: 31337 });
    expect(deployment.testToken).to.match(/^0x[0-9a-fA-F]{40}$/);
    await writeFile(join(cwd, "foreign.json"), JSON.stringify({ ...deployment, chainId: 1 }));
    await refused("NOT_ALLOWED", EXIT.refused, "program", "list", "--deployment", "foreign.json");
    await writeFile(join(cwd, "broken.json"), JSON.stringify({ ...deployment, contracts: {} }));
    await refused("DOCUMENT_INVALID", EXIT.input, "program", "list", "--deployment", "broken.json");
    await refused("USAGE", EXIT.usage, "program", "list");
    await refused("FILE_UNREADABLE", EXIT.input, "program", "list", "--deployment", "nothing.json");
  });

  it("T17: development keys are refused on a chain with value, and nothing is sent", async () => {
    await writeFile(join(cwd, "key.txt"), "only for this test\n");
    await ok("keystore", "new", "--out", "own.json", "--keystore-passphrase-file", "key.txt");
    const own = ["--keystore", "own.json", "--keystore-passphrase-file", "key.txt"];
    const keystore = JSON.parse(await readFile(join(cwd, "own.json"), "utf8")) as { address: string };
    const account = `0x${keystore.address.replace(/^0x/, "")}`;
    await other.request("hardhat_setBalance", account, "0x56bc75e2d63100000");
    const roles = ["--governor", "--guardian", "--pauser"].flatMap((role, i) => [
      role,
      `0x${String(i + 1).repeat(40)}`,
    ]);
    const there = ["--rpc", other.url, "deploy", ...roles, "--no-build", "--out", "x.json"];
    const err = await refused("NOT_ALLOWED", EXIT.refused, ...there, ...own);
    expect(err).to.include("DEVELOPMENT_KEY");
    await refused("NOT_ALLOWED", EXIT.refused, ...there, ...own, "--allow-development-keys");
    await refused("NOT_ALLOWED", EXIT.refused, ...there, "--dev-account", "0");
    await refused("NOT_ALLOWED", EXIT.refused, ...there, ...own, "--with-test-token");
    expect(await other.request("eth_getTransactionCount", account, "pending")).to.equal("0x0");
    expect(await other.request("eth_blockNumber")).to.equal("0x0");
    expect(existsSync(join(cwd, "x.json"))).to.equal(false);
  });

  it("amounts are exact: too many decimals, nothing, and more than there is are refused", async () => {
    const fund = (amount: string) => ["program", "fund", "1", amount, ...D, "--dev-account", "4"];
    await refused("USAGE", EXIT.usage, ...fund("0.0000001"));
    await refused("USAGE", EXIT.usage, ...fund("0"));
    await refused("USAGE", EXIT.usage, ...fund("1e3"));
    await refused("NOT_ALLOWED", EXIT.refused, ...fund("1000000000"));
    const funded = await ok(...fund("0.000001"), "--mint-test-tokens");
    expect(funded).to.include({ sent: "1", received: "1" });
    const shown = await ok("program", "show", "1", ...D);
    expect(shown).to.include({ free: "450000001", committed: "25000000", benefit: "25000000" });
  });

  it("refusals of contracts come with their values and a way out", async () => {
    const hinted = async (error: string, ...argv: string[]) => {
      const err = await refused("CONTRACT_REVERTED", EXIT.refused, ...argv);
      const { details, hint } = (
        JSON.parse(err.slice(err.indexOf("{"))) as {
          error: { details: Record<string, string>; hint?: string };
        }
      ).error;
      expect(details.error).to.equal(error);
      expect(hint, error).to.be.a("string");
      return details;
    };
    await hinted("ClaimsPayout_UnknownProgram", "program", "show", "9", ...D);
    await hinted("ClaimsPayout_UnknownPolicy", "policy", "show", "9", ...D);
    await hinted("ClaimsPayout_UnknownPeriod", "claim", "show", "--policy", "1", "--period", "7", ...D);
    await hinted("ClaimsPayout_NothingOwed", "claim", "pay", "--policy", "1", ...D, "--dev-account", "6");
    await hinted(
      "ClaimsPayout_AttestationUsed",
      "policy",
      "issue",
      "attestation.json",
      ...D,
      "--dev-account",
      "4",
    );
    await hinted(
      "ClaimsPayout_NotInsurer",
      "policy",
      "issue",
      "attestation.json",
      ...D,
      "--dev-account",
      "7",
    );
    await hinted("ClaimsPayout_NotControllerOrInsurer", "policy", "end", "1", ...D, "--dev-account", "7");
    const { id } = JSON.parse(await readFile(join(cwd, "audit.json"), "utf8")).consents[0] as { id: string };
    const send = ["claim", "send", "claim.json", "--policy", "1", ...D, "--dev-account", "6", "--consent"];
    await hinted("ClaimsPayout_PeriodAlreadyClaimed", ...send, id, "--period", "0");
    await hinted("ClaimsPayout_PeriodNotOver", ...send, id, "--period", "1");
    const statement = ["--statement", "glucose-day", "--low", "70", "--high", "180", "--at-least", "70"];
    const create = ["program", "create", ...D, ...statement, "--benefit", "1"];
    await hinted("AnchorRegistry_UnknownGroup", ...create, "--group", "9", "--dev-account", "4");
    await hinted("ClaimsPayout_InsurerGoverns", ...create, "--group", "1", "--dev-account", "1");
    await hinted(
      "ClaimsPayout_AssuranceMismatch",
      ...create,
      "--group",
      "1",
      "--dev-account",
      "4",
      "--assurance",
      "secure-element",
    );
    await hinted(
      "ClaimsPayout_InvalidClaimWindow",
      ...create,
      "--group",
      "1",
      "--dev-account",
      "4",
      "--claim-window",
      "1h",
    );
    await refused(
      "USAGE",
      EXIT.usage,
      ...create,
      "--group",
      "1",
      "--dev-account",
      "4",
      "--arbiter",
      `0x${"1".repeat(40)}`,
    );
  });

  it("a consent is the policy's own account's to give and to take back", async () => {
    await ok("--home", "bert", "identity", "new", "--scrypt-cost", "14");
    const grant = ["consent", "grant", "--policy", "1", ...D, "--dev-account", "6", "--out"];
    await refused("NOT_ALLOWED", EXIT.refused, "--home", "bert", ...grant, "bert.json");
    await refused("FILE_EXISTS", EXIT.refused, "--home", "anna", ...grant, "consent.json");
    const { consentId } = await ok("--home", "anna", ...grant, "second.json", "--for", "30d");
    const given = String(consentId);
    const shown = await ok("consent", "show", given, ...D);
    expect(shown).to.include({ active: true });
    const revoke = ["consent", "revoke", given, "--policy", "1", ...D, "--dev-account", "6"];
    await refused("NOT_ALLOWED", EXIT.refused, "--home", "bert", ...revoke);
    await ok("--home", "anna", ...revoke);
    expect(await ok("consent", "show", given, ...D)).to.include({ active: false });
    await refused("NOT_THERE", EXIT.notReady, "consent", "show", `0x${"ab".repeat(32)}`, ...D);
    await refused("USAGE", EXIT.usage, "consent", "show", "0x12", ...D);
  });

  it("the audit as text names what it found and what it rests on; a program that is none is refused", async () => {
    const ran = await vitalproof({ cwd }, "--quiet", "--rpc", node.url, "audit", "--program", "1", ...D);
    expect(ran.code).to.equal(EXIT.ok);
    expect(ran.out).to.include("Findings: 0 errors, 0 warnings, 0 notices").and.to.include("This rests on");
    await refused("NOT_THERE", EXIT.notReady, "audit", "--program", "7", ...D);
    await refused(
      "CONTRACT_CALL_FAILED",
      EXIT.chain,
      "audit",
      "--program",
      "1",
      "--claims",
      `0x${"1".repeat(40)}`,
    );
    await refused("FILE_EXISTS", EXIT.refused, "audit", "--program", "1", ...D, "--html", "audit.html");
    // One block at a time: nothing is lost at the edges of ranges.
    const whole = await ok("audit", "--program", "1", ...D);
    const pieces = await ok("audit", "--program", "1", ...D, "--block-range", "1");
    expect(pieces).to.deep.equal(whole);
  });

  it("an audit that starts too late says so, and exits with 1", async () => {
    const blocks = Number(await node.request("eth_blockNumber"));
    const { program } = (await ok("audit", "--program", "1", ...D)) as unknown as {
      program: { transaction: string };
    };
    const receipt = await node.request<{ blockNumber: string }>(
      "eth_getTransactionReceipt",
      program.transaction,
    );
    const late = Number(receipt.blockNumber);
    expect(late).to.be.lessThan(blocks);
    const ran = await run("audit", "--program", "1", ...D, "--from-block", String(late));
    expect(ran.code).to.equal(EXIT.no);
    const codes = (JSON.parse(ran.out) as { findings: { code: string }[] }).findings.map(({ code }) => code);
    expect(codes).to.include("PROGRAM_STATEMENT_NOT_IN_FORCE").and.to.include("VIEW_COUNT_DISAGREES");
  });

  it("a node that is not there: CHAIN_UNREACHABLE or CONTRACT_CALL_FAILED, soon, without the URL's secret", async () => {
    const nowhere = "http://127.0.0.1:9/a-secret-key";
    const ran = await vitalproof({ cwd }, "--json", "--quiet", "--rpc", nowhere, "program", "list", ...D);
    expect(ran.code).to.equal(EXIT.chain);
    expect(ran.err).to.not.include("a-secret-key");
  });

  it("every command has help with an example", async () => {
    const commands = [
      "deploy",
      "audit",
      ...["create", "fund", "show", "list"].map((name) => `program ${name}`),
      ...["issue", "show", "end"].map((name) => `policy ${name}`),
      ...["grant", "revoke", "show"].map((name) => `consent ${name}`),
      ...["send", "show", "pay"].map((name) => `claim ${name}`),
    ];
    for (const command of commands) {
      const ran = await vitalproof({ cwd }, ...command.split(" "), "--help");
      expect(ran.code, command).to.equal(EXIT.ok);
      expect(ran.out, command).to.match(/Examples?:/);
    }
  });
});
