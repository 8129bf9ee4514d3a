// SPDX-License-Identifier: GPL-3.0-or-later
import {
  AnchorClient,
  attestationDigest,
  CLAIMS_PAYOUT_ABI,
  ClaimsClient,
  circuitOf,
  epochStart,
  formatAmount,
  profileOf,
  unpackTerms,
} from "@vitalproof/sdk";
import { Contract, recoverAddress } from "ethers";
import { useEffect, useState } from "react";
import { Button, Label, TextArea, TextField } from "react-aria-components";
import { type Application, applicationOf, parseApplication } from "../data/attestation.ts";
import { circuitOfId, headlineOf } from "../data/circuits.ts";
import { issuePlan } from "../plans/plans.ts";
import { type App, same, tokenOf, useApp, useChain, useWallet } from "../ui/app.tsx";
import { Empty, Fault, Hex, Loading } from "../ui/parts.tsx";
import { useTransact } from "../ui/transaction.tsx";
import { dateTime, duration, short, spanName, spanZone } from "../words/format.ts";
import { type Sentence, sentenceOf } from "../words/sentences.ts";

/** Issues a policy on what an attester attested. */
export function Issue() {
  const [text, setText] = useState("");
  const [application, setApplication] = useState<Application>();
  const [fault, setFault] = useState<Sentence>();

  function take(next: string): void {
    setText(next);
    setFault(undefined);
    setApplication(undefined);
    if (next.trim() === "") return;
    try {
      setApplication(parseApplication(next));
    } catch (error) {
      setFault(sentenceOf(error));
    }
  }

  return (
    <>
      <div className="page-head">
        <div>
          <p className="crumb">
            <a href="#/insurer">Programs</a>
          </p>
          <h1>Issue a policy</h1>
        </div>
      </div>
      <div className="two even">
        <section className="card stack">
          <h2>The patient's application</h2>
          <p className="hint">
            What the attester attested, with its signature, as the patient sent it. It holds a pseudonym, no
            name and no reading.
          </p>
          <TextField className="field" value={text} onChange={take} isInvalid={fault !== undefined}>
            <Label>Application, JSON</Label>
            <TextArea
              rows={8}
              spellCheck="false"
              placeholder='{ "attestation": { … }, "signature": "0x…" }'
            />
          </TextField>
          <label className="field">
            <span>Or open a file</span>
            <input
              type="file"
              accept=".json,application/json"
              onChange={async (event) => {
                const file = event.target.files?.[0];
                if (file !== undefined) take(await file.text());
              }}
            />
          </label>
          {fault === undefined ? null : <Fault sentence={fault} />}
          <Mailbox
            onTake={(taken) => {
              setText("");
              setFault(undefined);
              setApplication(taken);
            }}
          />
        </section>
        <section className="card stack" aria-label="Checked">
          <h2>What it says</h2>
          {application === undefined ? (
            <Empty title="Nothing to check yet.">Paste or open an application.</Empty>
          ) : (
            <Checked application={application} />
          )}
        </section>
      </div>
    </>
  );
}

