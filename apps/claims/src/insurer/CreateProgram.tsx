// SPDX-License-Identifier: GPL-3.0-or-later
import {
  AnchorClient,
  circuitIdOf,
  circuitOf,
  DAY,
  explainTerms,
  formatAmount,
  packTerms,
  parseAmount,
  profileOf,
  type Question,
} from "@vitalproof/sdk";
import { getAddress, isAddress, ZeroAddress } from "ethers";
import { useEffect, useMemo, useState } from "react";
import { Button } from "react-aria-components";
import { type BoundField, boundFields, termsWith } from "../data/bounds.ts";
import { circuitsInForce, offered } from "../data/circuits.ts";
import { benefitQuestion, possibleBenefit } from "../data/sanity.ts";
import { createPlan } from "../plans/createPlan.ts";
import { same, tokenOf, useApp, useChain, useWallet } from "../ui/app.tsx";
import { Choice, Empty, Fault, Field, Loading, Notice } from "../ui/parts.tsx";
import { useTransact } from "../ui/transaction.tsx";
import { useBalance } from "../ui/useBalance.ts";
import { duration } from "../words/format.ts";
import { type Sentence, sentenceOf } from "../words/sentences.ts";
import { attempt, days } from "./create/attempt.ts";
import { Bound } from "./create/Bound.tsx";
import { type Made, Preview } from "./create/Preview.tsx";

/** Publishes a program: circuit, bounds, money and times, each with what it means. */
export function CreateProgram() {
  const { config, rpc } = useApp();
  const { tip, ledger } = useChain();
  const [inForce, setInForce] = useState<Set<string>>();
  const [fault, setFault] = useState<Sentence>();
  const now = tip?.timestamp;
  const known = now !== undefined;
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked once, at the time of the first block seen
  useEffect(() => {
    if (now === undefined) return;
    circuitsInForce(config.contracts.circuits, rpc, now).then(setInForce, (error) =>
      setFault(sentenceOf(error)),
    );
  }, [known, config, rpc]);
  if (fault !== undefined) return <Fault sentence={fault} />;
  if (inForce === undefined || ledger === undefined)
    return <Loading what="Asking which circuits are in force" />;
  const entries = offered(inForce);
  if (entries.length === 0 || config.tokens.length === 0 || config.groups.length === 0) {
    return (
      <Empty title="No program can be published here.">
        {entries.length === 0
          ? "The circuit registry of this chain has no circuit in force that pays."
          : `config.json names no ${config.tokens.length === 0 ? "token" : "group of an attester"}.`}
      </Empty>
    );
  }
  return <Form entries={entries} inForce={inForce} />;
}

