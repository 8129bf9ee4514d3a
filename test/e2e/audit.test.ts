// SPDX-License-Identifier: GPL-3.0-or-later
//
// The auditor against a real chain with real proofs, told honestly and falsified in one way at a time.
import { join } from "node:path";
import {
  type AuditReport,
  audit,
  type ChainData,
  type ContractAddresses,
  contractInterfaces,
  FINDINGS,
  type FindingCode,
  type KnownKeys,
  reportHtml,
  reportLines,
  rpcChainData,
} from "@vitalproof/audit";
import { readKeys } from "@vitalproof/audit/node";
import { bigintText, DAY, isValidProof, VitalproofError } from "@vitalproof/sdk";
import { expect } from "chai";
import { id, keccak256, ZeroAddress, ZeroHash } from "ethers";
import { eventful, type History, HOSTILE } from "./auditHistory.ts";
import { falsified, type Lies, liar } from "./falsify.ts";
import { BENEFIT, FIRST_EPOCH } from "./fixture.ts";

const VERIFY_PROOF = id("verifyProof(uint256[2],uint256[2][2],uint256[2],uint256[4])").slice(0, 10);
const word = (value: bigint | number) => BigInt(value).toString(16).padStart(64, "0");

const TAGS =
  "html head meta title style body main h1 h2 p div table caption thead tbody tr th td ul li figure figcaption span svg desc line text rect polygon path circle details summary".split(
    " ",
  );

