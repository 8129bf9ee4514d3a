// SPDX-License-Identifier: GPL-3.0-or-later

/** Something to run that may have to wait for others. */
export interface Job {
  readonly name: string;
  /** Names of the jobs that must have ended well before. */
  readonly after: readonly string[];
  /** It waits more than it works, and takes no lane. */
  readonly light?: boolean;
  /** @returns whether it ended well */
  run(): Promise<boolean>;
}

/**
 * Runs jobs, so many at a time, and light ones next to them. Whenever one ends, the first in order that waits for nothing more
 * begins.
 * @returns the jobs that never began, each with one that it needs and that failed
 */
export async function runInLanes(jobs: readonly Job[], lanes: number): Promise<Map<string, string>> {
  const names = new Set(jobs.map(({ name }) => name));
  for (const { name, after } of jobs) {
    const unknown = after.find((other) => !names.has(other));
    if (unknown !== undefined)
      throw new Error(`"${name}" waits for "${unknown}", which is not among the jobs`);
  }
  const waiting = [...jobs];
  const running = new Map<Job, Promise<void>>();
  const ended = new Set<string>();
  const failed = new Set<string>();
  const skipped = new Map<string, string>();

  /** Takes out of the queue whatever needs a job that failed, or that was skipped itself. */
  const skip = () => {
    for (let found = true; found; ) {
      found = false;
      for (const { name, after } of [...waiting]) {
        const cause = after.map((other) => (failed.has(other) ? other : skipped.get(other))).find(Boolean);
        if (cause === undefined) continue;
        skipped.set(name, cause);
        waiting.splice(
          waiting.findIndex((job) => job.name === name),
          1,
        );
        found = true;
      }
    }
  };
  const begin = (job: Job) => {
    const done = job.run().then((good) => {
      (good ? ended : failed).add(job.name);
      running.delete(job);
    });
    running.set(job, done);
  };

  for (;;) {
    skip();
    for (;;) {
      const full = [...running.keys()].filter(({ light }) => light !== true).length >= lanes;
      const at = waiting.findIndex(
        ({ after, light }) => (!full || light === true) && after.every((other) => ended.has(other)),
      );
      if (at < 0) break;
      begin(waiting.splice(at, 1)[0]!);
    }
    if (running.size === 0) break;
    await Promise.race(running.values());
  }
  if (waiting.length > 0)
    throw new Error(`These wait for each other: ${waiting.map(({ name }) => name).join(", ")}`);
  return skipped;
}
