// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";
import { Fragment, useEffect, useMemo, useState } from "react";
import { Button } from "react-aria-components";
import { finalBlock, finalityOf, finalityText } from "../data/finality.ts";
import type { Fact, Mined, Plan } from "../plans/plan.ts";
import { targetsOf } from "../plans/targets.ts";
import { formatRoughly } from "../words/amounts.ts";
import { type Sentence, sentenceOf } from "../words/sentences.ts";
import { same, useApp, useChain, useWallet } from "./app.tsx";
import { Fault, Hex, Notice, Popup } from "./parts.tsx";

type Progress = {
  /** Index of the step that is next or under way. */
  at: number;
  phase: "asking" | "signing" | "pending" | "mined" | "final" | "failed";
  mined: Mined[];
  hash?: string;
  failure?: Sentence;
};

/** What a plan does, its parameters, and its transactions one after the other until the last is final. */
export function TransactionDialog({
  plan,
  onClose: close,
}: {
  plan: Plan;
  onClose: (final: boolean) => void;
}) {
  const { chain, wallet, rpc, config } = useApp();
  const { account, chainId } = useWallet();
  const { tip } = useChain();
  const [progress, setProgress] = useState<Progress>({ at: 0, phase: "asking", mined: [] });
  const [estimate, setEstimate] = useState<{ gas?: bigint; fee?: bigint; refused?: Sentence }>();
  const { at, phase } = progress;
  const onClose = (): void => close(phase === "final");
  const step = plan.steps[at];
  const [agreed, setAgreed] = useState(false);
  const other = plan.account !== undefined && account !== undefined && !same(plan.account, account);
  const ready = account !== undefined && chainId === config.chain.id;

  // The estimate of the step that is next; it also tells a refusal before anything is signed.
  useEffect(() => {
    if (!ready || step === undefined || (phase !== "asking" && phase !== "failed")) return;
    let gone = false;
    setEstimate(undefined);
    (async () => {
      const { to, data } = step.call();
      const [gas, fees] = await Promise.all([
        rpc.estimateGas({ from: account, to, data }),
        rpc.getFeeData().catch(() => null),
      ]);
      const price = fees?.gasPrice ?? null;
      if (!gone) setEstimate({ gas, ...(price === null ? {} : { fee: gas * price }) });
    })().catch((error: unknown) => {
      if (!gone) setEstimate({ refused: sentenceOf(error, plan.unit) });
    });
    return () => {
      gone = true;
    };
  }, [ready, account, step, phase, rpc, plan.unit]);

  async function run(): Promise<void> {
    const mined = [...progress.mined];
    let index = at;
    try {
      const signer = await wallet.signer();
      if (signer === undefined) {
        throw new VitalproofError("CONTRACT_CALL_FAILED", "No account on the right network is connected.", {
          hint: `Connect a wallet on ${config.chain.name}.`,
        });
      }
      // The SDK returns when a transaction is in a block; its hash is shown as soon as the wallet gave it out.
      const sendTransaction = signer.sendTransaction.bind(signer);
      signer.sendTransaction = async (request) => {
        const sent = await sendTransaction(request);
        setProgress({ at: index, phase: "pending", mined: [...mined], hash: sent.hash });
        return sent;
      };
      for (; index < plan.steps.length; index++) {
        setProgress({ at: index, phase: "signing", mined: [...mined] });
        const { hash, blockNumber, gasUsed } = await plan.steps[index]!.send(signer);
        mined.push({ hash, blockNumber, gasUsed });
      }
      await chain.refresh();
      setProgress({ at: index, phase: "mined", mined });
      // One account's transactions are mined in their order: where the last one is final, all are.
      const last = mined.at(-1)!;
      const blockNumber = await finalBlock(rpc, last.hash, config.chain.confirmations);
      mined[mined.length - 1] = { ...last, blockNumber };
      setProgress({ at: index, phase: "final", mined });
      plan.ended?.(mined);
    } catch (error) {
      setProgress({ at: index, phase: "failed", mined, failure: sentenceOf(error, plan.unit) });
    }
  }

  const busy = phase === "signing" || phase === "pending";
  const closing = useMemo(() => (phase === "final" ? plan.done?.() : undefined), [phase, plan]);
  return (
    <Popup title={plan.title} busy={busy} onClose={onClose}>
      <ul className="says">
        {plan.says.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
      <Facts plan={plan} account={account} />
      {plan.fixed === undefined ? null : (
        <>
          <h3>What can never be changed</h3>
          <ul className="says">
            {plan.fixed.map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        </>
      )}
      <ol className="steps">
        {plan.steps.map((each, i) => {
          const done = progress.mined[i];
          const state =
            done !== undefined ? (phase === "final" ? "final" : "mined") : i === at ? phase : "later";
          return (
            <li key={each.title} className={`step ${state}`}>
              <span>{each.title}</span>
              <span className="hint">
                {done !== undefined ? (
                  <>
                    {sentence(
                      phase === "final"
                        ? `final, in block ${done.blockNumber.toLocaleString("en-GB")}`
                        : finalityText(
                            done.blockNumber,
                            finalityOf(done.blockNumber, tip?.number, config.chain.confirmations),
                          ),
                    )}
                    , {done.gasUsed.toLocaleString("en-GB")} gas, <Hex value={done.hash} kind="tx" />
                  </>
                ) : state === "signing" ? (
                  "Waiting for your wallet"
                ) : state === "pending" ? (
                  <>Sent, waiting for a block: {progress.hash && <Hex value={progress.hash} kind="tx" />}</>
                ) : state === "later" ? (
                  "Estimated when its turn comes"
                ) : state === "failed" ? (
                  "Not done"
                ) : estimate?.gas !== undefined ? (
                  <>
                    About {estimate.gas.toLocaleString("en-GB")} gas
                    {estimate.fee === undefined
                      ? ""
                      : `, ${formatRoughly(estimate.fee, config.chain.currency)}`}
                  </>
                ) : estimate?.refused !== undefined ? (
                  "Would be refused"
                ) : (
                  "Estimating …"
                )}
              </span>
            </li>
          );
        })}
      </ol>
      <p role="status" className="hidden">
        {phase === "signing"
          ? `Step ${at + 1} of ${plan.steps.length}: waiting for your wallet.`
          : phase === "pending"
            ? `Step ${at + 1} of ${plan.steps.length}: sent, waiting for a block.`
            : phase === "mined"
              ? "Done. Every transaction is in a block, and not final yet."
              : phase === "final"
                ? "Done. Every transaction is final."
                : ""}
      </p>
      {phase === "failed" && progress.failure !== undefined ? <Fault sentence={progress.failure} /> : null}
      {phase === "asking" && estimate?.refused !== undefined ? <Fault sentence={estimate.refused} /> : null}
      {phase === "mined" ? (
        <p>
          Everything is in a block. It is final when {config.chain.confirmations} blocks confirm it; you need
          not wait here.
        </p>
      ) : null}
      {phase === "final" ? (
        <p className="good-line">
          ✓ {closing?.text ?? "Done."}{" "}
          {closing?.link === undefined ? null : (
            <a href={closing.link.href} onClick={onClose}>
              {closing.link.text}
            </a>
          )}
        </p>
      ) : null}
      {other ? (
        <Fault
          sentence={{
            says: `This was prepared for ${plan.account}, and another account is connected.`,
            hint: "Connect that account, or close this and begin again.",
          }}
        />
      ) : null}
      {plan.asks === undefined || phase !== "asking" ? null : (
        <Notice kind="warning" title={plan.asks}>
          <label className="check">
            <input type="checkbox" checked={agreed} onChange={(event) => setAgreed(event.target.checked)} />
            <span>Yes, I mean this amount</span>
          </label>
        </Notice>
      )}
      {ready ? null : (
        <Fault
          sentence={{
            says: "No account on the right network is connected.",
            hint: "Connect a wallet first.",
          }}
        />
      )}
      <div className="actions">
        {phase === "final" || phase === "mined" ? (
          <Button className="primary" onPress={onClose} autoFocus>
            Close
          </Button>
        ) : (
          <>
            <Button onPress={onClose} isDisabled={busy}>
              Cancel
            </Button>
            <Button
              className="primary"
              isDisabled={
                busy ||
                !ready ||
                other ||
                (plan.asks !== undefined && !agreed) ||
                (estimate?.refused !== undefined && phase === "asking")
              }
              onPress={() => void run()}
            >
              {busy
                ? "Working …"
                : phase === "failed"
                  ? "Try again"
                  : plan.steps.length > 1
                    ? `Sign ${plan.steps.length - at} transactions`
                    : "Sign and send"}
            </Button>
          </>
        )}
      </div>
    </Popup>
  );
}

/** Every parameter in full, and who signs what for which contract on which chain. */
function Facts({ plan, account }: { plan: Plan; account: string | undefined }) {
  const { config } = useApp();
  const facts: Fact[] = [
    ...plan.facts,
    ...targetsOf(plan, config),
    ["Chain", `${config.chain.name}, ${config.chain.id}`],
    ["Signed by", account ?? "No account is connected"],
  ];
  return (
    <dl className="facts" aria-label="What you sign">
      {facts.map(([name, value]) => (
        <Fragment key={name}>
          <dt>{name}</dt>
          <dd>
            {typeof value === "string" ? (
              value
            ) : (
              <ul className="terms">
                {value.map((line) => (
                  <li key={line}>{line}</li>
                ))}
              </ul>
            )}
          </dd>
        </Fragment>
      ))}
    </dl>
  );
}

function sentence(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
