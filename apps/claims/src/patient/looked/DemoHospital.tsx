// SPDX-License-Identifier: GPL-3.0-or-later
import { COMMAND_ERROR_CODES, ERROR_CODES, VitalproofError } from "@vitalproof/sdk";
import { Button, FileTrigger } from "react-aria-components";
import { download } from "../../ui/download.ts";
import { Act, Outcome, Panel, useAction } from "../parts.tsx";

/** Milliseconds in which the hospital proves and sends. */
const PATIENCE = 300_000;

/** The other side of the files, for trying this page out. */
export function DemoHospital({ hospital, refresh }: { hospital: string; refresh: () => Promise<void> }) {
  const action = useAction({ holds: true });
  const give = (file: File): void =>
    action.run(async (signal) => {
      await ask(`${hospital}/files`, { signal, body: await file.text() });
      await refresh();
      return "The hospital has entered it.";
    });
  return (
    <Panel title="Demonstration: the hospital’s side">
      <p>
        The demo hospital writes offers, and takes your answers and requests as files. It proves what it
        enters, which takes it up to a minute. Its staff is made up.
      </p>
      <Act
        quiet
        busy={action.busy}
        onPress={() =>
          action.run(async (signal) => {
            download(
              "demo-hospital-offer.json",
              "application/json",
              await ask(`${hospital}/offer`, { signal }),
            );
            return "The offer was handed to your browser's downloads. Open it above.";
          })
        }
      >
        Get an offer
      </Act>
      <FileTrigger
        acceptedFileTypes={["application/json", ".json"]}
        onSelect={(files) => {
          const [picked] = Array.from(files ?? []);
          if (picked !== undefined) give(picked);
        }}
      >
        <Button className="quiet" aria-disabled={action.busy}>
          Give the hospital a file
        </Button>
      </FileTrigger>
      <Act
        quiet
        busy={action.busy}
        onPress={() =>
          action.run(async (signal) => {
            await ask(`${hospital}/reports`, { signal, body: "{}" });
            await refresh();
            return "The hospital has reported who looked.";
          })
        }
      >
        Let the hospital report
      </Act>
      <Outcome action={action} />
    </Panel>
  );
}

/** @throws the service's refusal; SERVICE_UNREACHABLE */
async function ask(
  address: string,
  { body, signal }: { body?: string; signal: AbortSignal },
): Promise<string> {
  const sends =
    body === undefined ? {} : { method: "POST", headers: { "content-type": "application/json" }, body };
  let answer: Response;
  let text: string;
  try {
    answer = await fetch(address, {
      ...sends,
      signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE)]),
    });
    text = await answer.text();
  } catch (cause) {
    throw new VitalproofError("SERVICE_UNREACHABLE", "The demo hospital does not answer.", {
      hint: "Check that the demonstration runs.",
      cause,
    });
  }
  if (answer.ok) return text;
  throw refusalIn(text);
}

function refusalIn(text: string): VitalproofError {
  let told: { code?: unknown; message?: unknown; hint?: unknown } = {};
  try {
    told = (JSON.parse(text) as { error?: typeof told }).error ?? {};
  } catch {
    // Not one of the demonstration's answers: said below.
  }
  const code = [...ERROR_CODES, ...COMMAND_ERROR_CODES].find((each) => each === told.code);
  const message = typeof told.message === "string" ? told.message : "The demo hospital refused.";
  const hint = typeof told.hint === "string" ? { hint: told.hint } : {};
  return new VitalproofError(code ?? "NOT_ALLOWED", message, hint);
}
