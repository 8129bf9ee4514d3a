// SPDX-License-Identifier: GPL-3.0-or-later
//
// npm run node [-- --time 2026-03-01T00:00Z] [--port 8545]
//
// A development node on the loopback interface whose time can begin in the past, so that old data can be sealed and
// anchored as if today (`hardhat node` always begins now). Ends with Ctrl-C, and forgets everything.
import { parseArgs } from "node:util";

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
    const time = values.time === undefined ? new Date() : new Date(values.time);
    if (
      Number.isNaN(time.getTime()) ||
      (values.time !== undefined && !/(Z|[+-]\d\d:\d\d)$/.test(values.time))
    )
      throw new Error(`--time is ${values.time}; write it like 2026-03-01T00:00Z.`);
    if (!/^\d{1,5}$/.test(values.port) || Number(values.port) > 65_535)
      throw new Error(`--port is ${values.port}; it must be 0 to 65535.`);
    return { time, port: Number(values.port), help: values.help };
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
  console.error(
    `Nothing can listen on port ${port} (${(error as NodeJS.ErrnoException).code ?? error}). Try --port 0.`,
  );
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
