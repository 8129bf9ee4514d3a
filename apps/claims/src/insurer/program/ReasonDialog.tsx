// SPDX-License-Identifier: GPL-3.0-or-later
import { useState } from "react";
import { Button } from "react-aria-components";
import { Field, Popup } from "../../ui/parts.tsx";

/** Asks why, before a plan says what will happen. */
export function ReasonDialog({
  title,
  onClose,
  onReason,
}: {
  title: string;
  onClose: () => void;
  onReason: (reason: string) => void;
}) {
  const [reason, setReason] = useState("");
  return (
    <Popup title={title} onClose={onClose}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (reason.trim() !== "") onReason(reason.trim());
        }}
      >
        <Field
          label="Reason"
          value={reason}
          onChange={setReason}
          hint="Permanently public. Do not enter a name, a reading or other personal data."
        />
        <div className="actions">
          <Button onPress={onClose}>Cancel</Button>
          <Button type="submit" className="primary" isDisabled={reason.trim() === ""}>
            Continue
          </Button>
        </div>
      </form>
    </Popup>
  );
}
