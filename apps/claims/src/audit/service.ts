// SPDX-License-Identifier: GPL-3.0-or-later
import { audit, httpRequest, type KnownKeys, type RpcRequest, rpcChainData } from "@vitalproof/audit";
import { VitalproofError } from "@vitalproof/sdk";
import type { Sentence } from "../words/sentences.ts";
import type { AuditJob, AuditState } from "./protocol.ts";

/** Milliseconds between two reports of the same step; thousands of proofs are thousands of steps. */
const PAUSE = 100;

/** The worker's side: one job to its end, with progress. It never throws: what fails is posted as a sentence. */
export async function serveAudit(
  { rpc, chainId, claims, program, fromBlock }: AuditJob,
  keys: KnownKeys,
  post: (state: AuditState) => void,
  request: RpcRequest = httpRequest(rpc),
): Promise<void> {
  const progress = sparing((step) => post({ kind: "running", step }));
  try {
    const data = rpcChainData(request, {
      onProgress: (done, total) => progress(`events, block ${done} of ${total}`),
    });
    const actual = await data.chainId();
    if (actual !== BigInt(chainId)) {
      throw new VitalproofError(
        "NOT_ALLOWED",
        `The node is on chain ${actual}, but config.json says ${chainId}.`,
        {
          hint: "The operator of this page must set a node of that chain in config.json.",
        },
      );
    }
    const options = { data, claims, program, keys, progress };
    post({
      kind: "done",
      report: await audit(fromBlock === undefined ? options : { ...options, fromBlock }),
    });
  } catch (error) {
    post({ kind: "failed", sentence: sentenceOf(error) });
  }
}

function sentenceOf(error: unknown): Sentence {
  if (error instanceof VitalproofError) return { says: error.shortMessage, hint: error.hint };
  const what = error instanceof Error ? error.message : String(error);
  return {
    says: `The node answered with something that the audit cannot read (${what}).`,
    hint: "Try again. If it comes again, audit against another node.",
  };
}

/** Passes on every new step at once, and the counts of one step now and then. */
function sparing(say: (step: string) => void): (step: string) => void {
  let last = "";
  let at = 0;
  return (step) => {
    const [name = ""] = step.split(",");
    const now = performance.now();
    if (name === last && now - at < PAUSE) return;
    last = name;
    at = now;
    say(step);
  };
}
