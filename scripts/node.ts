// SPDX-License-Identifier: GPL-3.0-or-later
//
// npm run node [-- --time 2026-03-01T00:00Z] [--port 8545]
//
// A development node on the loopback interface whose time can begin in the past, so that old data can be sealed and
// anchored as if today (`hardhat node` always begins now). Ends with Ctrl-C, and forgets everything.
import { parseArgs } from "node:util";
import { cannotListen, momentOf, portOf } from "./options.ts";

const HELP = `A local development node (chain 31337) whose time can begin in the past.

  npm run node                                    from now on
  npm run node -- --time 2026-03-01T00:00Z        from then on
  npm run node -- --port 0                        on any free port

Prints its URL once it listens. Exit code: 2 for wrong usage.`;

function options() {
  try {
    const { values } = parseArgs({
      options: {
        time: { type: "string" },
        port: { type: "string", default: "8545" },
        help: { type: "boolean", default: false },
      },
    });
    const time = values.time === undefined ? new Date() : momentOf("--time", values.time);
    return { time, port: portOf("--port", values.port), help: values.help };
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${HELP}`);
    process.exit(2);
  }
}

const { time, port, help } = options();
if (help) {
  console.log(HELP);
  process.exit(0);
}

const { default: hre } = await import("hardhat");
const server = await hre.network.createServer(
  // Overrides are typed per kind of network, which the type does not know here.
  { override: { initialDate: time.toISOString() } } as never,
  "127.0.0.1",
  port,
);
const { address, port: actual } = await server.listen().catch((error: unknown) => {
  console.error(cannotListen(port, error) ?? error);
  process.exit(1);
});
console.log(`http://${address}:${actual}`);
const stop = (): void => {
  server.close().then(
    () => process.exit(0),
    () => process.exit(1),
  );
};
process.once("SIGINT", stop);
process.once("SIGTERM", stop);
