// SPDX-License-Identifier: GPL-3.0-or-later
import { Button } from "react-aria-components";
import { decisionsOf } from "../../data/decisions.ts";
import type { ClaimRow, ProgramRow } from "../../data/ledger.ts";
import { approvePlan, arbitratePlan } from "../../plans/policyPlans.ts";
import { tokenOf, useApp, useChain, useWallet } from "../../ui/app.tsx";
import { useTransact } from "../../ui/transaction.tsx";
import { dateTime } from "../../words/format.ts";

/** The state of a claim, whose turn it is, and until when. @param now Unix seconds, the chain's */
export function ClaimState({ claim: { state, until, reason }, now }: { claim: ClaimRow; now: number }) {
  const decider = state === "under-review" ? "the insurer" : "the arbiter";
  return (
    <>
      <span className={`state ${state}`}>{state.replace("-", " ")}</span>
      {until === undefined ? null : (
        <div className="hint">
          {now < until
            ? `${decider} decides until ${dateTime(until)}`
            : `${decider} was silent until ${dateTime(until)}: anyone can approve`}
        </div>
      )}
      {reason === undefined ? null : <div className="hint">“{reason}”</div>}
    </>
  );
}

/** What the connected account can decide now; nothing where it can decide nothing. */
export function ClaimActions({
  claim,
  program,
  onAsk,
}: {
  claim: ClaimRow;
  program: ProgramRow;
  /** Rejecting and denying need a reason first. */
  onAsk: (asking: { claim: ClaimRow; kind: "reject" | "deny" }) => void;
}) {
  const { config } = useApp();
  const { tip } = useChain();
  const { account } = useWallet();
  const transact = useTransact();
  const token = tokenOf(config, program.token);
  const { benefit } = program;
  const { approve, reject, arbitrate } = decisionsOf(claim, program, account, tip?.timestamp ?? 0);
  if (!approve && !reject && !arbitrate) return null;
  const of = (
    <span className="hidden">
      {" "}
      period {claim.period} of policy {String(claim.policy)}
    </span>
  );
  return (
    <div className="actions">
      {approve ? (
        <Button onPress={() => transact(approvePlan(config, token, claim, benefit))}>Approve{of}</Button>
      ) : null}
      {reject ? <Button onPress={() => onAsk({ claim, kind: "reject" })}>Reject{of}</Button> : null}
      {arbitrate ? (
        <>
          <Button onPress={() => transact(arbitratePlan(config, token, claim, benefit, true, ""))}>
            Decide for{of}
          </Button>
          <Button onPress={() => onAsk({ claim, kind: "deny" })}>Deny{of}</Button>
        </>
      ) : null}
    </div>
  );
}
