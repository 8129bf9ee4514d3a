// SPDX-License-Identifier: GPL-3.0-or-later
//
// npm run dapp [-- --time 2026-03-01T00:00Z] [--port 4174] [--scenario] [--days 30] [--json]
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { SCENARIO_DAYS, SCENARIO_START } from "./dapp/month.ts";
import { cannotListen, momentOf, portOf } from "./options.ts";

const HELP = `The services behind the claims dApp, on the loopback interface: an in-process chain with everything
deployed, a simulated attester, a relayer, artifacts, and the page of apps/claims.

  npm run dapp                                    the chain begins on 2026-03-01
  npm run dapp -- --time 2026-06-01T00:00Z        begins then
  npm run dapp -- --scenario                      with a month of life in it: programs, patients, claims, decisions
  npm run dapp -- --scenario --days 7             with the first days of it; 1 to 30
  npm run dapp -- --port 0                        on any free port; default 4174
  npm run dapp -- --json                          one line for machines: address and contracts
  npm run dapp -- --no-build                      with contracts, circuits and page as they were built last

Prints its address once it listens. Ends with Ctrl-C, and forgets everything.
Exit code: 2 for wrong usage, 1 when it cannot start.`;

const root = join(import.meta.dirname, "..");

function options() {
  try {
    const { values } = parseArgs({
      options: {
        time: { type: "string" },
        scenario: { type: "boolean", default: false },
        days: { type: "string" },
        port: { type: "string", default: "4174" },
        json: { type: "boolean", default: false },
        "no-build": { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    });
    if (values.scenario && values.time !== undefined)
      throw new Error("--scenario tells of a month that begins in April 2026: leave --time out.");
    if (!values.scenario && values.days !== undefined)
      throw new Error("--days says how much of the scenario: give --scenario as well, or leave it out.");
    const days = Number(values.days ?? SCENARIO_DAYS);
    if (!Number.isInteger(days) || days < 1 || days > SCENARIO_DAYS)
      throw new Error(`--days is ${values.days}: give a whole number from 1 to ${SCENARIO_DAYS}.`);
    const start = values.scenario
      ? SCENARIO_START
      : Math.floor(momentOf("--time", values.time ?? "2026-03-01T00:00Z").getTime() / 1000);
    return { ...values, days, start, port: portOf("--port", values.port) };
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${HELP}`);
    process.exit(2);
  }
}

const { start, port, json, scenario, days, "no-build": asBuilt, help } = options();
if (help) {
  console.log(HELP);
  process.exit(0);
}

for (const command of asBuilt
  ? []
  : [
      ["hardhat", "circuits", "build"],
      // A patient's proof in the page.
      ["hardhat", "circuits", "build", "own-slot"],
      ["hardhat", "build", "--no-tests"],
      ["vite", "build", "--logLevel", "warn", "apps/claims"],
    ]) {
  const { status } = spawnSync(command[0]!, command.slice(1), {
    cwd: root,
    stdio: ["ignore", json ? 2 : 1, 2],
    shell: process.platform === "win32",
  });
  if (status !== 0) process.exit(status ?? 1);
}

// Imported only now: both read what the build has just made.
const { default: hre } = await import("hardhat");
const { startServices } = await import("./dapp/services.ts");

const services = await startServices(hre, {
  start,
  port,
  // Not on standard output, which with --json holds one line.
  ...(scenario ? { scenario: { days, say: (line: string) => console.error(line) } } : {}),
}).catch((error: unknown) => {
  console.error(cannotListen(port, error) ?? error);
  process.exit(1);
});
const stop = (): void => {
  services.close().then(
    () => process.exit(0),
    () => process.exit(1),
  );
};
process.once("SIGINT", stop);
process.once("SIGTERM", stop);

const { url, config } = services;
if (json) {
  console.log(JSON.stringify({ url, contracts: config.contracts, tokens: config.tokens }));
} else {
  console.log(`\n${url}\n`);
  for (const [name, address] of Object.entries(config.contracts)) console.log(`${name.padEnd(12)}${address}`);
  for (const { symbol, address } of config.tokens) console.log(`${symbol.padEnd(12)}${address}`);
  if (config.demo.hospital === undefined)
    console.log(
      "\nNo demo hospital: it takes `npx hardhat circuits build consent-batch access-batch-64`, some minutes, once.",
    );
  console.log("\nDevelopment keys only. Ctrl-C ends it and forgets everything.");
}
