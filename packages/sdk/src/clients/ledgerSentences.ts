// SPDX-License-Identifier: GPL-3.0-or-later
import type { Sentences } from "./sentences.ts";

/** Errors of the health ledger. */
export const LEDGER_SENTENCES: Sentences = {
  HealthLedger_CircuitNotUsable: [
    "The circuit {circuit} is not in force for this.",
    "Use a circuit of this deployment for this kind of proof. A suspended one can be used again later.",
  ],
  HealthLedger_ConsentOver: [
    "The consent ended at minute {until} (since 1970).",
    "The patient has to give another consent.",
  ],
  HealthLedger_InvalidForm: [
    "The form {form} does not give rights.",
    "Pass 0, or the packed rights that all consents of the page will have.",
  ],
  HealthLedger_InvalidLiveBits: [
    "After the batch, page {page} would have live consents that are neither new nor live now.",
    "The page has changed since the batch was made. Make it again.",
  ],
  HealthLedger_InvalidRoot: ["{root} cannot be a root of page {page}.", "Pass a field element other than 0."],
  HealthLedger_NotAContract: ["{account} is not a contract.", "Check the address and the chain."],
  HealthLedger_NotCustodian: [
    "{caller} is not the page's custodian; {custodian} is.",
    "Use the custodian's account.",
  ],
  HealthLedger_NotDirect: [
    "{caller} is a contract or delegated to one, and nobody would find the data of its call.",
    "Send consents and accesses from an ordinary account.",
  ],
  HealthLedger_NotForPayment: [
    "The consent (rights {rights}) does not allow the purpose payment.",
    "The patient has to give a consent that does.",
  ],
  HealthLedger_NotLive: [
    "Slot {slot} of page {page} has no live consent.",
    "It is empty or was revoked already. Nothing is left to do.",
  ],
  HealthLedger_NotNominee: ["{caller} was not nominated; {nominee} was.", "Use the nominated account."],
  HealthLedger_NotProven: [
    "The proof does not show this for page {page} as it is now.",
    "The page may have changed since. Make the batch again, for the page as it is.",
  ],
  HealthLedger_NothingChanges: [
    "The batch for page {page} has neither new consents nor revocations.",
    "Pass at least one.",
  ],
  HealthLedger_OtherHistory: [
    "The versions are not the last ones of page {page}.",
    "Pass all versions from that of the accesses to the last that ended, in order.",
  ],
  HealthLedger_OutsideWindow: [
    "Accesses of page {page} can be logged from minute {from} to minute {until} (since 1970).",
    "Choose a window that begins where the last one ended or later, and ends in time.",
  ],
  HealthLedger_PageFull: [
    "Page {page} has {filled} of 256 slots in use; {granted} more do not fit.",
    "Open another page.",
  ],
  HealthLedger_TooLate: [
    "The version of page {page} ended at minute {until} (since 1970), too long ago for late accesses.",
    "These accesses can no longer be logged. Tell the compliance officer.",
  ],
  HealthLedger_UnknownGrantee: [
    "{account} has no number by which consents could name it.",
    "It gets one by registering with the ledger.",
  ],
  HealthLedger_UnknownPage: ["There is no page {page}.", "Check the page's number and the chain."],
  HealthLedger_WrongBodyLength: [
    "The body has {length} bytes; {wanted} are needed.",
    "Pass the batch as the SDK made it.",
  ],
  Transcripts_NotInField: ["{word} is not a field element.", "Pass the batch as the SDK made it."],
};
