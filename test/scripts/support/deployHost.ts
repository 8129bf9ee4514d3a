// SPDX-License-Identifier: GPL-3.0-or-later
//
// Runs scripts/deploy.ts again and again in one process: loading Hardhat takes most of a run's time. Each run has its own
// arguments, environment, outputs and exit code, and its own Hardhat environment, because the script makes one.

export interface HostedRun {
  readonly args: readonly string[];
  readonly env: Record<string, string>;
}

const script = new URL("../../../scripts/deploy.ts", import.meta.url);
let runs = 0;

async function run({ args, env }: HostedRun) {
  const output = { stdout: "", stderr: "" };
  const own = { argv: process.argv, env: process.env };
  const streams = (["stdout", "stderr"] as const).map((name) => ({ name, write: process[name].write }));
  for (const { name } of streams) {
    process[name].write = ((chunk: string | Uint8Array) => {
      output[name] += typeof chunk === "string" ? chunk : Buffer.from(chunk).toString();
      return true;
    }) as typeof process.stdout.write;
  }
  process.argv = [process.execPath, script.pathname, ...args];
  process.env = env;
  process.exitCode = undefined;
  try {
    await import(`${script.href}?run=${++runs}`);
    return { code: process.exitCode ?? 0, ...output };
  } catch (error) {
    // As Node ends a program that throws.
    return { code: 1, stdout: output.stdout, stderr: `${output.stderr}${(error as Error).stack}\n` };
  } finally {
    for (const { name, write } of streams) process[name].write = write;
    Object.assign(process, own, { exitCode: undefined });
  }
}

process.on("message", (message: HostedRun) => {
  run(message).then((result) => process.send!(result));
});
process.on("disconnect", () => process.exit());
