// SPDX-License-Identifier: GPL-3.0-or-later
import { useCallback, useEffect, useRef, useState } from "react";
import type { AuditJob, AuditState } from "./protocol.ts";

export type Audit = {
  readonly state: AuditState | { readonly kind: "stopped" };
  readonly stop: () => void;
  /** From the beginning, up to what is the latest block then. */
  readonly again: () => void;
};

/** Runs an audit in a worker of its own as long as it is shown. @param job the same object while it is the same job */
export function useAudit(job: AuditJob): Audit {
  const [state, setState] = useState<Audit["state"]>(BEGINNING);
  const running = useRef<() => void>(undefined);

  const start = useCallback(() => {
    running.current?.();
    setState(BEGINNING);
    const worker = new Worker(new URL("./auditWorker.ts", import.meta.url), { type: "module" });
    // A message that is under way when the worker ends still arrives.
    let ended = false;
    const end = (): void => {
      ended = true;
      worker.terminate();
    };
    running.current = end;
    worker.addEventListener("message", ({ data }: { data: AuditState }) => {
      if (ended) return;
      setState(data);
      if (data.kind !== "running") end();
    });
    for (const type of ["error", "messageerror"] as const) {
      worker.addEventListener(type, () => {
        if (ended) return;
        end();
        setState({ kind: "failed", sentence: DIED });
      });
    }
    worker.postMessage(job);
  }, [job]);

  useEffect(() => {
    start();
    return () => running.current?.();
  }, [start]);

  const stop = useCallback(() => {
    running.current?.();
    setState({ kind: "stopped" });
  }, []);
  return { state, stop, again: start };
}

const BEGINNING = { kind: "running", step: "asking the node" } as const;

const DIED = {
  says: "The browser ended the audit, or could not begin it.",
  hint: "Mostly memory is short: close other tabs and try again, or use `vitalproof audit` in a shell.",
};
