// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * Every custom error of the contracts and of ERC-20 tokens: what it says, with its arguments in
 * braces, and the way out. Free of any program's commands or buttons.
 */
export const SENTENCES: Readonly<Record<string, readonly [says: string, hint: string]>> = {
  ClaimsPayout_AlreadyBegun: [
    "The first period has begun already, at {start}.",
    "Cover begins with a period that has not begun: apply again for a later one.",
  ],
  ClaimsPayout_AlreadyPaused: ["The contract is paused until {until}.", "Wait until then."],
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
    "Send fewer claims at once, or give more gas.",
  ],
  ClaimsPayout_CoolingDown: ["The contract cannot be paused again before {until}.", "Wait until then."],
  ClaimsPayout_CoverageOverlaps: [
    "The person is covered in this scope until {coveredUntil}; the new cover would begin at {start}.",
    "Apply for a later period.",
  ],
  ClaimsPayout_EpochOutOfRange: [
    "The cover would last until epoch {lastEpoch}, beyond what the contract counts.",
    "Apply for fewer periods.",
  ],
  ClaimsPayout_InsufficientFree: [
    "Program {programId} has {free} free; {needed} are needed.",
    "Fund the program first, or take less.",
  ],
  ClaimsPayout_InsurerGoverns: [
    "{insurer} governs, guards or pauses the contracts and cannot be an insurer.",
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
  ClaimsPayout_NothingReceived: [
    "The token moved nothing to program {programId}.",
    "Check the balance and the token.",
  ],
  ClaimsPayout_NothingToEnd: [
    "Policy {policyId} has no period left to end.",
    "Every period has begun; what has begun stays claimable.",
  ],
  ClaimsPayout_NotInsurer: [
    "{caller} is not the insurer of program {programId}.",
    "Use the account that created the program.",
  ],
  ClaimsPayout_NotNominee: ["{caller} was not nominated; {nominee} was.", "Use the nominated account."],
  ClaimsPayout_NotPaused: ["The contract is not paused.", "There is nothing to end."],
  ClaimsPayout_NotPauser: ["{caller} is not the pauser.", "Use the pauser's account."],
  ClaimsPayout_NotReleasableYet: [
    "Period {period} of policy {policyId} can be released from {from} only.",
    "Wait until then: it can still be claimed.",
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
  ClaimsPayout_SuspensionCooldownTooShort: [
    "The registry's cool-down of {cooldown} s is below the {needed} s that are needed.",
    "Deploy with a registry whose cool-down is longer.",
  ],
  ClaimsPayout_UnexpectedTransfer: [
    "The token {token} moved {moved} where {amount} were to move.",
    "The token does not do what it was told: ask its issuer.",
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
    "A development key is labelled as production.",
    "Label it as it is.",
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
    "Only circuits labelled as production can be exposed, once.",
  ],
  CircuitRegistry_NotNominee: ["{caller} was not nominated; {nominee} was.", "Use the nominated account."],
  CircuitRegistry_NotSuspended: ["The circuit is not suspended.", "There is nothing to end."],
  CircuitRegistry_PeriodNotShorterThanDelay: [
    "A period of {period} s is not shorter than the delay of {delay} s.",
    "Use a registry with a longer delay.",
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
  ScopeRegistry_NotAContract: ["There is no contract at {account}.", "Check the address and the chain."],
  ScopeRegistry_NotCreator: ["{caller} did not create scope {scopeId}.", "Use its creator's account."],
  ScopeRegistry_NotInScope: [
    "{account} may not make offers in scope {scopeId}.",
    "Make a scope of your own, or ask its creator to let you in.",
  ],
  ScopeRegistry_UnknownScope: ["There is no scope {scopeId}.", "Make a new one."],
  Terms_UnusedBits: ["The terms have bits set that mean nothing.", "Make the terms with the SDK."],
  VerificationKeys_NotAKey: ["{account} does not hold a key.", "Check the address and the chain."],
  InvalidShortString: ["A short text is not one.", "This is a fault of the contracts' deployment."],
  StringTooLong: ['"{str}" is too long.', "Write a shorter text."],
  ReentrancyGuardReentrantCall: [
    "The call came back into the contract while it was at work.",
    "The token or wallet calls back: use another.",
  ],
  SafeCastOverflowedUintDowncast: ["{value} does not fit {bits} bits.", "Use a smaller number."],
  SafeERC20FailedOperation: [
    "The token {token} refused the transfer.",
    "Check balance, allowance and token.",
  ],
  ERC20InsufficientBalance: [
    "{sender} has {balance} of the token; {needed} are needed.",
    "Get tokens first, or use less.",
  ],
  ERC20InsufficientAllowance: [
    "{spender} is allowed to take {allowance} of the token; {needed} are needed.",
    "Allow the amount first.",
  ],
  Error: ["The contract said: {reason}", "Check the values and try again."],
};
