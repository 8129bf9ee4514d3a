// SPDX-License-Identifier: GPL-3.0-or-later

import { MIN_PASSPHRASE } from "@vitalproof/sdk";
import { useState } from "react";
import { Button, FileTrigger } from "react-aria-components";
import { download } from "../ui/download.ts";
import { Field } from "../ui/parts.tsx";
import type { BrowserBackend } from "./browserBackend.ts";
import { Act, Fold, Outcome, Panel, useAction } from "./parts.tsx";
import { Vault } from "./vault.ts";

/** Larger files are none of ours: a year of readings, sealed, takes less. */
const MOST_BYTES = 256 * 2 ** 20;

/** Opening a vault: a new one, the one in this browser, or one from a file. */
export function Entrance({
  backend,
  exists,
  onOpen,
  onRemoved,
}: {
  backend: BrowserBackend;
  exists: boolean;
  onOpen: (vault: Vault) => void;
  onRemoved: () => void;
}) {
  const [passphrase, setPassphrase] = useState("");
  const [again, setAgain] = useState("");
  const [file, setFile] = useState<{ name: string; text: string } | undefined>();
  const [removing, setRemoving] = useState(false);
  const action = useAction();
  const short = passphrase.length < MIN_PASSPHRASE;

  const open = (act: () => Promise<Vault>) =>
    action.run(async () => {
      const vault = await act();
      setPassphrase("");
      setAgain("");
      onOpen(vault);
      return undefined;
    });

  if (exists) {
    return (
      <Panel title="Unlock your identity">
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (passphrase !== "") open(() => Vault.unlock(backend, passphrase));
          }}
        >
          <Field
            label="Passphrase"
            value={passphrase}
            onChange={setPassphrase}
            secret
            autoComplete="current-password"
          />
          <Act
            busy={action.busy}
            reason={passphrase === "" ? "Enter the passphrase." : undefined}
            onPress={() => open(() => Vault.unlock(backend, passphrase))}
          >
            Unlock
          </Act>
        </form>
        <Outcome action={action} />
        <details onToggle={() => setRemoving(false)}>
          <summary>Remove the identity from this browser</summary>
          <p>
            Without a backup the identity, its policies' accounts and what they are owed are lost for good,
            and so are the readings without a copy.
          </p>
          <Act
            quiet
            busy={action.busy}
            onPress={() => {
              if (!removing) {
                setRemoving(true);
                return;
              }
              action.run(async () => {
                await backend.clear();
                onRemoved();
                return undefined;
              });
            }}
          >
            {removing ? "Remove for good" : "Remove"}
          </Act>
        </details>
      </Panel>
    );
  }

  const differs = again !== "" && again !== passphrase;
  const reason = short
    ? `Take at least ${MIN_PASSPHRASE} characters.`
    : again !== passphrase
      ? "Enter the passphrase twice."
      : undefined;
  return (
    <>
      <Panel title="Create an identity">
        <p>
          Your identity and your readings are kept in this browser, sealed with your passphrase. Nobody else
          has the passphrase, and nobody can reset it.
        </p>
        <NewSecret label="New passphrase" value={passphrase} onChange={setPassphrase} />
        <Field
          label="The same again"
          value={again}
          onChange={setAgain}
          error={differs ? "The two are not the same." : undefined}
          secret
          autoComplete="new-password"
        />
        <Act busy={action.busy} reason={reason} onPress={() => open(() => Vault.create(backend, passphrase))}>
          Create
        </Act>
      </Panel>
      <Fold title="Or restore one" status="From a file that you saved earlier." opens={false}>
        <p>
          From a backup (the identity without readings) or from a copy of a vault (everything). Enter its
          passphrase here:
        </p>
        <Field label="Passphrase of the file" value={passphrase} onChange={setPassphrase} secret />
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
        <Act
          busy={action.busy}
          reason={
            file === undefined ? "Choose a file." : passphrase === "" ? "Enter its passphrase." : undefined
          }
          onPress={() =>
            open(() =>
              file!.text.includes('"vitalproof/vault-copy/1"')
                ? Vault.restoreCopy(backend, file!.text, passphrase)
                : Vault.restore(backend, file!.text, passphrase),
            )
          }
        >
          Restore
        </Act>
      </Fold>
      <Outcome action={action} />
    </>
  );
}

function NewSecret(props: { label: string; value: string; onChange: (value: string) => void }) {
  return (
    <Field
      {...props}
      hint={`At least ${MIN_PASSPHRASE} characters, such as four or five words`}
      secret
      autoComplete="new-password"
    />
  );
}

/** Backup, copy and lock of an open vault. */
export function Keeping({ vault, onLock }: { vault: Vault; onLock: () => void }) {
  const [passphrase, setPassphrase] = useState("");
  const action = useAction();
  return (
    <Fold title="Keep your identity safe" status="Backup, copy, passphrase, lock." opens={false}>
      <p>
        The backup holds your identity: with it you find your policies again. The copy holds your readings
        too, without which past days cannot be proven. Both are sealed with your passphrase.
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
      <NewPassphrase vault={vault} />
    </Fold>
  );
}

function NewPassphrase({ vault }: { vault: Vault }) {
  const [old, setOld] = useState("");
  const [next, setNext] = useState("");
  const action = useAction();
  const reason =
    old === ""
      ? "Enter the passphrase that you have."
      : next.length < MIN_PASSPHRASE
        ? `Take at least ${MIN_PASSPHRASE} characters for the new one.`
        : undefined;
  return (
    <details>
      <summary>Change the passphrase</summary>
      <div className="stack patient-folded">
        <p>Files that you saved before keep the passphrase that you had then.</p>
        <Field label="Passphrase now" value={old} onChange={setOld} secret autoComplete="current-password" />
        <NewSecret label="Passphrase from now on" value={next} onChange={setNext} />
        <Act
          quiet
          busy={action.busy}
          reason={reason}
          onPress={() =>
            action.run(async () => {
              await vault.changePassphrase(old, next);
              setOld("");
              setNext("");
              return "The passphrase is changed. Save a new backup and a new copy.";
            })
          }
        >
          Change it
        </Act>
        <Outcome action={action} />
      </div>
    </details>
  );
}
