// SPDX-License-Identifier: GPL-3.0-or-later
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { ClaimsClient, DAY } from "@vitalproof/sdk";
import { expect } from "chai";
import { JsonRpcProvider } from "ethers";
import hre from "hardhat";
import { SCENARIO_START } from "../../scripts/dapp/month.ts";
import { startServices } from "../../scripts/dapp/services.ts";
import { root } from "../support/node.ts";
import { BENEFIT, JSON_TYPE, jsonOf, send } from "./support/serving.ts";

describe("dapp: the command", function () {
  this.timeout(300_000);
  const script = ["scripts/dapp.ts", "--no-build", "--json"];

  it("prints one line once it listens, and ends cleanly on SIGINT", async () => {
    const args = [...script, "--port", "0", "--time", "2026-05-01T00:00Z"];
    const child = spawn(process.execPath, args, { cwd: root, stdio: ["ignore", "pipe", "inherit"] });
    const ended = once(child, "exit");
    try {
      let output = "";
      child.stdout.setEncoding("utf8");
      for await (const chunk of child.stdout as AsyncIterable<string>) {
        output += chunk;
        if (output.includes("\n")) break;
      }
      expect(output.split("\n")).to.have.lengthOf(2);
      const { url, contracts } = JSON.parse(output);
      expect(url).to.match(/^http:\/\/127\.0\.0\.1:\d+$/);
      const config = (await send(url, "GET", "/config.json")).json;
      expect(config.contracts).to.deep.equal(contracts);
      const { now } = (await send(url, "GET", "/demo/clock")).json;
      expect(now).to.be.within(
        Date.parse("2026-05-01T00:00Z") / 1000,
        Date.parse("2026-05-01T01:00Z") / 1000,
      );

      const port = new URL(url).port;
      const second = spawnSync(process.execPath, [...script, "--port", port], {
        cwd: root,
        encoding: "utf8",
      });
      expect(second.status).to.equal(1);
      expect(second.stderr).to.include("EADDRINUSE").and.to.include("--port 0");
      expect(second.stdout).to.equal("");
    } finally {
      child.kill("SIGINT");
    }
    expect(await ended).to.deep.equal([0, null]);
  });

  it("with --scenario its whole month is played: money is released at the end (LONG=1)", async function () {
    if (process.env.LONG !== "1") this.skip();
    const lines: string[] = [];
    const services = await startServices(hre, {
      start: SCENARIO_START,
      port: 0,
      scenario: { days: 30, say: (line) => lines.push(line) },
    });
    await services.close();
    expect(lines.at(-1)).to.match(/^[1-9]\d* periods that nobody claimed in time are released\.$/);
  });

  it("with --scenario people have joined, claimed and been decided on, and the attester goes on from there", async () => {
    const lines: string[] = [];
    const services = await startServices(hre, {
      start: SCENARIO_START,
      port: 0,
      scenario: { days: 3, say: (line) => lines.push(line) },
    });
    const provider = new JsonRpcProvider(`${services.url}/rpc`, undefined, { staticNetwork: true });
    try {
      // Of the first three days two hold for the first person and two for the second, and one of two for the third.
      expect(lines).to.include("Day 3: 5 claims hold, and are settled.");
      const claims = new ClaimsClient(services.config.contracts.claims, provider);
      const owed = await Promise.all([1n, 2n, 3n].map((policy) => claims.owedOf(policy)));
      expect(owed).to.deep.equal([2n * BENEFIT, 2n * BENEFIT, BENEFIT]);
      const { now } = (await send(services.url, "GET", "/demo/clock")).json;
      const passed = await send(services.url, "POST", "/demo/clock", {
        body: jsonOf({ to: now + DAY }),
        headers: JSON_TYPE,
      });
      expect(passed.json.now).to.be.at.least(now + DAY);
    } finally {
      provider.destroy();
      await services.close();
    }
  });

  it("wrong usage is refused before anything starts", () => {
    for (const args of [
      ["--scenario", "--time", "2026-03-01T00:00Z"],
      ["--scenario", "--days", "31"],
      ["--days", "3"],
      ["--port", "65536"],
      ["--time", "2026-03-01"],
      ["--no-such-option"],
    ]) {
      const run = spawnSync(process.execPath, ["scripts/dapp.ts", ...args], { cwd: root, encoding: "utf8" });
      expect(run.status).to.equal(2);
      expect(run.stderr).to.include("npm run dapp");
    }
  });
});
