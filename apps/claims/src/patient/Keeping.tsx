// SPDX-License-Identifier: GPL-3.0-or-later
import { useState } from "react";
import { download } from "../ui/download.ts";
import { Field } from "../ui/parts.tsx";
import { NewPassphraseFields, useNewPassphrase } from "./NewPassphrase.tsx";
import { Act, Fold, Outcome, useAction } from "./parts.tsx";
import type { Vault } from "./vault.ts";

/** Backup, copy and lock of an open vault. */
export function Keeping({ vault, onLock }: { vault: Vault; onLock: () => void }) {
  const [passphrase, setPassphrase] = useState("");
  const action = useAction();
  return (
    <Fold title="Keep your identity safe" status="Backup, copy, passphrase, lock." opens={false}>
      <p>
        The backup holds your identity. It never gets old: with it you find your policies and their money
        again, but the days until then can no longer be proven. The copy holds your readings and your consents
        to hospitals too, as of the day on which you save it. Both are sealed with your passphrase, and the
        command opens them too.
      </p>
      <Field label="Passphrase, for the backup" value={passphrase} onChange={setPassphrase} secret />
      <Act
        busy={action.busy}
        reason={passphrase === "" ? "Enter your passphrase." : undefined}
        onPress={() =>
          action.run(async () => {
            download("vitalproof-identity.json", "application/json", await vault.backup(passphrase));
            setPassphrase("");
            return "The backup was handed to your browser's downloads.";
          })
        }
      >
        Save the backup
      </Act>
      <Act
        quiet
        busy={action.busy}
        onPress={() =>
          action.run(async () => {
            download("vitalproof-vault-copy.json", "application/json", await vault.copy());
            return "The copy was handed to your browser's downloads.";
          })
        }
      >
        Save a copy with the readings
      </Act>
      <Act quiet busy={false} onPress={onLock}>
        Lock
      </Act>
      <Outcome action={action} />
      <ChangePassphrase vault={vault} />
    </Fold>
  );
}

function ChangePassphrase({ vault }: { vault: Vault }) {
  const [old, setOld] = useState("");
  const typed = useNewPassphrase();
  const action = useAction();
  const reason = old === "" ? "Enter the passphrase that you have." : typed.problem;
  const change = (): void =>
    action.run(async () => {
      await vault.changePassphrase(old, typed.value);
      setOld("");
      typed.clear();
      return "The passphrase is changed. Save a new backup and a new copy.";
    });
  return (
    <details>
      <summary>Change the passphrase</summary>
      <form
        className="stack patient-folded"
        onSubmit={(event) => {
          event.preventDefault();
          if (reason === undefined) change();
        }}
      >
        <p>Files that you saved before keep the passphrase that you had then.</p>
        <Field label="Passphrase now" value={old} onChange={setOld} secret autoComplete="current-password" />
        <NewPassphraseFields label="Passphrase from now on" typed={typed} />
        <Act quiet busy={action.busy} reason={reason}>
          Change it
        </Act>
        <Outcome action={action} />
      </form>
    </details>
  );
}
