// SPDX-License-Identifier: GPL-3.0-or-later
import type { FindingCode } from "@vitalproof/audit";
import { circuitIdOf } from "@vitalproof/sdk";
import { packRights } from "@vitalproof/sdk/ledger";
import { RIGHTS } from "../../support/ledgerPage.ts";
import type { Lies } from "../falsify.ts";
import { type Falsification, type Setting, tools } from "./setting.ts";

type Args = Record<string, unknown>;

/** What a change of a page becomes where it tells of nothing. */
const NOTHING = { granted: 0n, revoked: 0n };
/** The batch that gave consents, and the one that revoked slot 0. */
const first = (args: Args) => args.version === 1n;
const second = (args: Args) => args.version === 2n;

/**
 * Lies about the health ledger, in which slot 1 of page 1 is bound for the program with a review. Its last claim rests on
 * that; then the slot is revoked by force, in version 3.
 */
export function aboutHealthLedger(setting: Setting): readonly Falsification[] {
  const { answering, inReview } = tools(setting);
  const bound = () => setting.history.review.bound;
  const matterWith = (changes: Args) => (args: Args) => ({
    matter: Object.values({ ...(args.matter as { toObject(): object }).toObject(), ...changes }),
  });
  const rights = (changes: Partial<typeof RIGHTS>) => ({ rights: packRights({ ...RIGHTS, ...changes }) });
  const ofClaim = (args: Args) => args.consentId === bound().consent;
  const lie = (what: string, lies: () => Lies, ...found: FindingCode[]): Falsification => ({
    ...{ what, lies, found },
    program: inReview,
  });
  const change =
    (name: string, changes: Args | ((args: Args) => Args), where?: (args: Args) => boolean) => () => ({
      log: setting.lies.change(name, changes, where),
    });
  const drop = (name: string, where?: (args: Args) => boolean) => () => ({
    log: setting.lies.drop(name, where),
  });
  const after = (name: string, invented: string, values: () => readonly unknown[]) => () => ({
    log: setting.lies.invent(name, invented, values(), undefined, "after"),
  });
  const twice = (name: string) => () => ({
    log: (log: Parameters<NonNullable<Lies["log"]>>[0]) =>
      setting.lies.nameOf(log) === name ? [log, { ...log, logIndex: log.logIndex + 0.5 }] : [log],
  });
  /** Another calldata for the binding. */
  const calldata = (edit: (input: string) => string) => (): Lies => ({
    transaction: (transaction) => {
      const binds = transaction.logs.some((log) => setting.lies.nameOf(log) === "ConsentBound");
      return binds ? { ...transaction, input: edit(transaction.input) } : transaction;
    },
  });
  /** Only events tell so, receipts do not. */
  const eventAlone = (name: string, changes: Args) => () => ({ event: setting.lies.change(name, changes) });
  return [
    lie("a binding dropped", drop("ConsentBound"), "CLAIM_CONSENT_UNKNOWN", "VIEW_CONSENT_DISAGREES"),
    lie(
      "a binding's slot",
      change("ConsentBound", { slot: 2n }),
      ...(["CONSENT_ID_WRONG", "CONSENT_PROOF_MISSING", "VIEW_CONSENT_DISAGREES"] as const),
    ),
    lie(
      "a binding of a slot that was revoked",
      change("ConsentBound", { slot: 0n }),
      ...(["CONSENT_BOUND_NOT_LIVE", "CLAIM_CONSENT_REVOKED", "VIEW_CONSENT_DISAGREES"] as const),
    ),
    lie(
      "a binding's patient",
      change("ConsentBound", matterWith({ patient: `0x${"77".repeat(20)}` })),
      ...(["CONSENT_ID_WRONG", "CLAIM_CONSENT_OF_ANOTHER_MATTER"] as const),
    ),
    lie(
      "a binding's program",
      change("ConsentBound", matterWith({ program: 1n })),
      "CLAIM_CONSENT_OF_ANOTHER_MATTER",
    ),
    lie(
      "a binding's grantee, another insurer",
      change("ConsentBound", matterWith({ grantee: `0x${"77".repeat(20)}` })),
      "CLAIM_CONSENT_OF_ANOTHER_MATTER",
    ),
    lie(
      "rights that are not for payment",
      change("ConsentBound", rights({ purposes: 0b1111_1101 })),
      "CONSENT_BOUND_WRONGLY",
      "CONSENT_PROOF_MISSING",
    ),
    lie(
      "rights that had ended",
      change("ConsentBound", rights({ until: 29_000_000 })),
      ...(["CONSENT_BOUND_WRONGLY", "CLAIM_CONSENT_NOT_ACTIVE", "VIEW_CONSENT_DISAGREES"] as const),
    ),
    lie(
      "rights that no consent has",
      change("ConsentBound", { rights: 1n << 60n }),
      "CONSENT_BOUND_WRONGLY",
      "CLAIM_CONSENT_NOT_ACTIVE",
    ),
    lie(
      "a grantee's number dropped",
      drop("GranteeRegistered"),
      ...(["CONSENT_BOUND_WRONGLY", "CONSENT_PROOF_INVALID", "VIEW_GRANTEE_DISAGREES"] as const),
    ),
    lie("a grantee numbered twice", twice("GranteeRegistered"), "GRANTEE_TWICE", "SEQUENCE_BROKEN"),
    lie("a consent bound twice", twice("ConsentBound"), "CONSENT_GRANTED_TWICE"),
    lie(
      "a revocation by force before the claim, invented",
      () => ({
        log: setting.lies.invent(
          "ClaimSettled",
          "ConsentRevokedByForce",
          [bound().page, 3n, bound().slot],
          ofClaim,
        ),
      }),
      ...(["CLAIM_CONSENT_REVOKED", "PAGE_VERSION_WRONG", "PAGE_LIVE_BITS_WRONG"] as const),
    ),
    lie(
      "a revocation by force dropped",
      drop("ConsentRevokedByForce"),
      "VIEW_CONSENT_DISAGREES",
      "VIEW_PAGE_DISAGREES",
    ),
    lie(
      "a batch that gave consents dropped",
      drop("ConsentsChanged", first),
      "PAGE_VERSION_WRONG",
      "PAGE_LIVE_BITS_WRONG",
    ),
    lie("a batch that revoked dropped", drop("ConsentsChanged", second), "PAGE_VERSION_WRONG"),
    lie(
      "a live bit that comes back",
      after("ConsentRevokedByForce", "ConsentsChanged", () => [bound().page, 4n, 5n, 0b110n, 0n, 1n]),
      ...(["PAGE_LIVE_BITS_WRONG", "VIEW_PAGE_DISAGREES", "VIEW_CONSENT_DISAGREES"] as const),
    ),
    lie(
      "a live bit of a slot that nobody used",
      change("ConsentsChanged", { live: 0b1110n }, second),
      "PAGE_LIVE_BITS_WRONG",
    ),
    lie(
      "the live bit of the bound slot, before its binding",
      change("ConsentsChanged", { live: 0b100n }, second),
      ...(["PAGE_CHANGE_WRONG", "CONSENT_BOUND_NOT_LIVE", "CLAIM_CONSENT_REVOKED"] as const),
    ),
    lie("how many a batch revoked", change("ConsentsChanged", { revoked: 2n }, second), "PAGE_CHANGE_WRONG"),
    lie("a batch of nothing", change("ConsentsChanged", NOTHING, second), "PAGE_CHANGE_WRONG"),
    lie(
      "more consents than a page has slots",
      change("ConsentsChanged", { granted: 257n }, first),
      "PAGE_CHANGE_WRONG",
    ),
    lie(
      "a page's root",
      change("ConsentsChanged", { root: 4_711n }),
      "CONSENT_PROOF_INVALID",
      "VIEW_PAGE_DISAGREES",
    ),
    lie("a page's root of zero", change("ConsentsChanged", { root: 0n }), "PAGE_CHANGE_WRONG"),
    lie(
      "a page's opening dropped",
      drop("PageOpened"),
      ...(["EVENT_WITHOUT_ORIGIN", "CLAIM_CONSENT_UNKNOWN", "VIEW_COUNT_DISAGREES"] as const),
    ),
    lie("a page's form", change("PageOpened", { form: 1n }), "CONSENT_BOUND_WRONGLY", "VIEW_PAGE_DISAGREES"),
    lie(
      "a page's custodian, nominated by nobody",
      after("PageOpened", "CustodianChanged", () => [
        bound().page,
        setting.history.world.roles.stranger.address,
        setting.history.payee,
      ]),
      "ROLE_CHANGED_WRONGLY",
      "VIEW_PAGE_DISAGREES",
    ),
    lie(
      "accesses under a version to come",
      after("ConsentBound", "AccessesLogged", () => [bound().page, 3n, 1n]),
      "PAGE_VERSION_WRONG",
    ),
    lie(
      "a binding's calldata",
      calldata(() => "0x"),
      "CONSENT_PROOF_MISSING",
    ),
    lie(
      "a binding's proof",
      calldata((input) => `${input.slice(0, -64)}${"0".repeat(63)}1`),
      "CONSENT_PROOF_INVALID",
    ),
    lie(
      "a binding's circuit, which is of another family",
      calldata((input) => `${input.slice(0, 74)}${circuitIdOf("own-slot", 1).slice(2)}${input.slice(138)}`),
      "CONSENT_CIRCUIT_WRONG",
    ),
    lie(
      "a binding that its receipt tells otherwise",
      eventAlone("ConsentBound", rights({ until: 39_000_000 })),
      "DATA_RECEIPT_DISAGREES",
    ),
    lie(
      "a batch of consents that its receipt tells otherwise",
      eventAlone("ConsentsChanged", { root: 4_711n }),
      "DATA_RECEIPT_DISAGREES",
    ),
    lie(
      "a revocation by force that its receipt tells otherwise",
      eventAlone("ConsentRevokedByForce", { slot: 2n }),
      "DATA_RECEIPT_DISAGREES",
    ),
    lie(
      "a grantee's number that its receipt tells otherwise",
      eventAlone("GranteeRegistered", { grantee: 2n }),
      "DATA_RECEIPT_DISAGREES",
      "CONSENT_PROOF_INVALID",
    ),
    lie(
      "an event of the ledger in a receipt alone",
      () => ({
        transaction: (transaction) => ({
          ...transaction,
          logs: transaction.logs.flatMap((log) =>
            setting.lies.nameOf(log) === "ConsentBound"
              ? [log, { ...log, logIndex: log.logIndex + 1 }]
              : [log],
          ),
        }),
      }),
      "DATA_RECEIPT_DISAGREES",
    ),
    ...(
      [
        ["what is bound", "boundConsent", 1, 2n, "VIEW_CONSENT_DISAGREES"],
        ["until when a consent is bound", "boundConsent", 2, 2n, "VIEW_CONSENT_DISAGREES"],
        ["whether a bound consent is active", "isActive", 0, 1n, "VIEW_CONSENT_DISAGREES"],
        ["a slot's live bit", "isLive", 0, 1n, "VIEW_CONSENT_DISAGREES"],
        ["a page's live bits", "pageOf", 1, 0b111n, "VIEW_PAGE_DISAGREES"],
        ["a page's version", "pageOf", 4, 2n, "VIEW_PAGE_DISAGREES"],
        ["the insurer's number", "granteeOf", 0, 2n, "VIEW_GRANTEE_DISAGREES"],
        ["the number of pages", "pageCount", 0, 2n, "VIEW_COUNT_DISAGREES"],
        ["the registry of the ledger's circuits", "circuits", 0, 2n, "VIEW_CONTRACT_DISAGREES"],
      ] as const
    ).map(([what, view, position, value, code]) =>
      lie(`${what}, in the state`, () => ({ call: answering("ledger", view, position, value) }), code),
    ),
  ];
}