/** Applications that patients left with the demonstration's service. */
function Mailbox({ onTake }: { onTake: (application: Application) => void }) {
  const { config } = useApp();
  const [list, setList] = useState<Application[]>();
  const [fault, setFault] = useState<Sentence>();
  const address = config.demo?.applications;
  useEffect(() => {
    if (address === undefined) return;
    let gone = false;
    fetch(address)
      .then(async (answer) => {
        if (!answer.ok) throw new Error(`The mailbox answered with HTTP status ${answer.status}.`);
        const { applications } = (await answer.json()) as { applications?: unknown };
        if (!Array.isArray(applications)) throw new Error("The mailbox did not answer with a list.");
        if (!gone) setList(applications.map(applicationOf));
      })
      .catch((error: unknown) => !gone && setFault(sentenceOf(error)));
    return () => {
      gone = true;
    };
  }, [address]);
  if (address === undefined) return null;
  return (
    <div className="stack">
      <h3>Demo mailbox</h3>
      {fault !== undefined ? (
        <Fault sentence={fault} />
      ) : list === undefined ? (
        <Loading what="Looking into the mailbox" />
      ) : list.length === 0 ? (
        <Empty title="The mailbox is empty.">
          Patients of the demonstration leave their applications here.
        </Empty>
      ) : (
        <ul className="mailbox">
          {list.map((each) => (
            <li key={each.signature}>
              <span>
                Program {String(each.attestation.program)}, {each.attestation.periods} periods, controller{" "}
                {short(each.attestation.controller)}
              </span>
              <Button onPress={() => onTake(each)}>Take</Button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

type Check = { readonly ok: boolean; readonly text: string };

function Checked({ application }: { application: Application }) {
  const app = useApp();
  const { config } = app;
  const { ledger, tip } = useChain();
  const { account } = useWallet();
  const transact = useTransact();
  const [result, setResult] = useState<{ checks?: Check[]; fault?: Sentence }>({});
  const { attestation } = application;
  const program = ledger?.programs.get(attestation.program);
  const now = tip?.timestamp ?? 0;
  const free = program?.free;
  useEffect(() => {
    let gone = false;
    if (tip === undefined) return;
    checksOf(app, application, account, tip.timestamp).then(
      (checks) => !gone && setResult({ checks }),
      (error: unknown) => !gone && setResult({ fault: sentenceOf(error) }),
    );
    return () => {
      gone = true;
    };
  }, [app, application, account, tip]);
  if (ledger === undefined) return <Loading what="Reading the chain" />;
  const token = program === undefined ? undefined : tokenOf(config, program.token);
  const circuit = program === undefined ? undefined : circuitOfId(program.circuit);
  const times =
    circuit === undefined || program === undefined
      ? undefined
      : coverOf(program.terms, circuit.name, application);
  const { checks, fault } = result;
  const good = checks?.every(({ ok }) => ok) === true && free !== undefined;
  return (
    <>
      <dl className="facts">
        <dt>Program</dt>
        <dd>
          <a href={`#/insurer/programs/${attestation.program}`}>{String(attestation.program)}</a>
          {program === undefined ? "" : `: ${headlineOf(program.terms)}`}
        </dd>
        <dt>Cover</dt>
        <dd>
          {attestation.periods} periods from epoch {attestation.firstEpoch}
          {times === undefined
            ? ""
            : `: ${spanName(times)}, ${spanZone(times)}, ${duration(times.length)} each`}
        </dd>
        <dt>Reserves</dt>
        <dd>
          {program === undefined || token === undefined
            ? "unknown"
            : formatAmount(program.benefit * BigInt(attestation.periods), token)}
        </dd>
        <dt>Holder</dt>
        <dd>
          <code title={String(attestation.holder)}>{short(`0x${attestation.holder.toString(16)}`)}</code>, a
          pseudonym in this scope
        </dd>
        <dt>Controller</dt>
        <dd>
          <Hex value={attestation.controller} kind="address" />
        </dd>
        <dt>Payee</dt>
        <dd>
          {/^0x0{40}$/.test(attestation.payee) ? (
            "the controller"
          ) : (
            <Hex value={attestation.payee} kind="address" />
          )}
        </dd>
        <dt>Valid until</dt>
        <dd>{dateTime(Number(attestation.expiry))}</dd>
      </dl>
      {fault !== undefined ? (
        <Fault sentence={fault} />
      ) : checks === undefined ? (
        <Loading what="Checking" />
      ) : (
        <ul className="checks" aria-label="Checks" aria-live="polite">
          {checks.map(({ ok, text }) => (
            <li key={text} className={ok ? "ok" : "no"}>
              <span aria-hidden="true">{ok ? "✓" : "✕"}</span>
              <span className="hidden">{ok ? "In order:" : "Wrong:"}</span> {text}
            </li>
          ))}
        </ul>
      )}
      <Button
        className="primary"
        isDisabled={!good || now === 0}
        onPress={() => {
          if (program !== undefined && token !== undefined)
            transact(issuePlan(config, token, application, program.benefit));
        }}
      >
        Issue the policy
      </Button>
    </>
  );
}

/** Unix seconds at which the cover begins and ends, and seconds of one period. */
function coverOf(terms: bigint, name: string, { attestation }: Application) {
  try {
    const { profile, epochs } = circuitOf(name);
    const form = profileOf(profile);
    const { offset } = unpackTerms(terms);
    const length = epochs * form.epochSeconds;
    const start = epochStart(form, offset, attestation.firstEpoch);
    return { start, end: start + attestation.periods * length, offset, length };
  } catch {
    return undefined; // terms of a newer version: the contract decides
  }
}

/** Everything that the contract will ask, asked before. @param now the chain's Unix seconds */
async function checksOf(
  { config, rpc, chain }: App,
  application: Application,
  account: string | undefined,
  now: number,
): Promise<Check[]> {
  const { attestation, signature } = application;
  const claims = new ClaimsClient(config.contracts.claims, rpc);
  const program = chain.state().ledger?.programs.get(attestation.program);
  if (program === undefined) {
    return [{ ok: false, text: `There is no program ${attestation.program} on this chain.` }];
  }
  const token = tokenOf(config, program.token);
  const domain = await claims.domain();
  const digest = attestationDigest(domain, attestation);
  const contract = new Contract(config.contracts.claims, CLAIMS_PAYOUT_ABI, rpc);
  const [group, used, covered] = await Promise.all([
    new AnchorClient(config.contracts.anchors, rpc).group(program.group),
    contract.getFunction("isAttestationUsed")(digest) as Promise<boolean>,
    contract.getFunction("coveredUntil")(program.scope, attestation.holder) as Promise<bigint>,
  ]);
  const byContract = (await rpc.getCode(group.attester)) !== "0x";
  let signer: string | undefined;
  try {
    signer = recoverAddress(digest, signature);
  } catch {
    signer = undefined; // no signature of an ordinary account
  }
  const signed = same(signer, group.attester);
  const needed = program.benefit * BigInt(attestation.periods);
  const circuit = circuitOfId(program.circuit);
  const cover = circuit === undefined ? undefined : coverOf(program.terms, circuit.name, application);
  const expires = Number(attestation.expiry);
  return [
    same(program.insurer, account)
      ? { ok: true, text: `You are the insurer of program ${program.id}.` }
      : {
          ok: false,
          text:
            account === undefined
              ? "Connect the insurer's wallet."
              : `Program ${program.id} is of ${short(program.insurer)}, not of your account.`,
        },
    signed
      ? { ok: true, text: `Signed by the attester of group ${program.group}.` }
      : byContract
        ? {
            ok: true,
            text: `The attester of group ${program.group} is a contract; it is asked when you send.`,
          }
        : {
            ok: false,
            text: `Not signed by the attester of group ${program.group} for this chain and contract. Ask for the application again.`,
          },
    expires >= now
      ? { ok: true, text: `Valid until ${dateTime(expires)}.` }
      : { ok: false, text: `Expired at ${dateTime(expires)}. Ask the patient to apply again.` },
    used
      ? { ok: false, text: "A policy was issued on it already." }
      : { ok: true, text: "No policy was issued on it yet." },
    attestation.periods > 0
      ? { ok: true, text: `Covers ${attestation.periods} periods.` }
      : { ok: false, text: "Covers no period." },
    ...(cover === undefined
      ? []
      : [
          cover.start > now
            ? { ok: true, text: `Cover begins ${dateTime(cover.start)}, which is still to come.` }
            : { ok: false, text: `Cover began at ${dateTime(cover.start)}. Ask for a later first period.` },
        ]),
    ...(cover === undefined || Number(covered) <= cover.start
      ? []
      : [
          {
            ok: false,
            text: `The person is covered in scope ${program.scope} until ${dateTime(Number(covered))}. Ask for a later first period.`,
          },
        ]),
    program.free >= needed
      ? {
          ok: true,
          text: `The program has ${formatAmount(program.free, token)} free; ${formatAmount(needed, token)} are needed.`,
        }
      : {
          ok: false,
          text: `The program has ${formatAmount(program.free, token)} free; ${formatAmount(needed, token)} are needed. Fund it first.`,
        },
  ];
}
