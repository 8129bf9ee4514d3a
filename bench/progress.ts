// SPDX-License-Identifier: GPL-3.0-or-later

const EVERY = 5_000;

/** Says what step it is at, for steps that take long. */
export type Say = (detail: string) => void;

/**
 * Runs a step of the bench and says on stderr what it does, how long it took, and every five seconds that it still runs:
 * in place on a terminal, as lines elsewhere. stdout stays free for `--json`.
 */
export async function step<T>(title: string, work: (say: Say) => Promise<T>): Promise<T> {
  const started = performance.now();
  const seconds = () => ((performance.now() - started) / 1000).toFixed(1);
  const terminal = process.stderr.isTTY === true;
  const clear = terminal ? "\r\u001b[K" : "";
  let detail = "";
  const show = () => {
    const text = `  ${title}${detail === "" ? "" : `: ${detail}`} … ${seconds()} s`;
    process.stderr.write(terminal ? `${clear}${text}` : `${text}\n`);
  };
  if (terminal) show();
  const timer = setInterval(show, EVERY);
  try {
    const result = await work((next) => {
      detail = next;
      if (terminal) show();
    });
    process.stderr.write(`${clear}  ${title} (${seconds()} s)\n`);
    return result;
  } catch (error) {
    process.stderr.write(`${clear}  ${title}: failed after ${seconds()} s\n`);
    throw error;
  } finally {
    clearInterval(timer);
  }
}
