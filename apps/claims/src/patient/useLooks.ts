// SPDX-License-Identifier: GPL-3.0-or-later
import { useCallback, useEffect, useRef, useState } from "react";
import type { Vault } from "./vault.ts";

/** Milliseconds between two looks at the chain while the page is in view. */
const LOOK = 15_000;

/** What a session shows, or why it shows nothing. */
export type Looks<V> = {
  readonly view: V | undefined;
  readonly failure: unknown;
  /** Looks now. */
  readonly refresh: () => Promise<void>;
};

/** Looks again and again while the page is in view and the vault is open. @param session undefined until it is open */
export function useLooks<V>(session: { view(): Promise<V> } | undefined, vault: Vault): Looks<V> {
  const [view, setView] = useState<V | undefined>();
  const [failure, setFailure] = useState<unknown>();
  // Looks can overtake each other, and an older one must not replace what a newer one has shown.
  const looks = useRef({ begun: 0, shown: 0 });
  const refresh = useCallback(async () => {
    if (session === undefined || vault.locked) return;
    const look = ++looks.current.begun;
    try {
      const seen = await session.view();
      if (look < looks.current.shown) return;
      looks.current.shown = look;
      setView(seen);
      setFailure(undefined);
    } catch (error) {
      // When the vault was locked meanwhile, the failure does not matter.
      if (!vault.locked) setFailure(error);
    }
  }, [session, vault]);
  useEffect(() => {
    void refresh();
    const timer = setInterval(() => {
      if (!document.hidden) void refresh();
    }, LOOK);
    return () => clearInterval(timer);
  }, [refresh]);
  return { view, failure, refresh };
}