describe("e2e: audit", () => {
  let history: History;
  let honest: ChainData;
  let keys: KnownKeys;
  let addresses: ContractAddresses & { token: string };
  let lies: ReturnType<typeof liar>;
  const interfaces = contractInterfaces();

  before(async function () {
    this.timeout(300_000);
    history = await eventful();
    const { world } = history;
    const { provider } = world.connection;
    honest = rpcChainData((method, params) => provider.request({ method, params: [...params] }));
    keys = await readKeys(join(import.meta.dirname, "../../circuits/artifacts"));
    addresses = {
      claims: world.addresses.claims,
      anchors: world.addresses.anchors,
      consents: world.addresses.consents,
      scopes: world.addresses.scopes,
      circuits: await world.contracts.circuits.getAddress(),
      token: world.addresses.token,
    };
    lies = liar(addresses);
  });

  const auditOf = (data: ChainData, program = history.insurer.program): Promise<AuditReport> =>
    audit({ data, claims: addresses.claims, program, keys, verify: once });
  // The real verifier; an equation that comes again in the next audit is not computed again.
  const answers = new Map<string, boolean>();
  const once: typeof isValidProof = (key, inputs, proof) => {
    const equation = [key.IC, inputs, proof.a, proof.b, proof.c].join();
    const answer = answers.get(equation) ?? isValidProof(key, inputs, proof);
    answers.set(equation, answer);
    return answer;
  };
  const codesOf = (report: AuditReport) => [...new Set(report.findings.map(({ code }) => code))].sort();

  describe("an honest chain", () => {
    it("has no finding in any of its programs, and every proof verifies", async () => {
      const { insurer, other, review } = history;
      for (const program of [insurer.program, other.insurer.program, review.program]) {
        const report = await auditOf(honest, program);
        expect(report.findings, `program ${program}`).to.deep.equal([]);
        expect(report.summary.proofsVerified).to.equal(report.summary.claims);
        expect(report.invariants.filter(({ status }) => status === "broken")).to.deep.equal([]);
      }
    });

    it("rebuilds each claim's four public inputs: those of its proof", async () => {
      const { claims } = await auditOf(honest);
      expect(claims.map(({ period }) => period)).to.deep.equal([0, 2, 4, 5, 3]);
      for (const { period, inputs } of claims) {
        // Period 5 was proven again, under the corrected root.
        const own = history.proofs[period]!.publicInputs;
        expect(inputs[0]).to.equal(own[0]);
        expect(inputs[1] === own[1], `root of period ${period}`).to.equal(period !== 5);
        expect(inputs.slice(2)).to.deep.equal(own.slice(2));
      }
    });

    it("tells the root in force at each claim's block from the one in force now", async () => {
      const { anchors, claims } = await auditOf(honest);
      const statuses = anchors.map(({ status }) => status);
      expect(statuses).to.deep.equal([
        "anchored",
        "anchored",
        "anchored",
        "anchored",
        "corrected",
        "corrected",
      ]);
      expect(anchors.map(({ claimsBeforeCorrection }) => claimsBeforeCorrection)).to.deep.equal([
        0, 0, 0, 0, 1, 0,
      ]);
      const [before, after] = [4, 5].map((period) => claims.find((claim) => claim.period === period)!);
      expect(before!.inputs[1]).to.equal(anchors[4]!.writes[0]!.root);
      expect(after!.inputs[1]).to.equal(anchors[5]!.writes[1]!.root);
    });

    it("adds the money up: ledgers, transfers, balance", async () => {
      const { ledger, summary, latency, periods, stops } = await auditOf(honest);
      expect(ledger.now).to.deep.equal({
        funded: BENEFIT * 20n,
        withdrawn: BENEFIT,
        paid: BENEFIT * 5n,
        free: BENEFIT * 14n,
        reserved: 0n,
        owed: 0n,
      });
      expect(summary.outcomes).to.deep.equal({ paid: 5, owed: 0, "under-review": 0, rejected: 0, denied: 0 });
      expect(ledger.balance).to.equal(ledger.allPrograms);
      expect(ledger.transfersIn - ledger.transfersOut).to.equal(ledger.balance);
      expect(latency.paymentMedian).to.be.greaterThan(0);
      expect(periods).to.deep.include({ covered: 6, claimed: 5, released: 1 });
      expect(stops.pauses.length).to.equal(1);
      expect(stops.suspensions.length).to.equal(1);
    });

    it("follows reviews to their ends", async () => {
      const { claims, summary } = await auditOf(honest, history.review.program);
      expect(Object.fromEntries(claims.map(({ period, outcome }) => [period, outcome]))).to.deep.equal({
        0: "denied",
        2: "paid",
        3: "paid",
        4: "under-review",
      });
      expect(summary.outcomes.denied).to.equal(1);
    });

    it("counts direct transfers as nobody's, and says so", async () => {
      const { world } = history;
      const snapshot = await world.connection.networkHelpers.takeSnapshot();
      await (await world.token.mint(addresses.claims, 7n)).wait();
      const report = await auditOf(honest);
      await snapshot.restore();
      expect(codesOf(report)).to.deep.equal(["DONATION"]);
      expect(report.ledger.donated).to.equal(7n);
    });

    it("stops at a block of the past, and finds nothing wrong there either", async () => {
      const full = await auditOf(honest);
      const toBlock = full.claims[2]!.block;
      const report = await audit({ data: honest, claims: addresses.claims, program: 1n, keys, toBlock });
      expect(report.findings).to.deep.equal([]);
      expect(report.summary.claims).to.equal(3);
    });

    it("has no such program: NOT_THERE", async () => {
      try {
        await auditOf(honest, 99n);
        expect.fail("went through");
      } catch (error) {
        expect((error as { code: string }).code).to.equal("NOT_THERE");
      }
    });
  });

  describe("a falsified chain", () => {
    type Case = {
      /** What is falsified. */
      readonly what: string;
      readonly lies: () => Lies;
      /** Codes that must be among the findings. */
      readonly found: readonly FindingCode[];
      readonly program?: () => bigint;
    };
    const ofPolicy = (args: Record<string, unknown>) => args.policyId === history.policy;
    const ofPeriod = (period: number) => (args: Record<string, unknown>) =>
      ofPolicy(args) && args.period === BigInt(period);
    const ofProgram = (args: Record<string, unknown>) => args.programId === history.insurer.program;
    const onDay = (period: number) => (args: Record<string, unknown>) =>
      args.day === BigInt(FIRST_EPOCH + period + 1);
    /** The arguments of an event with some members of a struct changed. */
    const structWith =
      (name: string, changes: Record<string, unknown>) => (args: Record<string, unknown>) => ({
        [name]: Object.values({ ...(args[name] as { toObject(): object }).toObject(), ...changes }),
      });
    const offerWith = (changes: Record<string, unknown>) => structWith("offer", changes);
    const circuitWith = (changes: Record<string, unknown>) => structWith("proposal", changes);
    const inReview = () => history.review.program;
    const termsIn = (args: Record<string, unknown>) => (args.offer as { terms: bigint }).terms;
    /** Changes one word of a view's answer. */
    const answering =
      (
        contract: keyof typeof interfaces,
        name: string,
        position: number,
        value: bigint,
      ): NonNullable<Lies["call"]> =>
      (to, data, answer) => {
        const selector = interfaces[contract].getFunction(name)!.selector;
        const own = contract === "token" ? addresses.token : addresses[contract];
        if (to !== own.toLowerCase() || !data.startsWith(selector)) return answer;
        const at = 2 + position * 64;
        return `${answer.slice(0, at)}${word(value)}${answer.slice(at + 64)}`;
      };

    const cases: readonly Case[] = [
      // --- money
      {
        what: "a funding's amount in its event",
        lies: () => ({ log: lies.change("ProgramFunded", { amount: BENEFIT * 30n }, ofProgram) }),
        found: [
          "FUNDING_WITHOUT_TRANSFER",
          "VIEW_PROGRAM_DISAGREES",
          "VIEW_ACCOUNTED_DISAGREES",
          "BALANCE_TOO_LOW",
        ],
      },
      {
        what: "a funding that nobody paid, invented",
        lies: () => ({
          log: lies.invent("ProgramFunded", "ProgramFunded", [1n, addresses.token, BENEFIT], ofProgram),
        }),
        found: ["FUNDING_WITHOUT_TRANSFER", "VIEW_PROGRAM_DISAGREES"],
      },
      {
        what: "a funding dropped",
        lies: () => ({ log: lies.drop("ProgramFunded", ofProgram) }),
        found: ["DONATION", "POLICY_RESERVE_EXCEEDS_FREE", "LEDGER_NEGATIVE", "VIEW_PROGRAM_DISAGREES"],
      },
      {
        what: "the token's transfer behind a funding is missing",
        lies: () => ({
          log: lies.drop("Transfer", ({ to, value }) => to === addresses.claims && value === BENEFIT * 20n),
        }),
        found: ["FUNDING_WITHOUT_TRANSFER"],
      },
      {
        what: "the token's transfer behind a payment is missing",
        lies: () => ({
          log: lies.drop("Transfer", ({ from, to }) => from === addresses.claims && to === history.payee),
        }),
        found: ["PAYMENT_WITHOUT_TRANSFER"],
      },
      {
        what: "the token's transfer behind a payment is smaller",
        lies: () => ({
          log: lies.change(
            "Transfer",
            ({ value }) => ({ value: (value as bigint) - 1n }),
            ({ to }) => to === history.payee,
          ),
        }),
        found: ["PAYMENT_WITHOUT_TRANSFER", "TRANSFER_UNEXPLAINED"],
      },
      {
        what: "a payment's amount in its event",
        lies: () => ({ log: lies.change("PolicyPaid", { amount: BENEFIT * 2n }, ofPolicy) }),
        found: ["PAYMENT_AMOUNT_WRONG", "PAYMENT_WITHOUT_TRANSFER", "TRANSFER_UNEXPLAINED"],
      },
      {
        what: "a payment's payee in its event",
        lies: () => ({
          log: lies.change("PolicyPaid", { payee: history.world.roles.stranger.address }, ofPolicy),
        }),
        found: ["PAYMENT_TO_ANOTHER", "PAYMENT_WITHOUT_TRANSFER"],
      },
      {
        what: "a payment dropped",
        lies: () => ({ log: lies.drop("PolicyPaid", ofPolicy) }),
        found: ["TRANSFER_UNEXPLAINED", "VIEW_POLICY_DISAGREES", "VIEW_PROGRAM_DISAGREES"],
      },
      {
        what: "a payment told twice",
        lies: () => ({
          log: lies.invent(
            "PolicyPaid",
            "PolicyPaid",
            [1n, history.payee, 4n, BENEFIT * 4n],
            ({ periods }) => periods === 4n,
            "after",
          ),
        }),
        found: ["PAYMENT_NOT_OWED", "PAYMENT_WITHOUT_TRANSFER", "LEDGER_NEGATIVE"],
      },
      {
        what: "a withdrawal larger than what was free",
        lies: () => ({ log: lies.change("ProgramWithdrawn", { amount: BENEFIT * 100n }) }),
        found: ["WITHDRAWAL_EXCEEDS_FREE", "WITHDRAWAL_WITHOUT_TRANSFER", "LEDGER_NEGATIVE"],
      },
      {
        what: "a withdrawal dropped",
        lies: () => ({ log: lies.drop("ProgramWithdrawn") }),
        found: ["TRANSFER_UNEXPLAINED", "VIEW_PROGRAM_DISAGREES"],
      },
      {
        what: "the program's benefit",
        lies: () => ({ log: lies.change("ProgramCreated", offerWith({ benefit: BENEFIT * 2n }), ofProgram) }),
        found: ["PAYMENT_AMOUNT_WRONG", "VIEW_PROGRAM_DISAGREES"],
      },
      // --- policies
      {
        what: "another holder",
        lies: () => ({ log: lies.change("PolicyIssued", { holder: 12_345n }, ofPolicy) }),
        found: [
          "CLAIM_PROOF_INVALID",
          "POLICY_ATTESTATION_MISMATCH",
          "CLAIM_INPUTS_DISAGREE",
          "VIEW_POLICY_DISAGREES",
        ],
      },
      {
        what: "another controller",
        lies: () => ({ log: lies.change("PolicyIssued", { controller: addresses.token }, ofPolicy) }),
        found: ["CLAIM_CONSENT_OF_ANOTHER_MATTER", "POLICY_ATTESTATION_MISMATCH", "VIEW_POLICY_DISAGREES"],
      },
      {
        what: "more periods than attested",
        lies: () => ({ log: lies.change("PolicyIssued", { periods: 7n }, ofPolicy) }),
        found: ["POLICY_ATTESTATION_MISMATCH", "VIEW_POLICY_DISAGREES"],
      },
      {
        what: "an earlier first epoch",
        lies: () => ({ log: lies.change("PolicyIssued", { firstEpoch: BigInt(FIRST_EPOCH - 2) }, ofPolicy) }),
        found: ["POLICY_ALREADY_BEGUN", "POLICY_ATTESTATION_MISMATCH", "CLAIM_PROOF_INVALID"],
      },
      {
        what: "a policy dropped",
        lies: () => ({ log: lies.drop("PolicyIssued", ofPolicy) }),
        found: ["SEQUENCE_BROKEN", "EVENT_WITHOUT_ORIGIN", "VIEW_COUNT_DISAGREES", "VIEW_PROGRAM_DISAGREES"],
      },
      {
        what: "a policy that overlaps, invented",
        lies: () => ({
          log: lies.invent("PolicyEnded", "PolicyIssued", [
            6n,
            1n,
            addresses.token,
            history.patient.identity.holder(history.insurer.scope),
            ZeroAddress,
            FIRST_EPOCH + 41,
            1,
            ZeroHash,
          ]),
        }),
        found: ["POLICY_COVERAGE_OVERLAPS", "POLICY_ATTESTATION_MISSING", "VIEW_COUNT_DISAGREES"],
      },
      {
        what: "the attester's signature in the calldata",
        lies: () => ({
          transaction: (transaction) => {
            const selector = interfaces.claims.getFunction("issuePolicy")!.selector;
            if (!transaction.input.startsWith(selector)) return transaction;
            const at = transaction.input.length - 64 * 3;
            return {
              ...transaction,
              input: `${transaction.input.slice(0, at)}${word(1)}${transaction.input.slice(at + 64)}`,
            };
          },
        }),
        found: ["POLICY_SIGNATURE_INVALID"],
      },
      {
        what: "another attester of the group",
        lies: () => ({
          log: lies.change("GroupCreated", { attester: history.world.roles.stranger.address }),
        }),
        found: ["POLICY_SIGNATURE_INVALID", "VIEW_GROUP_DISAGREES"],
      },
      {
        what: "the count of periods that an ending freed",
        lies: () => ({ log: lies.change("PolicyEnded", { freedPeriods: 2n }) }),
        found: ["POLICY_END_WRONG", "VIEW_PROGRAM_DISAGREES"],
      },
      {
        what: "a changed payee dropped",
        lies: () => ({ log: lies.drop("PayeeChanged") }),
        found: ["PAYMENT_TO_ANOTHER", "VIEW_POLICY_DISAGREES"],
      },
      // --- claims
      {
        what: "a claim dropped",
        lies: () => ({ log: lies.drop("ClaimSettled", ofPeriod(2)) }),
        found: ["VIEW_PERIOD_DISAGREES", "PAYMENT_NOT_OWED", "LEDGER_NEGATIVE"],
      },
      {
        what: "a claim invented, in another's transaction",
        lies: () => ({
          log: lies.invent("PeriodReleased", "ClaimSettled", [
            1n,
            1n,
            circuitId(),
            rootOf(1),
            history.consent,
            0n,
          ]),
        }),
        found: [
          "CLAIM_PROOF_MISSING",
          "CLAIM_CONSENT_REVOKED",
          "PERIOD_TRANSITION_WRONG",
          "VIEW_POLICY_DISAGREES",
        ],
      },
      {
        what: "a claim told twice",
        lies: () => ({
          log: lies.invent(
            "PolicyPaid",
            "ClaimSettled",
            [1n, 0n, circuitId(), rootOf(0), history.consent, 0n],
            ofPolicy,
          ),
        }),
        found: ["CLAIM_TWICE", "CLAIM_PROOF_MISSING"],
      },
      {
        what: "a claim for a period that the policy has not",
        lies: () => ({ log: lies.change("ClaimSettled", { period: 6n }, ofPeriod(5)) }),
        found: ["CLAIM_PERIOD_UNKNOWN", "CLAIM_PROOF_MISSING", "VIEW_PERIOD_DISAGREES"],
      },
      {
        what: "a claim moved to another period",
        lies: () => ({ log: lies.change("ClaimSettled", { period: 1n }, ofPeriod(2)) }),
        found: ["CLAIM_ROOT_MISMATCH", "CLAIM_PROOF_MISSING", "PERIOD_TRANSITION_WRONG"],
      },
      {
        what: "a proof swapped for another period's",
        lies: () => swapProofs(0, 2),
        found: ["CLAIM_PROOF_INVALID"],
      },
      {
        what: "a proof with one bit changed",
        lies: () => ({
          transaction: (transaction) => {
            const selector = interfaces.claims.getFunction("submitClaim")!.selector;
            if (!transaction.input.startsWith(selector)) return transaction;
            const last = transaction.input.at(-1) === "0" ? "1" : "0";
            return { ...transaction, input: `${transaction.input.slice(0, -1)}${last}` };
          },
        }),
        found: ["CLAIM_PROOF_INVALID"],
      },
      {
        what: "a claim's transaction unknown",
        lies: () => ({
          transaction: (transaction) =>
            transaction.input.startsWith(interfaces.claims.getFunction("submitClaim")!.selector)
              ? undefined
              : transaction,
        }),
        found: ["DATA_TRANSACTION_MISSING", "CLAIM_PROOF_MISSING"],
      },
      {
        what: "a claim's root in its event",
        lies: () => ({ log: lies.change("ClaimSettled", { anchorRoot: 99n }, ofPeriod(0)) }),
        found: ["CLAIM_ROOT_MISMATCH"],
      },
      {
        what: "a claim under another circuit",
        lies: () => ({ log: lies.change("ClaimSettled", { circuitId: keccak256("0x01") }, ofPeriod(0)) }),
        found: ["CLAIM_CIRCUIT_MISMATCH"],
      },
      {
        what: "a claim with a review where the program has none",
        lies: () => ({ log: lies.change("ClaimSettled", { reviewUntil: 5n }, ofPeriod(0)) }),
        found: ["CLAIM_REVIEW_TIME_WRONG"],
      },
      {
        what: "the program's terms: a bound",
        lies: () => ({
          log: lies.change(
            "ProgramCreated",
            (args) => offerWith({ terms: termsIn(args) ^ (1n << 120n) })(args),
            ofProgram,
          ),
        }),
        found: ["CLAIM_PROOF_INVALID", "CLAIM_INPUTS_DISAGREE", "VIEW_PROGRAM_DISAGREES"],
      },
      {
        what: "the program's terms: the profile",
        lies: () => ({
          log: lies.change(
            "ProgramCreated",
            (args) => offerWith({ terms: termsIn(args) ^ (1n << 9n) })(args),
            ofProgram,
          ),
        }),
        found: ["PROGRAM_TERMS_MISMATCH", "CLAIM_PROOF_INVALID"],
      },
      {
        what: "the program's scope",
        lies: () => ({
          log: lies.change(
            "ProgramCreated",
            (args) => ({ scopeId: 2n, ...offerWith({ scope: 2n })(args) }),
            ofProgram,
          ),
        }),
        found: ["CLAIM_PROOF_INVALID", "VIEW_PROGRAM_DISAGREES"],
      },
      {
        what: "the scope's element",
        lies: () => ({ log: lies.change("ScopeCreated", { element: 5n }, ({ scopeId }) => scopeId === 1n) }),
        found: ["SCOPE_ELEMENT_WRONG"],
      },
      {
        what: "the chain's id",
        lies: () => ({ chainId: 1n }),
        found: [
          "SCOPE_ELEMENT_WRONG",
          "CLAIM_PROOF_INVALID",
          "POLICY_ATTESTATION_MISMATCH",
          "DEVELOPMENT_KEY",
        ],
      },
      {
        what: "the time of a claim's block: before its period's end",
        lies: () => ({
          block: (block) =>
            block.number === blockOfClaim() ? { ...block, timestamp: claimEnd() - 1 } : block,
        }),
        found: ["CLAIM_PERIOD_NOT_OVER"],
      },
      {
        what: "the time of a claim's block: after its window",
        lies: () => ({
          block: (block) =>
            block.number === blockOfClaim() ? { ...block, timestamp: claimEnd() + 200 * DAY } : block,
        }),
        found: ["CLAIM_WINDOW_CLOSED"],
      },
      {
        what: "a release before the window closed",
        lies: () => ({
          log: lies.change("ProgramCreated", offerWith({ claimWindow: 300n * BigInt(DAY) }), ofProgram),
        }),
        found: ["RELEASE_TOO_EARLY", "VIEW_PROGRAM_DISAGREES"],
      },
      // --- reviews
      {
        what: "a rejection dropped",
        lies: () => ({ log: lies.drop("ClaimRejected") }),
        found: ["PERIOD_TRANSITION_WRONG"],
        program: inReview,
      },
      {
        what: "a claim credited by a stranger within the review",
        lies: () => ({ log: lies.change("ClaimCredited", { by: addresses.token }) }),
        found: ["REVIEW_OUT_OF_TURN"],
        program: inReview,
      },
      {
        what: "a rejection with a shorter time for the arbiter",
        lies: () => ({
          log: lies.change("ClaimRejected", ({ arbiterUntil }) => ({
            arbiterUntil: (arbiterUntil as bigint) - 1n,
          })),
        }),
        found: ["REVIEW_OUT_OF_TURN"],
        program: inReview,
      },
      {
        what: "a denial dropped",
        lies: () => ({ log: lies.drop("ClaimDenied") }),
        found: ["VIEW_POLICY_DISAGREES", "VIEW_PERIOD_DISAGREES", "VIEW_PROGRAM_DISAGREES"],
        program: inReview,
      },
      // --- anchors
      {
        what: "an anchor's root",
        lies: () => ({ log: lies.change("DayAnchored", { root: 4_711n }, onDay(0)) }),
        found: ["CLAIM_ROOT_MISMATCH", "CLAIM_PROOF_INVALID", "VIEW_ANCHOR_DISAGREES"],
      },
      {
        what: "an anchor's root, and the claim's to match it",
        lies: () => ({
          log: (log) =>
            lies
              .change(
                "DayAnchored",
                { root: 4_711n },
                onDay(0),
              )(log)
              .flatMap(lies.change("ClaimSettled", { anchorRoot: 4_711n }, ofPeriod(0))),
        }),
        found: ["CLAIM_PROOF_INVALID", "CLAIM_INPUTS_DISAGREE", "VIEW_ANCHOR_DISAGREES"],
      },
      {
        what: "an anchor dropped",
        lies: () => ({ log: lies.drop("DayAnchored", onDay(0)) }),
        found: ["CLAIM_NOT_ANCHORED", "VIEW_ANCHOR_DISAGREES"],
      },
      {
        what: "a day anchored twice",
        lies: () => ({
          log: lies.invent(
            "DayAnchored",
            "DayAnchored",
            [1n, BigInt(FIRST_EPOCH + 1), 8n],
            onDay(0),
            "after",
          ),
        }),
        found: ["ANCHOR_TWICE", "CLAIM_ROOT_MISMATCH"],
      },
      {
        what: "a root that is none",
        lies: () => ({ log: lies.change("DayAnchored", { root: 0n }, onDay(1)) }),
        found: ["ANCHOR_ROOT_INVALID"],
      },
      {
        what: "a correction after its claim dropped",
        lies: () => ({ log: lies.drop("DayCorrected", onDay(4)) }),
        found: ["VIEW_ANCHOR_DISAGREES"],
      },
      {
        what: "a correction before its claim dropped",
        lies: () => ({ log: lies.drop("DayCorrected", onDay(5)) }),
        found: ["CLAIM_ROOT_MISMATCH", "CLAIM_PROOF_INVALID", "VIEW_ANCHOR_DISAGREES"],
      },
      {
        what: "a correction's previous root",
        lies: () => ({ log: lies.change("DayCorrected", { previousRoot: 5n }, onDay(4)) }),
        found: ["CORRECTION_PREVIOUS_ROOT_WRONG"],
      },
      {
        what: "a correction's reason taken away",
        lies: () => ({ log: lies.change("DayCorrected", { reason: "" }, onDay(4)) }),
        found: ["CORRECTION_WITHOUT_REASON"],
      },
      {
        what: "a group whose correction time had run out",
        lies: () => ({ log: lies.change("GroupCreated", { correctionTime: 1n }) }),
        found: ["CORRECTION_OUT_OF_TIME", "VIEW_GROUP_DISAGREES"],
      },
      {
        what: "a group whose grace had run out",
        lies: () => ({ log: lies.change("GroupCreated", { intakeTime: 1n, graceTime: 3600n }) }),
        found: ["ANCHOR_OUT_OF_TIME", "VIEW_GROUP_DISAGREES"],
      },
      // --- consents
      {
        what: "a consent dropped",
        lies: () => ({ log: lies.drop("ConsentGranted", ({ consentId }) => consentId === history.consent) }),
        found: ["CLAIM_CONSENT_UNKNOWN", "VIEW_CONSENT_DISAGREES"],
      },
      {
        what: "a consent's end",
        lies: () => ({
          log: lies.change("ConsentGranted", ({ from }) => ({ until: (from as bigint) + 5n })),
        }),
        found: ["CONSENT_ID_WRONG", "CLAIM_CONSENT_NOT_ACTIVE", "VIEW_CONSENT_DISAGREES"],
      },
      {
        what: "a revocation before the claims, invented",
        lies: () => ({
          log: lies.invent(
            "DayAnchored",
            "ConsentRevoked",
            [history.consent, controllerOfConsent()],
            onDay(5),
          ),
        }),
        found: ["CLAIM_CONSENT_REVOKED", "VIEW_CONSENT_DISAGREES"],
      },
      {
        what: "a revocation dropped",
        lies: () => ({ log: lies.drop("ConsentRevoked") }),
        found: ["VIEW_CONSENT_DISAGREES"],
      },
      // --- circuits and stops
      {
        what: "the key hash of the circuit",
        lies: () => ({
          log: lies.change("CircuitAdded", circuitWith({ verificationKeyHash: keccak256("0x02") })),
        }),
        found: ["CLAIM_KEY_UNKNOWN", "VERIFICATION_KEY_CHANGED", "VIEW_CIRCUIT_DISAGREES"],
      },
      {
        what: "the key hash of another circuit of this repository",
        lies: () => ({
          log: lies.change(
            "CircuitAdded",
            circuitWith({
              verificationKeyHash: [...keys].find(([, { circuit }]) => circuit === "heart-rate-hour")![0],
            }),
          ),
        }),
        found: [
          "CLAIM_PROOF_INVALID",
          "CLAIM_VERIFIER_DISAGREES",
          "VERIFICATION_KEY_CHANGED",
          "VERIFIER_CODE_WITHOUT_KEY",
          "VIEW_CIRCUIT_DISAGREES",
        ],
      },
      ...Object.entries({
        family: "0x7265636f726400000000000000000000",
        facts: keccak256("0x03"),
        inputs: 5n,
        period: 1n,
        zeroImpossible: false,
      }).map(([field, value]) => ({
        what: `the circuit's ${field}`,
        lies: () => ({ log: lies.change("CircuitAdded", circuitWith({ [field]: value })) }),
        found: ["PROGRAM_CIRCUIT_NOT_FOR_CLAIMS" as const, "VIEW_CIRCUIT_DISAGREES" as const],
      })),
      {
        what: "the verifier's code",
        lies: () => ({ code: (_, code) => (code === "0x" ? code : "0x6001") }),
        found: ["VERIFICATION_KEY_CHANGED", "VERIFIER_CODE_CHANGED", "VERIFIER_CODE_WITHOUT_KEY"],
      },
      {
        what: "a suspension dropped",
        lies: () => ({ log: lies.drop("CircuitSuspended") }),
        found: ["CIRCUIT_STOP_WRONG", "VIEW_CIRCUIT_DISAGREES"],
      },
      {
        what: "a suspension during claims, invented",
        lies: () => ({
          log: (log) => {
            if (lies.nameOf(log) !== "DayAnchored" || !onDay(5)(lies.argsOf(log))) return [log];
            const until = 1_771_900_000n;
            return lies.invent("DayAnchored", "CircuitSuspended", [circuitId(), until, "no"])(log);
          },
        }),
        found: ["CIRCUIT_STOP_WRONG", "CLAIM_CIRCUIT_BLOCKED"],
      },
      {
        what: "a pause during claims, invented",
        lies: () => ({ log: lies.invent("DayAnchored", "Paused", [1_771_900_000n, "no"], onDay(5)) }),
        found: ["PAUSE_WRONG", "CLAIM_WHILE_PAUSED"],
      },
      {
        what: "a retirement, invented",
        lies: () => ({
          log: lies.invent("DayAnchored", "RetirementScheduled", [circuitId(), 1n], onDay(0)),
        }),
        found: ["RETIREMENT_CHANGED", "VIEW_CIRCUIT_DISAGREES"],
      },
      // --- what the contracts say now
      {
        what: "the program's free money in the state",
        lies: () => ({ call: answering("claims", "program", 9, 1n) }),
        found: ["VIEW_PROGRAM_DISAGREES"],
      },
      {
        what: "a policy's counters in the state",
        lies: () => ({ call: answering("claims", "policy", 5, 5n) }),
        found: ["VIEW_POLICY_DISAGREES"],
      },
      {
        what: "a period's state in the state",
        lies: () => ({ call: answering("claims", "periodOf", 0, 4n) }),
        found: ["VIEW_PERIOD_DISAGREES"],
      },
      {
        what: "the token's sum in the state",
        lies: () => ({ call: answering("claims", "accountedIn", 0, 1n) }),
        found: ["VIEW_ACCOUNTED_DISAGREES"],
      },
      {
        what: "the contract's balance",
        lies: () => ({ call: answering("token", "balanceOf", 0, 1n) }),
        found: ["BALANCE_TOO_LOW"],
      },
      {
        what: "a balance with more than anybody brought",
        lies: () => ({ call: answering("token", "balanceOf", 0, BENEFIT * 100n) }),
        found: ["BALANCE_UNEXPLAINED"],
      },
      {
        what: "an anchor in the state",
        lies: () => ({ call: answering("anchors", "anchorOf", 0, 6n) }),
        found: ["VIEW_ANCHOR_DISAGREES"],
      },
      {
        what: "a revocation in the state",
        lies: () => ({ call: answering("consents", "consentOf", 4, 6n) }),
        found: ["VIEW_CONSENT_DISAGREES"],
      },
      {
        what: "a running pause in the state",
        lies: () => ({ call: answering("claims", "pausedUntil", 0, 6n) }),
        found: ["VIEW_PAUSE_DISAGREES"],
      },
      {
        what: "the public inputs in the state",
        lies: () => ({ call: answering("claims", "claimInputs", 2, 6n) }),
        found: ["CLAIM_INPUTS_DISAGREE"],
      },
      {
        what: "the verifier's answers",
        lies: () => ({
          call: (_, data, answer) => (data.startsWith(VERIFY_PROOF) ? `0x${word(0)}` : answer),
        }),
        found: ["CLAIM_VERIFIER_DISAGREES"],
      },
      // --- the form of the data
      {
        what: "a log that is no event of the contract",
        lies: () => ({
          log: (log) =>
            lies.nameOf(log) === "PolicyPaid"
              ? [log, { ...log, topics: [ZeroHash], logIndex: log.logIndex + 0.5 }]
              : [log],
        }),
        found: ["DATA_EVENT_UNREADABLE"],
      },
      {
        what: "a log cut short",
        lies: () => ({
          log: (log) =>
            lies.nameOf(log) === "ClaimSettled" ? [{ ...log, data: log.data.slice(0, 66) }] : [log],
        }),
        found: ["DATA_EVENT_UNREADABLE", "VIEW_POLICY_DISAGREES"],
      },
      {
        what: "two logs in one place",
        lies: () => ({ log: (log) => (lies.nameOf(log) === "ProgramFunded" ? [log, log] : [log]) }),
        found: ["DATA_EVENT_TWICE"],
      },
      {
        what: "a log of another block",
        lies: () => ({
          log: (log) => [lies.nameOf(log) === "PolicyPaid" ? { ...log, blockHash: ZeroHash } : log],
        }),
        found: ["DATA_BLOCK_MISMATCH"],
      },
      {
        what: "an event that its receipt tells otherwise",
        lies: () => ({ event: lies.change("DayAnchored", { root: 4_711n }, onDay(1)) }),
        found: ["DATA_RECEIPT_DISAGREES", "VIEW_ANCHOR_DISAGREES"],
      },
      {
        what: "an event left out that the receipt has",
        lies: () => ({ event: lies.drop("ProgramFunded", ofProgram) }),
        found: ["DATA_RECEIPT_DISAGREES", "DONATION"],
      },
    ];

    for (const { what, lies: make, found, program } of cases) {
      it(`${what}: ${found.join(", ")}`, async () => {
        const report = await auditOf(falsified(honest, make()), program?.());
        expect(codesOf(report)).to.include.members([...found]);
        const worst = found.map((code) => FINDINGS[code][0]);
        if (worst.includes("error")) expect(report.summary.findings.error).to.be.greaterThan(0);
      });
    }

    it("at least twenty falsifications, each with its own finding", () => {
      expect(cases.length).to.be.greaterThan(20);
      expect(new Set(cases.flatMap(({ found }) => found)).size).to.be.greaterThan(50);
    });

    const circuitId = () => claimsOf().circuit;
    const rootOf = (period: number) => BigInt(history.requests[period]!.path.root);
    const claimsOf = () => ({ circuit: firstClaim!.circuit });
    const blockOfClaim = () => firstClaim!.block;
    const claimEnd = () => firstClaim!.end;
    const controllerOfConsent = () => patientAccount!;
    let firstClaim: AuditReport["claims"][number] | undefined;
    let patientAccount: string | undefined;
    let inputs: readonly string[] = [];
    before(async () => {
      const report = await auditOf(honest);
      firstClaim = report.claims[0];
      patientAccount = report.policies[0]!.controller;
      inputs = await Promise.all(
        report.claims.map(async ({ transaction }) => (await honest.transaction(transaction))!.input),
      );
    });
    /** The proofs of two claims change places in the calldata; heads stay. */
    const swapProofs = (a: number, b: number): Lies => {
      const [first, second] = [inputs[a]!, inputs[b === 2 ? 1 : b]!];
      const head = 10 + 64 * 3;
      const swapped = new Map([
        [first, first.slice(0, head) + second.slice(head)],
        [second, second.slice(0, head) + first.slice(head)],
      ]);
      return {
        transaction: (transaction) => ({
          ...transaction,
          input: swapped.get(transaction.input) ?? transaction.input,
        }),
      };
    };
  });

  describe("a node that stops answering after the events", () => {
    const without = (why: () => Error): ChainData => {
      let calls = 0;
      // The first eight are about the contracts themselves; the rest is compared with events.
      return {
        ...honest,
        call: async (...asked) => {
          if (++calls > 8) throw why();
          return honest.call(...asked);
        },
      };
    };

    it("is a warning where it has no old states", async () => {
      const { summary, findings } = await auditOf(without(() => new Error("missing trie node")));
      expect(summary.findings.error).to.equal(0);
      expect(new Set(findings.map(({ code }) => code))).to.deep.equal(new Set(["DATA_VIEW_UNAVAILABLE"]));
    });

    it("ends the audit where it is away: no report, rather than one full of warnings", async () => {
      const away = new VitalproofError("CONTRACT_CALL_FAILED", "The node does not answer eth_call.");
      expect(await auditOf(without(() => away)).catch((error: unknown) => error)).to.equal(away);
    });
  });

  describe("the report", () => {
    it("as HTML loads nothing, runs nothing and escapes what the chain says", async () => {
      const html = reportHtml(await auditOf(honest));
      // All that the chain says has no "<" left, so every tag is the report's own: none that loads or runs.
      for (const [, tag, attributes] of html.matchAll(/<\/?([a-z][a-z0-9]*)([^>]*)>/gi)) {
        expect(TAGS).to.include(tag!.toLowerCase());
        expect(attributes!.replace(/"[^"]*"/g, '""')).to.not.match(
          /\s(on\w+|src|href|style|srcset|action)=/i,
        );
      }
      expect(html).to.not.match(/https?:/);
      expect(html).to.include("default-src 'none'");
      expect(html).to.include("&lt;script&gt;");
      expect(html).to.not.include("\u202E");
      expect(html.match(/<svg /g)).to.have.length(4);
      expect(html.match(/<title id=/g)).to.have.length(4);
      expect(html.match(/<desc id=/g)).to.have.length(4);
      for (const table of html.match(/<table>[\s\S]*?<\/table>/g) ?? []) {
        expect(table).to.match(/<caption>.+<\/caption>/);
        expect(table).to.include('<th scope="col"');
      }
      const style = /<style>([\s\S]*?)<\/style>/.exec(html)![1]!;
      expect(style).to.include("prefers-color-scheme:dark").and.to.include("@media print");
    });

    it("as HTML shows findings of a falsified chain, escaped as well", async () => {
      const data = falsified(honest, {
        log: lies.change("CircuitSuspended", { until: 9n, reason: HOSTILE }),
      });
      const html = reportHtml(await auditOf(data));
      expect(html).to.include("CIRCUIT_STOP_WRONG").and.to.include('role="alert"');
      expect(html).to.not.include("<script");
    });

    it("as text and as JSON holds no control characters of the chain's and survives a round trip", async () => {
      const report = await auditOf(honest);
      const text = reportLines(report).join("\n");
      expect(text).to.include("\\u{202e}").and.to.not.include("\u202E");
      const json = JSON.stringify(report, bigintText);
      const parsed = JSON.parse(json);
      expect(parsed.schema).to.equal("vitalproof/audit/1");
      expect(parsed.claims[0].inputs).to.deep.equal(report.claims[0]!.inputs.map(String));
    });
  });
});
