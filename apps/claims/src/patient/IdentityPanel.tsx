// SPDX-License-Identifier: GPL-3.0-or-later

import { useState } from "react";
import { Button, FileTrigger } from "react-aria-components";
import { Field } from "../ui/parts.tsx";
import type { BrowserBackend } from "./browserBackend.ts";
import { NewPassphraseFields, PasswordManagerName, useNewPassphrase } from "./NewPassphrase.tsx";
import { Act, Fold, Outcome, Panel, useAction } from "./parts.tsx";
import { RemoveIdentity } from "./RemoveIdentity.tsx";
import { Vault } from "./vault.ts";

/** Bytes of the largest file that is read: a year of readings, sealed, takes less. */
const MOST_BYTES = 256 * 2 ** 20;

type EntranceProps = {
  backend: BrowserBackend;
  onOpen: (vault: Vault) => void;
};

/** Opening a vault: a new one, the one in this browser, or one from a file. */
export function Entrance({
  exists,
  onRemoved,
  ...props
}: EntranceProps & { exists: boolean; onRemoved: () => void }) {
  if (exists) return <Unlock {...props} onRemoved={onRemoved} />;
  return (
    <>
      <Create {...props} />
      <Restore {...props} />
    </>
  );
}

function Unlock({ backend, onOpen, onRemoved }: EntranceProps & { onRemoved: () => void }) {
  const [passphrase, setPassphrase] = useState("");
  const action = useAction();
  const unlock = (): void =>
    action.run(async () => {
      onOpen(await Vault.unlock(backend, passphrase));
      return undefined;
    });
  return (
    <Panel title="Unlock your identity">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (passphrase !== "") unlock();
        }}
      >
        <PasswordManagerName />
        <Field
          label="Passphrase"
          value={passphrase}
          onChange={setPassphrase}
          secret
          autoComplete="current-password"
        />
        <Act busy={action.busy} reason={passphrase === "" ? "Enter the passphrase." : undefined}>
          Unlock
        </Act>
      </form>
      <Outcome action={action} />
      <RemoveIdentity backend={backend} onRemoved={onRemoved} />
    </Panel>
  );
}

function Create({ backend, onOpen }: EntranceProps) {
  const typed = useNewPassphrase();
  const action = useAction();
  const create = (): void =>
    action.run(async () => {
      onOpen(await Vault.create(backend, typed.value));
      return undefined;
    });
  return (
    <Panel title="Create an identity">
      <p>
        Your identity and your readings are kept in this browser, sealed with your passphrase. Only you have
        the passphrase, and nobody can reset it.
      </p>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (typed.problem === undefined) create();
        }}
      >
        <NewPassphraseFields label="New passphrase" typed={typed} />
        <Act busy={action.busy} reason={typed.problem}>
          Create
        </Act>
      </form>
      <Outcome action={action} />
    </Panel>
  );
}

function Restore({ backend, onOpen }: EntranceProps) {
  const [passphrase, setPassphrase] = useState("");
  const [file, setFile] = useState<{ name: string; text: string } | undefined>();
  const action = useAction();
  const reason =
    file === undefined ? "Choose a file." : passphrase === "" ? "Enter its passphrase." : undefined;
  const restore = (): void =>
    action.run(async () => {
      const { text } = file!;
      const copy = text.includes('"vitalproof/vault-copy/');
      onOpen(await (copy ? Vault.restoreCopy : Vault.restore)(backend, text, passphrase));
      return undefined;
    });
  return (
    <Fold title="Or restore one" status="From a file that you saved earlier." opens={false}>
      <ul>
        <li>
          A backup brings back your identity, your policies and the money that they are owed. It holds no
          readings: the days until now can no longer be proven, and your attester continues your log.
        </li>
        <li>
          A copy that this page saved brings back everything as it was on that day. Of the command’s vault,
          restore a backup.
        </li>
      </ul>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (reason === undefined) restore();
        }}
      >
        <PasswordManagerName />
        <Field
          label="Passphrase of the file"
          value={passphrase}
          onChange={setPassphrase}
          secret
          autoComplete="current-password"
        />
        <FileTrigger
          acceptedFileTypes={["application/json", ".json"]}
          onSelect={(files) => {
            const [picked] = Array.from(files ?? []);
            if (picked === undefined || picked.size > MOST_BYTES) return;
            void picked.text().then((text) => setFile({ name: picked.name, text }));
          }}
        >
          <Button className="quiet">Choose the file</Button>
        </FileTrigger>
        {file === undefined ? null : <p>{file.name}</p>}
        <Act busy={action.busy} reason={reason}>
          Restore
        </Act>
      </form>
      <Outcome action={action} />
    </Fold>
  );
}
