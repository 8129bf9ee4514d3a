// SPDX-License-Identifier: GPL-3.0-or-later
import type { ReactNode } from "react";
import {
  Button,
  Dialog,
  Heading,
  Input,
  Label,
  Modal,
  ModalOverlay,
  Text,
  TextField,
} from "react-aria-components";
import { short } from "../words/format.ts";
import type { Sentence } from "../words/sentences.ts";
import { useApp } from "./app.tsx";

/** A dialog over the page. Escape and the close button end it unless it is busy. */
export function Popup({
  title,
  busy = false,
  onClose,
  children,
}: {
  title: string;
  busy?: boolean;
  onClose: () => void;
  children: ReactNode;
}) {
  return (
    <ModalOverlay
      className="overlay"
      isOpen
      isDismissable={!busy}
      isKeyboardDismissDisabled={busy}
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
    >
      <Modal className="modal">
        <Dialog className="dialog">
          <div className="dialog-head">
            <Heading slot="title">{title}</Heading>
            <Button className="quiet" aria-label="Close" isDisabled={busy} onPress={onClose}>
              ✕
            </Button>
          </div>
          {children}
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

/** Something to read before going on: a fault, a warning or a hint. */
export function Notice({
  kind,
  title,
  children,
}: {
  kind: "error" | "warning" | "info" | "good";
  title: string;
  children?: ReactNode;
}) {
  return (
    <div className={`notice ${kind}`} role={kind === "error" ? "alert" : undefined}>
      <strong>{title}</strong>
      {children === undefined ? null : <div>{children}</div>}
    </div>
  );
}

export function Fault({ sentence }: { sentence: Sentence }) {
  return (
    <Notice kind="error" title={sentence.says}>
      {sentence.hint}
    </Notice>
  );
}

export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="empty">
      <strong>{title}</strong>
      <div>{children}</div>
    </div>
  );
}

/** What is wider than the page scrolls in itself, with the keyboard too. */
export function Scroll({ label, children }: { label: string; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: only what has the focus scrolls by keys
    <section className="scroll" tabIndex={0} aria-label={label}>
      {children}
    </section>
  );
}

export function Loading({ what }: { what: string }) {
  return (
    <div className="loading" role="status">
      <span className="bar" aria-hidden="true" />
      <span className="bar" aria-hidden="true" />
      <span className="bar" aria-hidden="true" />
      <span>{what} …</span>
    </div>
  );
}

/**
 * An address or hash, short, with the whole of it for a pointer and screen readers, and a link where there is an explorer.
 * @param kind what explorers have a page of; left out for other hashes
 */
export function Hex({ value, kind }: { value: string; kind?: "address" | "tx" }) {
  const { explorer } = useApp().config.chain;
  const text = (
    <code title={value}>
      <span aria-hidden="true">{short(value)}</span>
      <span className="hidden">{value}</span>
    </code>
  );
  return explorer === null || kind === undefined ? text : <a href={`${explorer}/${kind}/${value}`}>{text}</a>;
}

/** A line of text with its label, a hint and an error under it. */
export function Field({
  label,
  value,
  onChange,
  hint,
  error,
  inputMode,
  secret = false,
  autoComplete = "off",
}: {
  label: string;
  value: string;
  onChange: (value: string) => void;
  hint?: ReactNode;
  error?: string | undefined;
  inputMode?: "decimal" | "numeric" | "text";
  /** Not shown while it is written. */
  secret?: boolean;
  autoComplete?: "off" | "current-password" | "new-password";
}) {
  return (
    <TextField
      className="field"
      value={value}
      onChange={onChange}
      type={secret ? "password" : "text"}
      autoComplete={autoComplete}
      isInvalid={error !== undefined}
    >
      <Label>{label}</Label>
      <Input inputMode={inputMode ?? "text"} />
      {hint === undefined ? null : (
        <Text slot="description" className="hint">
          {hint}
        </Text>
      )}
      {error === undefined ? null : (
        <Text slot="errorMessage" className="field-error">
          {error}
        </Text>
      )}
    </TextField>
  );
}

/** One of a few, the browser's own list: it works everywhere and weighs nothing. */
export function Choice<T extends string>({
  label,
  value,
  options,
  onChange,
  hint,
}: {
  label: string;
  value: T;
  options: readonly (readonly [value: T, text: string])[];
  onChange: (value: T) => void;
  hint?: ReactNode;
}) {
  return (
    <label className="field">
      <span>{label}</span>
      <select value={value} onChange={(event) => onChange(event.target.value as T)}>
        {options.map(([each, text]) => (
          <option key={each} value={each}>
            {text}
          </option>
        ))}
      </select>
      {hint === undefined ? null : <span className="hint">{hint}</span>}
    </label>
  );
}
