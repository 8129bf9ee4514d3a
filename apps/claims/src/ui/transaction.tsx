// SPDX-License-Identifier: GPL-3.0-or-later
import { createContext, lazy, type ReactNode, Suspense, use, useCallback, useState } from "react";
import type { Plan } from "../plans/plan.ts";

// Patients never sign here, and nobody does at first.
const TransactionDialog = lazy(async () => ({
  default: (await import("./TransactionDialog.tsx")).TransactionDialog,
}));

const TransactContext = createContext<(plan: Plan) => void>(() => {});

/** Opens the dialog of a plan. */
export function useTransact(): (plan: Plan) => void {
  return use(TransactContext);
}

export function TransactProvider({ children }: { children: ReactNode }) {
  const [plan, setPlan] = useState<{ plan: Plan; key: number }>();
  const open = useCallback(
    (next: Plan) => setPlan((before) => ({ plan: next, key: (before?.key ?? 0) + 1 })),
    [],
  );
  return (
    <TransactContext value={open}>
      {children}
      {plan === undefined ? null : (
        <Suspense>
          <TransactionDialog
            key={plan.key}
            plan={plan.plan}
            onClose={(final) => {
              setPlan(undefined);
              if (!final) plan.plan.ended?.(undefined);
            }}
          />
        </Suspense>
      )}
    </TransactContext>
  );
}
