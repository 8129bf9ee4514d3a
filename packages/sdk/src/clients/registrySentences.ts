// SPDX-License-Identifier: GPL-3.0-or-later
import type { Sentences } from "./sentences.ts";

/** Errors of the registries. */
export const REGISTRY_SENTENCES: Sentences = {
  CircuitRegistry_AlreadyKnown: ["The circuit is on record already.", "Use another version number."],
  CircuitRegistry_AlreadyProposed: ["The circuit was announced already.", "Wait for its delay, then add it."],
  CircuitRegistry_AlreadySuspended: ["The circuit is suspended until {until}.", "Wait until then."],
  CircuitRegistry_CodeHashMismatch: [
    "The code at {verifier} is not the verifier that was announced.",
    "Deploy the verifier of the build, and announce its hash.",
  ],
  CircuitRegistry_CoolingDown: ["The circuit cannot be suspended again before {until}.", "Wait until then."],
  CircuitRegistry_DevelopmentKeyRefused: [
    "The circuit has a development key, which this registry refuses.",
    "Use a key from a ceremony.",
  ],
  CircuitRegistry_DevelopmentKeysNotAllowedOnChain: [
    "Development keys are not allowed on chain {chainId}.",
    "Use keys from a ceremony, or a test chain.",
  ],
  CircuitRegistry_DevelopmentKeyUnderFalseLabel: [
    "The circuit names a ceremony, but its key is a development key.",
    "Name no ceremony, or use a key from one.",
  ],
  CircuitRegistry_Forged: [
    "The circuit was exposed as forged at {forgedAt}.",
    "It settles nothing any more, and its windows wait for a successor. Announce one.",
  ],
  CircuitRegistry_InvalidName: ['"{name}" cannot name a circuit.', "A name has 1 to 64 bytes."],
  CircuitRegistry_InvalidParameter: [
    "{field} of the circuit is {value}, which is not possible.",
    "See the limits in ICircuitRegistry.",
  ],
  CircuitRegistry_InvalidTimes: [
    "Delay {delay} s, suspension {suspensionTime} s and cool-down {suspensionCooldown} s do not go together.",
    "See the limits in ICircuitRegistry.",
  ],
  CircuitRegistry_KeyHashMismatch: [
    "The key at {verificationKey} is not the one that was announced.",
    "Deploy the key of the build, and announce its hash.",
  ],
  CircuitRegistry_NoForgery: [
    "The proof does not show a forgery.",
    "It must be accepted for inputs of zero.",
  ],
  CircuitRegistry_NotAContract: ["{account} is not a contract.", "Check the address and the chain."],
  CircuitRegistry_NotASuccessor: [
    "The circuit differs from its predecessor in {field}.",
    "A successor has the same template, profile, epochs, codes and samples.",
  ],
  CircuitRegistry_NotGovernor: ["{caller} is not the governor.", "Use the governor's account."],
  CircuitRegistry_NotGuardian: ["{caller} is not the guardian.", "Use the guardian's account."],
  CircuitRegistry_NothingToExpose: [
    "There is nothing to expose about this circuit.",
    "Only circuits that name the ceremony of their key can be exposed, once.",
  ],
  CircuitRegistry_NotNominee: ["{caller} was not nominated; {nominee} was.", "Use the nominated account."],
  CircuitRegistry_NotSuspended: ["The circuit is not suspended.", "There is nothing to end."],
  CircuitRegistry_PeriodNotShorterThanDelay: [
    "A period of {period} s is not shorter than the delay of {delay} s.",
    "Use a registry with a longer delay.",
  ],
  CircuitRegistry_ProposalExpired: [
    "The announcement of the circuit expired at {expiredAt}.",
    "Announce the circuit again.",
  ],
  CircuitRegistry_RetirementAlreadyScheduled: [
    "The circuit retires at {retiredAt}.",
    "That cannot be moved.",
  ],
  CircuitRegistry_SuccessorExists: ["The circuit has a successor already.", "Name that one as predecessor."],
  CircuitRegistry_TooEarly: ["The circuit can be added from {addableFrom}.", "Wait until then."],
  CircuitRegistry_UnknownProposal: ["The circuit was not announced.", "Announce it first."],
  CircuitRegistry_UnknownCircuit: [
    "The registry does not know the circuit.",
    "Choose a circuit of this deployment.",
  ],
  CircuitRegistry_ZeroAddress: ["An address is missing.", "Pass one that is not zero."],
  AnchorRegistry_AlreadyAnchored: ["{day} is anchored already.", "Correct it, once, if it is wrong."],
  AnchorRegistry_AlreadyCorrected: ["{day} was corrected already.", "A day is corrected once."],
  AnchorRegistry_InvalidRoot: ["{root} is not a root.", "Pass a field element other than 0."],
  AnchorRegistry_InvalidTimes: [
    "Intake {intakeTime} s, grace {graceTime} s and correction {correctionTime} s do not go together.",
    "See the limits in IAnchorRegistry.",
  ],
  AnchorRegistry_NominationTooEarly: [
    "Group {groupId} can be accepted from {acceptableFrom}.",
    "Wait until then: the days before it are still the present attester's to write.",
  ],
  AnchorRegistry_NoReason: ["The correction of {day} has no reason.", "Write one; it is public."],
  AnchorRegistry_NotAttester: [
    "{caller} is not the attester of group {groupId}.",
    "Use the attester's account.",
  ],
  AnchorRegistry_NotNominee: ["{caller} was not nominated; {nominee} was.", "Use the nominated account."],
  AnchorRegistry_SameRoot: ["{day} has this root already.", "There is nothing to correct."],
  AnchorRegistry_StillInTime: [
    "{day} can be anchored as usual until {until}.",
    "Anchor it; a correction comes after that.",
  ],
  AnchorRegistry_TooEarly: ["{day} can be anchored from {from}.", "Wait until then."],
  AnchorRegistry_TooLate: ["{day} could be anchored until {until}.", "It is too late."],
  AnchorRegistry_UnknownGroup: ["There is no group {groupId}.", "Ask the attester for its group's number."],
  ConsentRegistry_InvalidGrantee: [
    "{grantee} cannot be given a consent.",
    "Name an account that is neither zero nor the patient's own.",
  ],
  ConsentRegistry_InvalidSignature: [
    "The consent is not signed by {signer}.",
    "Sign with the policy's controller.",
  ],
  ConsentRegistry_InvalidTimes: [
    "A consent from {from} until {until} is not possible.",
    "It must begin before it ends, and end in the future.",
  ],
  ConsentRegistry_NoReceipt: ["The consent names no receipt.", "Pass the hash of its receipt."],
  ConsentRegistry_NotPatient: ["{caller} is not the patient {patient}.", "Use the patient's account."],
  ConsentRegistry_Revoked: [
    "The consent was revoked at {revokedAt}.",
    "A revoked consent never comes back: grant a new one.",
  ],
  ConsentRegistry_SignatureExpired: ["The signature was good until {deadline}.", "Sign again."],
  CircuitRegistry_ZeroMayBeProven: [
    "An honest proof of circuit {circuitId} can have only zeros as public inputs.",
    "Such a proof is not a forgery and does not remove the circuit.",
  ],
  ScopeRegistry_NotAContract: ["There is no contract at {account}.", "Check the address and the chain."],
  ScopeRegistry_NotCreator: ["{caller} did not create scope {scopeId}.", "Use its creator's account."],
  ScopeRegistry_NotInScope: [
    "{account} may not make offers in scope {scopeId}.",
    "Make a scope of your own, or ask its creator to let you in.",
  ],
  ScopeRegistry_UnknownScope: ["There is no scope {scopeId}.", "Make a new one."],
  PauseRegistry_AlreadyPaused: ["Everything is paused until {until}.", "Wait until then."],
  PauseRegistry_CoolingDown: [
    "The next pause, or the next outage that can be declared, begins at {until} or later.",
    "Wait until then.",
  ],
  PauseRegistry_InvalidOutage: [
    "An outage from {from} until {until} cannot be declared.",
    "It has ended, at most a day ago, and lasted 2 days at most.",
  ],
  PauseRegistry_NotAContract: ["{account} is not a contract.", "Check the address and the chain."],
  PauseRegistry_NotNominee: ["{caller} was not nominated; {nominee} was.", "Use the nominated account."],
  PauseRegistry_NotPaused: ["Nothing is paused.", "There is nothing to end."],
  PauseRegistry_NotPauser: ["{caller} is not the pauser.", "Use the pauser's account."],
  PauseRegistry_SuspensionCooldownTooShort: [
    "The circuit registry's cool-down of {cooldown} s is below the {needed} s that are needed.",
    "Deploy with a circuit registry whose cool-down is longer.",
  ],
  PauseRegistry_ZeroAddress: ["An address is missing.", "Pass one that is not zero."],
  VerificationKeys_NotAKey: ["{account} does not hold a key.", "Check the address and the chain."],
};