function Form({ entries, inForce }: { entries: readonly Question[]; inForce: ReadonlySet<string> }) {
  const { config, rpc } = useApp();
  const { ledger } = useChain();
  const { account } = useWallet();
  const transact = useTransact();
  const [name, setName] = useState(entries[0]!.name);
  const [formIndex, setFormIndex] = useState("0");
  const [values, setValues] = useState<Partial<Record<BoundField["key"], number>>>({});
  const [offset, setOffset] = useState("0");
  const [tokenAddress, setToken] = useState(config.tokens[0]!.address);
  const [benefit, setBenefit] = useState("25");
  const [groupId, setGroup] = useState(String(config.groups[0]!.id));
  const [scope, setScope] = useState<string>();
  const [windowDays, setWindow] = useState("30");
  const [review, setReview] = useState(false);
  const [reviewDays, setReviewDays] = useState("14");
  const [arbiter, setArbiter] = useState("");
  const [arbiterDays, setArbiterDays] = useState("30");
  const [assurance, setAssurance] = useState<string>();

  const entry = entries.find((each) => each.name === name) ?? entries[0]!;
  const forms = entry.forms.filter(({ circuit }) => circuit !== undefined && inForce.has(circuit));
  const form = forms[Number(formIndex)] ?? forms[0]!;
  const fields = boundFields(entry, form);
  const token = tokenOf(config, tokenAddress);
  const { balance } = useBalance(token.address);
  const group = config.groups.find(({ id }) => String(id) === groupId) ?? config.groups[0]!;

  // The group's class on chain decides; what the configuration says is for reading only.
  useEffect(() => {
    let gone = false;
    setAssurance(undefined);
    new AnchorClient(config.contracts.anchors, rpc).group(group.id).then(
      (found) => !gone && setAssurance(found.assurance),
      () => !gone && setAssurance(group.assurance),
    );
    return () => {
      gone = true;
    };
  }, [config, rpc, group]);

  const own = ledger?.scopes.filter((each) => same(each.creator, account) && each.group === group.id) ?? [];
  const chosenScope =
    scope !== undefined && own.some(({ id }) => String(id) === scope)
      ? scope
      : scope === "new"
        ? "new"
        : String(own.at(-1)?.id ?? "new");

  const made = useMemo((): Made => {
    try {
      const terms = termsWith(entry, form, values, Number(offset));
      return { terms, lines: explainTerms(terms) };
    } catch (error) {
      return { fault: sentenceOf(error) };
    }
  }, [entry, form, values, offset]);

  const amount = attempt(() => possibleBenefit(parseAmount(benefit.trim(), token), token));
  const claimWindow = days("The claim window", windowDays, 1, 365);
  const reviewTime = review ? days("The review", reviewDays, 1, 60) : { value: 0 };
  const arbiterTime = review ? days("The arbiter's time", arbiterDays, 1, 180) : { value: 0 };
  const arbiterError = !review
    ? undefined
    : !isAddress(arbiter.trim())
      ? `${arbiter === "" ? "Nothing" : `"${arbiter}"`} is not an address. Enter the arbiter's: 0x and 40 hex digits.`
      : same(arbiter.trim(), account)
        ? "You cannot be the arbiter of your own program. Name someone else."
        : undefined;
  const offsets = Math.min(96, Math.ceil(profileOf(form.profile).epochSeconds / 900));
  const wrong =
    "fault" in made ||
    [amount, claimWindow, reviewTime, arbiterTime].some((each) => each.error !== undefined) ||
    arbiterError !== undefined ||
    assurance === undefined;

  function publish(): void {
    if (wrong || "fault" in made || amount.value === undefined || form.circuit === undefined) return;
    const circuit = circuitOf(form.circuit);
    transact(
      createPlan(config, {
        offer: {
          circuit: circuitIdOf(circuit.name, circuit.version),
          assurance: assurance as typeof group.assurance,
          terms: packTerms({ ...made.terms, epoch: 0 }),
          token: token.address,
          benefit: amount.value,
          arbiter: review ? getAddress(arbiter.trim()) : ZeroAddress,
          claimWindow: (claimWindow.value ?? 0) * DAY,
          reviewTime: (reviewTime.value ?? 0) * DAY,
          arbiterTime: (arbiterTime.value ?? 0) * DAY,
        },
        scope: chosenScope === "new" ? undefined : BigInt(chosenScope),
        group,
        token,
        account,
        asks: benefitQuestion(amount.value, balance ?? 0n, token),
      }),
    );
  }

  return (
    <>
      <div className="page-head">
        <h1>New program</h1>
      </div>
      <div className="two">
        <form
          className="card stack"
          onSubmit={(event) => {
            event.preventDefault();
            publish();
          }}
        >
          <h2>What is asked</h2>
          <Choice
            label="Circuit"
            value={entry.name}
            options={entries.map((each) => [each.name, each.title])}
            onChange={(next) => {
              setName(next);
              setFormIndex("0");
              setValues({});
            }}
            hint={entry.words}
          />
          {forms.length > 1 ? (
            <Choice
              label="Period and unit"
              value={String(Math.max(0, forms.indexOf(form)))}
              options={forms.map((each, i) => [String(i), formText(each)])}
              onChange={(next) => {
                setFormIndex(next);
                setValues({});
              }}
            />
          ) : null}
          {fields.map((field) => (
            <Bound
              key={`${entry.name}/${form.profile}/${form.window}/${field.key}`}
              field={field}
              value={values[field.key] ?? field.value}
              onChange={(value) => setValues((before) => ({ ...before, [field.key]: value }))}
            />
          ))}
          {offsets > 1 ? (
            <Choice
              label="A period begins at"
              value={offset}
              options={Array.from({ length: offsets }, (_, i) => [
                String(i),
                `${String(Math.floor(i / 4)).padStart(2, "0")}:${String((i % 4) * 15).padStart(2, "0")} UTC`,
              ])}
              onChange={setOffset}
              hint="It must be the hour at which the patients' days begin; it shows roughly their time zone."
            />
          ) : null}
          <h2>What is paid</h2>
          <div className="pair">
            <Field
              label="Benefit per met period"
              value={benefit}
              onChange={setBenefit}
              error={amount.error}
              inputMode="decimal"
            />
            <Choice
              label="Token"
              value={token.address}
              options={config.tokens.map(({ address, symbol }) => [address, symbol])}
              onChange={setToken}
            />
          </div>
          <Field
            label="Claim window, days"
            value={windowDays}
            onChange={setWindow}
            error={claimWindow.error}
            inputMode="numeric"
            hint="How long a period can be claimed after the attester anchored its data."
          />
          <label className="check">
            <input type="checkbox" checked={review} onChange={(event) => setReview(event.target.checked)} />
            <span>Review claims before they are credited</span>
          </label>
          {review ? (
            <div className="stack">
              <div className="pair">
                <Field
                  label="You can reject for, days"
                  value={reviewDays}
                  onChange={setReviewDays}
                  error={reviewTime.error}
                  inputMode="numeric"
                />
                <Field
                  label="The arbiter decides within, days"
                  value={arbiterDays}
                  onChange={setArbiterDays}
                  error={arbiterTime.error}
                  inputMode="numeric"
                />
              </div>
              <Field
                label="Arbiter's address"
                value={arbiter}
                onChange={setArbiter}
                error={arbiter === "" ? undefined : arbiterError}
                hint="Decides on claims that you reject. Silence of either of you pays."
              />
            </div>
          ) : null}
          <h2>Who attests</h2>
          <Choice
            label="Attester's group"
            value={String(group.id)}
            options={config.groups.map(({ id, name: title }) => [String(id), `${title} (group ${id})`])}
            onChange={setGroup}
            hint={`Assurance class: ${assurance ?? "asking the chain …"}`}
          />
          <Choice
            label="Scope"
            value={chosenScope}
            options={[
              ...own.map(({ id }) => [String(id), `Scope ${id}, yours`] as const),
              ["new", "A new scope, made first"],
            ]}
            onChange={setScope}
            hint="In one scope a person has one pseudonym and is covered once at a time. In a new scope nobody can tell that it is the same person."
          />
          {account === undefined ? (
            <Notice kind="info" title="Connect a wallet to publish the program." />
          ) : null}
          <Button type="submit" className="primary" isDisabled={wrong || account === undefined}>
            Review and publish
          </Button>
        </form>
        <Preview
          entry={entry}
          form={form}
          made={made}
          benefit={amount.value === undefined ? undefined : formatAmount(amount.value, token)}
          claimWindow={(claimWindow.value ?? 0) * DAY}
          review={review}
        />
      </div>
    </>
  );
}

function formText({ window, profile }: { window: string; profile: Parameters<typeof profileOf>[0] }): string {
  const { ucum, interval } = profileOf(profile);
  const every = interval >= 60 ? duration(interval) : `${interval} seconds`;
  return `${window}, ${ucum === "1" ? "" : `${ucum}, `}a reading every ${every.replace(/^1 /, "")}`;
}
