// SPDX-License-Identifier: GPL-3.0-or-later
import { type ReactNode, useCallback, useEffect, useRef, useState } from "react";
import { Button, Label, ProgressBar } from "react-aria-components";
import { Notice, Popup } from "../ui/parts.tsx";
import { faultOf } from "./words.ts";

export type Action = {
  readonly busy: boolean;
  readonly error: unknown;
  /** What the last run said when it was done. */
  readonly said: string | undefined;
  /** Runs one thing at a time; what it returns is announced. */
  run(act: (signal: AbortSignal) => Promise<string | undefined>): void;
  cancel(): void;
};

/**
 * Something that takes a while, can fail and can be stopped. It is stopped when its part of the page goes away.
 * @param options `holds`: the browser asks before it closes the page meanwhile
 */
export function useAction({ holds = false }: { holds?: boolean } = {}): Action {
  const [state, setState] = useState<{ busy: boolean; error?: unknown; said?: string | undefined }>({
    busy: false,
  });
  const running = useRef<AbortController | undefined>(undefined);
  useEffect(() => () => running.current?.abort(), []);
  const held = holds && state.busy;
  useEffect(() => {
    if (!held) return;
    const ask = (event: BeforeUnloadEvent): void => event.preventDefault();
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, [held]);
  const run = useCallback((act: (signal: AbortSignal) => Promise<string | undefined>) => {
    if (running.current !== undefined) return;
    const stop = new AbortController();
    running.current = stop;
    setState({ busy: true });
    act(stop.signal).then(
      (said) => {
        running.current = undefined;
        setState({ busy: false, said });
      },
      (error: unknown) => {
        running.current = undefined;
        setState(stop.signal.aborted ? { busy: false, said: "Stopped." } : { busy: false, error });
      },
    );
  }, []);
  const cancel = useCallback(() => running.current?.abort(), []);
  return { busy: state.busy, error: state.error, said: state.said, run, cancel };
}

/** What an action said or why it failed, announced to screen readers when it changes. */
export function Outcome({ action }: { action: Action }) {
  return (
    <>
      <div role="status" className="patient-said">
        {action.said}
      </div>
      {action.error === undefined ? null : <Fault error={action.error} />}
    </>
  );
}

export function Fault({ error }: { error: unknown }) {
  const { says, hint, code } = faultOf(error);
  return (
    <Notice kind="error" title={says}>
      {hint} {code === undefined ? null : <small>{code}</small>}
    </Notice>
  );
}

/** A button for an action. When the action is not possible, a text next to the button says why. */
export function Act({
  children,
  onPress,
  busy,
  reason,
  quiet = false,
  danger = false,
}: {
  children: ReactNode;
  /** Left out in a form, which the button then submits. */
  onPress?: () => void;
  busy: boolean;
  /** Why not now; the button is off while there is one. */
  reason?: string | undefined;
  quiet?: boolean;
  /** What it does cannot be undone. */
  danger?: boolean;
}) {
  return (
    <div className="patient-act">
      <Button
        type={onPress === undefined ? "submit" : "button"}
        className={danger ? "danger" : quiet ? "quiet" : "primary"}
        isDisabled={reason !== undefined}
        // Not react-aria's isPending: it has the button's name read out afterwards, when the button may be gone.
        aria-disabled={busy}
        {...(busy || onPress === undefined ? {} : { onPress })}
      >
        {busy ? "Working …" : children}
      </Button>
      {reason === undefined ? null : <small>{reason}</small>}
    </div>
  );
}

/** Asks before something that cannot be undone. */
export function Confirm({
  title,
  confirm,
  onClose,
  onConfirm,
  children,
}: {
  title: string;
  /** What the button says, as an order. */
  confirm: string;
  onClose: () => void;
  onConfirm: () => void;
  children: ReactNode;
}) {
  return (
    <Popup title={title} onClose={onClose}>
      <div className="stack">
        {children}
        <div className="actions">
          <Button onPress={onClose}>Cancel</Button>
          <Button
            className="primary"
            onPress={() => {
              onClose();
              onConfirm();
            }}
          >
            {confirm}
          </Button>
        </div>
      </div>
    </Popup>
  );
}

export function Progress({ text, percent }: { text: string; percent: number | undefined }) {
  return (
    <ProgressBar
      className="patient-progress"
      {...(percent === undefined ? { isIndeterminate: true } : { value: percent })}
    >
      <Label>{text}</Label>
      <div className="patient-track" aria-hidden="true">
        <div className="patient-fill" style={{ width: `${percent ?? 35}%` }} />
      </div>
    </ProgressBar>
  );
}

export function Panel({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="card stack patient-panel" aria-label={title}>
      <h2>{title}</h2>
      {children}
    </section>
  );
}

/**
 * A panel that can be folded. It opens when its time has come. From then on only the reader folds it, so it never
 * closes while it is being read.
 */
export function Fold({
  title,
  status,
  opens,
  children,
}: {
  title: string;
  /** What of it is worth knowing while it is folded. */
  status: string;
  opens: boolean;
  children: ReactNode;
}) {
  const [open, setOpen] = useState(opens);
  useEffect(() => {
    if (opens) setOpen(true);
  }, [opens]);
  return (
    <section className="card patient-panel" aria-label={title}>
      <details open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>
          <h2>{title}</h2>
          <span className="hint">{status}</span>
        </summary>
        <div className="stack patient-folded">{children}</div>
      </details>
    </section>
  );
}
