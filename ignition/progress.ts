// SPDX-License-Identifier: GPL-3.0-or-later

const HEARTBEAT = 5_000;

/** Says on standard error what is going on, and goes on saying it while it lasts. */
export async function withProgress<T>(
  label: string,
  work: () => Promise<T>,
  detail: () => string = () => "",
): Promise<T> {
  const started = performance.now();
  const seconds = () => `${((performance.now() - started) / 1000).toFixed(1)} s`;
  process.stderr.write(`> ${label} …\n`);
  const timer = setInterval(() => {
    process.stderr.write(`  ${label}: ${[detail(), seconds()].filter((part) => part !== "").join(", ")}\n`);
  }, HEARTBEAT);
  try {
    return await work();
  } finally {
    clearInterval(timer);
    if (performance.now() - started > 2000) process.stderr.write(`  ${label}: done in ${seconds()}\n`);
  }
}
