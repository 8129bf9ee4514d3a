// SPDX-License-Identifier: GPL-3.0-or-later
import { useState } from "react";
import { Button } from "react-aria-components";
import { Field, Notice, Popup } from "../ui/parts.tsx";
import type { BrowserBackend } from "./browserBackend.ts";
import { REMOVAL_WORD, removalProblem } from "./confirming.ts";
import { Act, Outcome, useAction } from "./parts.tsx";

/** Removing the identity of this browser, asked for in a dialog of its own: it cannot be undone. */
export function RemoveIdentity({ backend, onRemoved }: { backend: BrowserBackend; onRemoved: () => void }) {
  const [asking, setAsking] = useState(false);
  return (
    <>
      <Button className="danger" onPress={() => setAsking(true)}>
        Remove the identity from this browser …
      </Button>
      {asking ? <Question backend={backend} onRemoved={onRemoved} onClose={() => setAsking(false)} /> : null}
    </>
  );
}

function Question({
  backend,
  onRemoved,
  onClose,
}: {
  backend: BrowserBackend;
  onRemoved: () => void;
  onClose: () => void;
}) {
  const [word, setWord] = useState("");
  const action = useAction();
  const problem = removalProblem(word);
  const remove = (): void =>
    action.run(async () => {
      await backend.clear();
      onRemoved();
      return undefined;
    });
  return (
    <Popup title="Remove the identity" busy={action.busy} onClose={onClose}>
      <Notice kind="error" title="This cannot be undone">
        Without a backup you lose the identity, the accounts of your policies and the money that they are
        owed. Without a copy you lose your readings.
      </Notice>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (problem === undefined) remove();
        }}
      >
        <Field label={`Type “${REMOVAL_WORD}” to go on`} value={word} onChange={setWord} />
        <Act danger busy={action.busy} reason={problem}>
          Remove for good
        </Act>
      </form>
      <Outcome action={action} />
    </Popup>
  );
}
