// SPDX-License-Identifier: GPL-3.0-or-later
import type { Sentences } from "./sentences.ts";

/** Errors of the claims contract and of what it asks about terms and circuits. */
export const CLAIMS_SENTENCES: Sentences = {
  ClaimsPayout_AlreadyBegun: [
    "The first period has begun already, at {start}.",
    "Cover begins with a period that has not begun: apply again for a later one.",
  ],
  ClaimsPayout_AssuranceMismatch: [
    "Group {groupId} does not have the assurance class that was stated.",
    "State the class that the group has, or choose another group.",
  ],
  ClaimsPayout_AttestationExpired: [
    "The attestation expired at {expiry}.",
    "Ask the patient to apply again.",
  ],
  ClaimsPayout_AttestationUsed: [
    "A policy was issued on this attestation already.",
    "Look for it among the program's policies.",
  ],
  ClaimsPayout_BatchNotVerified: [
    "The proofs of items {first} to {last} could not all be verified.",
    "Send fewer claims at once, or raise the gas limit.",
  ],
  ClaimsPayout_CoverageOverlaps: [
    "The person is covered in this scope until {coveredUntil}; the new cover would begin at {start}.",
    "Apply for a later period.",
  ],
  ClaimsPayout_EpochOutOfRange: [
    "The cover would last until epoch {lastEpoch}, beyond what the contract counts.",
    "Apply for fewer periods.",
  ],
  ClaimsPayout_InsurerGoverns: [
    "{insurer} governs, guards or pauses the contracts, or attests the group, and cannot be an insurer.",
    "Use another account.",
  ],
  ClaimsPayout_InvalidAttestation: [
    "The attestation is not signed by the group's attester {attester}.",
    "It must be signed by the group's attester as of now, for this chain and contract.",
  ],
  ClaimsPayout_InvalidBenefit: ["A benefit of {benefit} is not possible.", "Choose a benefit above 0."],
  ClaimsPayout_InvalidClaimWindow: [
    "A claim window of {claimWindow} s is not possible.",
    "A claim window is 1 to 365 days.",
  ],
  ClaimsPayout_InvalidHolder: [
    "The holder's pseudonym {holder} is not a number of the field.",
    "Ask the patient to apply again.",
  ],
  ClaimsPayout_InvalidPeriods: [
    "Policy {policyId} has {periods} periods; {from} to {until} are not a range of them.",
    "Periods count from 0. The last one named is left out.",
  ],
  ClaimsPayout_InvalidProof: [
    "The proof for period {period} of policy {policyId} is not valid.",
    "It is for another policy, period, root or program. Prove again; the day may have been corrected since.",
  ],
  ClaimsPayout_InvalidProofInBatch: [
    "Item {index}, period {period} of policy {policyId}, has a proof that is not valid.",
    "Leave it out, or prove again.",
  ],
  ClaimsPayout_InvalidRecipient: ["{recipient} cannot receive money here.", "Name another account."],
  ClaimsPayout_InvalidReview: [
    "Arbiter {arbiter}, review time {reviewTime} s and arbiter's time {arbiterTime} s do not go together.",
    "A review lasts 60 days at most and has an arbiter who is not the insurer, with 1 to 180 days; without a review there is no arbiter.",
  ],
  ClaimsPayout_IsPaused: [
    "The contract is paused until {until}.",
    "The pause ends on its own. Payments work meanwhile.",
  ],
  ClaimsPayout_NoActiveConsent: [
    "Policy {policyId} has no active consent of this number.",
    "The patient has to grant one.",
  ],
  ClaimsPayout_NoClaims: ["The batch holds no claim.", "Pass at least one."],
  ClaimsPayout_NoPeriods: ["The attestation covers no period.", "Ask the patient to apply for one or more."],
  ClaimsPayout_NotAContract: ["{account} is not a contract.", "Check the address and the chain."],
  ClaimsPayout_NotAnchored: [
    "The attester's group {groupId} has not anchored {day} yet.",
    "Wait for the attester's anchor of that day.",
  ],
  ClaimsPayout_NotArbiter: [
    "{caller} is not the arbiter of program {programId}.",
    "Use the arbiter's account.",
  ],
  ClaimsPayout_NotController: [
    "{caller} does not control policy {policyId}.",
    "Use the policy's controller, the account that applied.",
  ],
  ClaimsPayout_NotControllerOrInsurer: [
    "{caller} neither controls policy {policyId} nor insures it.",
    "Only the policy's controller and the insurer can end it.",
  ],
  ClaimsPayout_NothingOwed: [
    "Nothing is owed on policy {policyId}.",
    "Nothing is credited and unpaid on this policy.",
  ],
  ClaimsPayout_NothingToEnd: [
    "Policy {policyId} has no period left to end.",
    "Every period has begun; what has begun stays claimable.",
  ],
  ClaimsPayout_NothingToRelease: [
    "No period of policy {policyId} from {from} to before {until} is open.",
    "What was claimed or released already keeps no reserve.",
  ],
  ClaimsPayout_NotInsurer: [
    "{caller} is not the insurer of program {programId}.",
    "Use the account that created the program.",
  ],
  ClaimsPayout_NotReleasableYet: [
    "Period {period} of policy {policyId} can be released from {from} only.",
    "Wait until then: it can still be claimed.",
  ],
  ClaimsPayout_OtherOffer: [
    "The attestation is for another offer than that of program {programId}.",
    "The chain may have been reorganised, and the number given to another program. Ask the patient to apply again.",
  ],
  ClaimsPayout_PeriodAlreadyClaimed: [
    "Period {period} of policy {policyId} was claimed already.",
    "A period is claimed once.",
  ],
  ClaimsPayout_PeriodNotOver: [
    "Period {period} of policy {policyId} lasts until {end}.",
    "Wait until the period's end.",
  ],
  ClaimsPayout_PeriodReleased: [
    "Period {period} of policy {policyId} was released.",
    "Its claim window had closed.",
  ],
  ClaimsPayout_ReviewNotOver: [
    "The time to decide on period {period} of policy {policyId} runs until {until}.",
    "Wait until then, or let the insurer decide.",
  ],
  ClaimsPayout_ReviewOver: [
    "The time to decide on period {period} of policy {policyId} ended at {until}.",
    "Silence pays: anyone can have the claim credited.",
  ],
  ClaimsPayout_CircuitBlocked: [
    "The circuit is suspended until {until}.",
    "Its suspension ends at that time; the window waits.",
  ],
  ClaimsPayout_CircuitNotInForce: [
    "The circuit is not in force at {time}.",
    "Choose a circuit of this deployment that is in force.",
  ],
  ClaimsPayout_UnknownPeriod: ["Policy {policyId} has no period {period}.", "Periods count from 0."],
  ClaimsPayout_UnknownPolicy: ["There is no policy {policyId}.", "Check the policy's number and the chain."],
  ClaimsPayout_UnknownProgram: [
    "There is no program {programId}.",
    "Check the program's number and the chain.",
  ],
  ClaimsPayout_WindowClosed: [
    "The claim window of period {period} of policy {policyId} closed at {closedAt}.",
    "The period can no longer be claimed.",
  ],
  ClaimsPayout_WrongState: [
    "Period {period} of policy {policyId} is not in a state that allows this.",
    "Look up its state. Someone may have acted meanwhile.",
  ],
  ClaimsPayout_ZeroAddress: ["An address is missing.", "Pass one that is not zero."],
  ClaimFacts_AnotherFamily: [
    "The circuit is of the family {family}; claims need one of the family of claims.",
    "Choose another circuit.",
  ],
  ClaimFacts_Mismatch: [
    "The registry has {value} as {field} of the circuit; a claim circuit has {expected}.",
    "Choose another circuit, and tell the governor of the registry.",
  ],
  ClaimFacts_UnusedBits: [
    "The registry's facts of the circuit have bits set that mean nothing.",
    "Choose another circuit, and tell the governor of the registry.",
  ],
  ClaimFacts_Zero: [
    "The registry has 0 as {field} of the circuit; no claim can be proven with it.",
    "Choose another circuit, and tell the governor of the registry.",
  ],
  Terms_MetByMissingReadings: [
    "The terms would be met by missing readings alone.",
    "Add a bound that readings must be there to meet.",
  ],
  Terms_Mismatch: [
    "{field} of the terms is {value}, and the circuit has {expected}.",
    "The terms are of another circuit.",
  ],
  Terms_NoMiddleCode: [
    "A profile of {codes} codes has no middle.",
    "Use a profile with an odd number of codes.",
  ],
  Terms_OutOfRange: [
    "{field} of the terms is {value}; it must be {lowest} to {highest}.",
    "Choose bounds within the range that is named.",
  ],
  Terms_UnknownFlags: [
    "The terms have flags {flags} that the contract does not know.",
    "Update the program.",
  ],
  Terms_UnknownTemplate: ["The terms have the unknown template {template}.", "Update the program."],
  Terms_UnusedBits: ["The terms have bits set that mean nothing.", "Make the terms with the SDK."],
};
