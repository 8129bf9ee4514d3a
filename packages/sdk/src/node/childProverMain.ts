// SPDX-License-Identifier: GPL-3.0-or-later
// The program that `childProcessProver` runs: one message in, progress and one result out, then it is ended.
import { type ProofRun, runSnarkjs } from "../prove/snarkjs.ts";
import type { ChildMessage } from "./childProver.ts";

const send = (message: ChildMessage): void => {
  process.send?.(message);
};

process.once("message", (run: Omit<ProofRun, "onPhase" | "isStopped">) => {
  void runSnarkjs({ ...run, onPhase: (phase, detail) => send({ type: "progress", phase, detail }) }).then(
    (result) => send({ type: "result", result }),
  );
});

// Without a parent nobody would end the worker threads.
process.once("disconnect", () => process.exit(0));
