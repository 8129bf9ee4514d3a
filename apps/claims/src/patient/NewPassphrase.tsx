// SPDX-License-Identifier: GPL-3.0-or-later
import { MIN_PASSPHRASE, passphraseProblem } from "@vitalproof/sdk";
import { useState } from "react";
import { Field } from "../ui/parts.tsx";
import { newPassphraseProblem } from "./confirming.ts";

/** A passphrase as it is typed: once to open something, twice to choose a new one. */
export type Typed = {
  readonly value: string;
  readonly again: string;
  /** Why it cannot be used yet; undefined when it can. */
  readonly problem: string | undefined;
  readonly set: (value: string) => void;
  readonly setAgain: (value: string) => void;
  readonly clear: () => void;
};

/** A new passphrase, typed twice: what nobody can reset must not be a slip of the finger. */
export function useNewPassphrase(): Typed {
  const [value, set] = useState("");
  const [again, setAgain] = useState("");
  const problem = newPassphraseProblem(value, again);
  const clear = (): void => {
    set("");
    setAgain("");
  };
  return { value, again, problem, set, setAgain, clear };
}

/** The two fields of a new passphrase. They can be shown, and they belong into a form. */
export function NewPassphraseFields({ label, typed }: { label: string; typed: Typed }) {
  const [shown, setShown] = useState(false);
  const { value, again } = typed;
  const weak = value === "" ? undefined : passphraseProblem(value);
  const differs = again !== "" && again !== value;
  return (
    <>
      <PasswordManagerName />
      <Field
        label={label}
        value={value}
        onChange={typed.set}
        hint={`At least ${MIN_PASSPHRASE} characters. Four or five random words are good. Nobody can reset it.`}
        error={weak}
        secret={!shown}
        autoComplete="new-password"
      />
      <Field
        label="The same again"
        value={again}
        onChange={typed.setAgain}
        error={differs ? "The two are not the same." : undefined}
        secret={!shown}
        autoComplete="new-password"
      />
      <label className="patient-show">
        <input type="checkbox" checked={shown} onChange={(event) => setShown(event.target.checked)} /> Show
        what I type
      </label>
    </>
  );
}

/** Password managers keep a passphrase under a name, and fill it in where the name is. */
export function PasswordManagerName() {
  return (
    <input
      className="hidden"
      type="text"
      name="username"
      autoComplete="username"
      value="Vitalproof vault"
      readOnly
      tabIndex={-1}
      aria-hidden="true"
    />
  );
}
