// SPDX-License-Identifier: GPL-3.0-or-later
import {
  AnchorClient,
  ASSURANCE_CLASSES,
  type AssuranceClass,
  anchorDayOf,
  assertPresentationAttestation,
  attestationDomainOf,
  attestHolder,
  ClaimsClient,
  type ClaimsDomain,
  DAY,
  type HolderAttestation,
  leafOf,
  profileOf,
  type SignedHead,
  type SignedReceipt,
  unpackContext,
  VitalproofError,
} from "@vitalproof/sdk";
import {
  ANCHOR_PATHS,
  ENROLMENT_REQUEST,
  HOLDER_ATTESTATION,
  LOG_OPENING,
  POLICY_APPLICATION,
  RECEIPTS,
  SIGNED_HEADS,
} from "@vitalproof/sdk/wire";
import { type Command, Option } from "commander";
import { verificationKeyOf } from "../artifacts.ts";
import { assertNoClinic, type Clinic, saveClinic, withClinic } from "../clinic.ts";
import { withChain } from "../connect.ts";
import { readDocument, writeDocument } from "../documentFiles.ts";
import { EXIT } from "../exit.ts";
import type { Io } from "../io.ts";
import { addressOption, big, element, needed, whole } from "../numbers.ts";
import { readRequest } from "../presentation.ts";
import { COST_HELP } from "../scryptCost.ts";
import { dayText, nameOfEpoch, parseDay, parseDuration, parseEpoch } from "../time.ts";
import { withVault } from "../vault.ts";
import { type WalletOptions, walletOf, withWalletOptions } from "../wallet.ts";

type Out = { out: string; force?: boolean };

const OUT = ["--out <file>", "where to write the answer"] as const;

export function registerAttester(program: Command, io: Io): void {
  const attester = program
    .command("attester")
    .description("a clinic's side: who wears which device, what was taken in, one root a day on the chain")
    .addHelpText(
      "after",
      "\nExamples:\n  vitalproof attester init --anchors 0x… --new-group --keystore clinic.json\n  vitalproof attester intake heads.json --keystore clinic.json --out receipts.json\n",
    );
  registerInit(attester, io);
  registerEnrol(attester, io);
  registerOpenLog(attester, io);
  registerIntake(attester, io);
  registerCloseDay(attester, io);
  registerAnchor(attester, io);
  registerPath(attester, io);
  registerAttestHolder(attester, io);
}

function registerInit(attester: Command, io: Io): void {
  type Options = WalletOptions & {
    anchors: string;
    group?: bigint;
    newGroup?: boolean;
    assurance: AssuranceClass;
    intakeTime: string;
    graceTime: string;
    correctionTime: string;
    scryptCost?: number;
  };
  withWalletOptions(attester.command("init"))
    .description("set a vault up to serve a group: one that is on the chain, or a new one")
    .requiredOption("--anchors <address>", "the anchor registry", addressOption)
    .option("--group <n>", "serve this group, whose attester the account is", big)
    .option("--new-group", "open a new group; its times and class never change")
    .addOption(
      new Option("--assurance <class>", "for a new group: what stands behind its devices")
        .choices(ASSURANCE_CLASSES)
        .default("self-attested"),
    )
    .option("--intake-time <time>", "for a new group: how long after its end an epoch may arrive", "6h")
    .option("--grace-time <time>", "for a new group: how long after that a day may be anchored", "12h")
    .option("--correction-time <time>", "for a new group: how long after that a day may be corrected", "2d")
    .option("--scrypt-cost <n>", `for a new vault: ${COST_HELP}`, whole)
    .addHelpText(
      "after",
      "\nExample:\n  vitalproof attester init --new-group --anchors 0x… --keystore clinic.json --vault ~/clinic\n",
    )
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      if ((options.group === undefined) === (options.newGroup !== true)) {
        throw new VitalproofError("USAGE", "Name a group with --group, or open one with --new-group.", {
          hint: "One of the two.",
        });
      }
      const times = {
        intakeTime: parseDuration(options.intakeTime),
        graceTime: parseDuration(options.graceTime),
        correctionTime: parseDuration(options.correctionTime),
      };
      const config = await withVault(
        io,
        options,
        async (vault) => {
          await assertNoClinic(vault);
          const made = await withChain(io, options, async (chain) => {
            const wallet = await walletOf(io, chain, options);
            const anchors = new AnchorClient(options.anchors, wallet);
            const group =
              options.group ??
              (
                await io.during("opening the group", () =>
                  anchors.createGroup({ ...times, assurance: options.assurance }),
                )
              ).result;
            const found = await anchors.group(group);
            if (found.attester !== wallet.address) {
              throw new VitalproofError(
                "NOT_ALLOWED",
                `Group ${group}'s attester is ${found.attester}, not ${wallet.address}.`,
                {
                  details: { group, attester: found.attester, account: wallet.address },
                },
              );
            }
            return { group, domain: await anchors.domain(), ...found };
          });
          await saveClinic(vault, made);
          return made;
        },
        { create: true, ...(options.scryptCost === undefined ? {} : { logN: options.scryptCost }) },
      );
      io.report(
        [
          `Group ${config.group} on chain ${config.domain.chainId}, class ${config.assurance}, attester ${config.attester}.`,
          `Heads arrive within ${config.intakeTime} s of an epoch's end; a day is anchored within ${config.graceTime} s after that.`,
        ],
        config,
      );
    });
}

function registerEnrol(attester: Command, io: Io): void {
  attester
    .command("enrol <request>")
    .description("file a person and a device; who the person is has been checked before, by people")
    .addHelpText(
      "after",
      "\nThis verifies nothing: it records what you have established.\n\nExample:\n  vitalproof attester enrol request.json\n",
    )
    .action(async (file: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<WalletOptions>();
      const { subject, profile, device } = await readDocument(io, ENROLMENT_REQUEST, file);
      await withClinic(io, options, { signs: false }, async ({ intake }) => {
        await intake.registerPerson(subject);
        await intake.enrolDevice({ device, subject, profile });
      });
      io.report(
        [
          `Filed: a person, and a device (${device.curve} ${device.publicKey}) for ${profile}.`,
          "Nothing was verified here: that the request is this person's, and the device theirs, is what you vouch for.",
        ],
        { subject, profile, device },
      );
    });
}

function registerOpenLog(attester: Command, io: Io): void {
  attester
    .command("open-log <request>")
    .description("open the log of an enrolled person and make its genesis")
    .option("--first-epoch <epoch>", "date, time or number; the one that runs now when left out")
    .requiredOption(...OUT)
    .option("--force", "replace the file")
    .addHelpText("after", "\nExample:\n  vitalproof attester open-log request.json --out opening.json\n")
    .action(async (file: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<WalletOptions & Out & { firstEpoch?: string }>();
      const { subject, profile: name, offset } = await readDocument(io, ENROLMENT_REQUEST, file);
      const profile = profileOf(name);
      const body = await withClinic(io, options, { signs: false }, async ({ intake, config }) => {
        const firstEpoch =
          options.firstEpoch === undefined
            ? {}
            : { firstEpoch: parseEpoch(profile, offset, options.firstEpoch) };
        const opening = await intake.openLog({ subject, profile: name, offset, ...firstEpoch });
        return { opening, domain: config.domain, attester: config.attester };
      });
      await writeDocument(io, LOG_OPENING, options.out, body, options);
      const { firstEpoch } = body.opening;
      io.report(
        [
          `Log of ${name} open from ${nameOfEpoch(profile, offset, firstEpoch)} (epoch ${firstEpoch}); ${options.out} is for the patient.`,
        ],
        { file: options.out, ...body },
      );
    });
}

function registerIntake(attester: Command, io: Io): void {
  withWalletOptions(attester.command("intake <heads>"))
    .description("take signed heads in, and answer with signed receipts")
    .requiredOption(...OUT)
    .option("--force", "replace the file")
    .addHelpText(
      "after",
      "\nHeads are taken in order; each refusal is in the answer with its reason, and makes the exit code 5.\n" +
        "\nExample:\n  vitalproof attester intake heads.json --keystore clinic.json --out receipts.json\n",
    )
    .action(async (file: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<WalletOptions & Out>();
      const { heads } = await readDocument(io, SIGNED_HEADS, file);
      const { subject, profile } = oneLog(heads, file);
      const body = await withClinic(io, options, { signs: true }, async (clinic) => {
        const { receipts, refused } = await takeIn(io, clinic, heads);
        const { head, nextEpoch } = await clinic.intake.stateOf(subject, profile.name);
        const { domain, group } = clinic.config;
        return {
          domain,
          group,
          subject,
          profile: profile.name,
          receipts,
          refused,
          state: { head, nextEpoch },
        };
      });
      await writeDocument(io, RECEIPTS, options.out, body, options);
      if (body.refused.length > 0) io.exitCode = EXIT.refused;
      io.report(
        [
          `${body.receipts.length} of ${heads.length} heads taken in; ${options.out} is for the patient.`,
          ...body.refused.map(({ epoch, code, message }) => `epoch ${epoch} refused: ${message} [${code}]`),
        ],
        {
          file: options.out,
          taken: body.receipts.length,
          refused: body.refused,
          nextEpoch: body.state.nextEpoch,
        },
      );
    });
}

/** Heads that came in one file are of one person and profile: the answer names both. */
function oneLog(heads: readonly SignedHead[], file: string) {
  const [first] = heads;
  const one =
    first !== undefined &&
    heads.every(
      ({ subject, context }) =>
        subject === first.subject && unpackContext(context).profile === unpackContext(first.context).profile,
    );
  if (one) return { subject: first.subject, profile: profileOf(unpackContext(first.context).profile) };
  throw new VitalproofError(
    "DOCUMENT_INVALID",
    `${file} does not hold the heads of one person and profile.`,
    {
      details: { heads: heads.length },
      hint: "Take each person's file in by itself.",
    },
  );
}

async function takeIn(io: Io, { intake }: Clinic, heads: readonly SignedHead[]) {
  const receipts: SignedReceipt[] = [];
  const refused: { epoch: number; code: VitalproofError["code"]; message: string }[] = [];
  await io.during("taking heads in", async (say) => {
    for (const [i, head] of heads.entries()) {
      say(`${i} of ${heads.length}`);
      try {
        receipts.push(await intake.submit(head));
      } catch (error) {
        if (!(error instanceof VitalproofError) || !error.code.startsWith("INTAKE_")) throw error;
        refused.push({
          epoch: unpackContext(head.context).epoch,
          code: error.code,
          message: error.shortMessage,
        });
      }
    }
  });
  return { receipts, refused };
}

function registerCloseDay(attester: Command, io: Io): void {
  attester
    .command("close-day <day>")
    .description("close a day and show its root, without writing it to the chain; it never changes again")
    .addHelpText("after", "\nExample:\n  vitalproof attester close-day 2026-03-02\n")
    .action(async (text: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<WalletOptions>();
      const day = parseDay(text);
      const closed = await withClinic(io, options, { signs: false }, ({ anchoring }) => anchoring.close(day));
      io.report(
        [
          closed === undefined
            ? `${dayText(day)} holds no head: there is nothing to anchor.`
            : `${dayText(day)}: root ${closed.root} over ${closed.leaves} ${closed.leaves === 1 ? "leaf" : "leaves"}.`,
        ],
        { day, date: dayText(day), root: closed?.root ?? null, leaves: closed?.leaves ?? 0 },
      );
    });
}

function registerAnchor(attester: Command, io: Io): void {
  withWalletOptions(attester.command("anchor"))
    .description("write the roots of closed days to the chain, once each")
    .option("--day <day>", "this day alone, a UTC date (default: every day that may be anchored now)")
    .addHelpText("after", "\nExample:\n  vitalproof attester anchor --keystore clinic.json\n")
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<WalletOptions & { day?: string }>();
      const wanted = options.day === undefined ? undefined : parseDay(options.day);
      const anchored = await withClinic(io, options, { signs: true }, (clinic) =>
        withChain(io, options, async ({ provider, chainId }) => {
          const { config, anchoring, signer, now } = clinic;
          if (chainId !== config.domain.chainId) throw otherChain(chainId, config.domain.chainId);
          const client = new AnchorClient(config.domain.anchors, signer.connect(provider));
          const done: { day: number; root: bigint; leaves: number; hash: string; gasUsed: bigint }[] = [];
          for (const day of wanted === undefined ? daysToAnchor(clinic, now) : [wanted]) {
            if (wanted === undefined && (await client.anchorOf(config.group, day)) !== undefined) continue;
            const closed = await anchoring.close(day);
            if (closed === undefined) continue;
            const { hash, gasUsed } = await io.during(`anchoring ${dayText(day)}`, () =>
              client.anchor(config.group, day, closed.root),
            );
            done.push({ ...closed, hash, gasUsed });
          }
          return done;
        }),
      );
      io.report(
        anchored.length === 0
          ? ["Nothing to anchor: no day with heads is open for it."]
          : anchored.map(
              ({ day, root, leaves, gasUsed }) =>
                `${dayText(day)}: root ${root} over ${leaves} ${leaves === 1 ? "leaf" : "leaves"}, ${gasUsed} gas`,
            ),
        { anchored: anchored.map((entry) => ({ ...entry, date: dayText(entry.day) })) },
      );
    });
}

/** Days whose intake is over and whose grace is not. */
function daysToAnchor({ config }: Clinic, now: number): number[] {
  const last = Math.ceil((now - config.intakeTime) / DAY) - 2;
  const first = Math.ceil((now - config.intakeTime - config.graceTime) / DAY) - 1;
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => first + i);
}

function registerPath(attester: Command, io: Io): void {
  type Options = WalletOptions & Out & { heads?: string; day?: string; leaf?: bigint };
  attester
    .command("path")
    .description("hand out the ways from leaves to their days' roots, which patients need for proofs")
    .option("--heads <file>", "for the heads of this file")
    .option("--leaf <n>", "for one leaf (`vitalproof log show --json` has it)", element)
    .option("--day <day>", "the anchor day of --leaf, a UTC date")
    .requiredOption(...OUT)
    .option("--force", "replace the file")
    .addHelpText("after", "\nExample:\n  vitalproof attester path --heads heads.json --out paths.json\n")
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      if ((options.heads === undefined) === (options.leaf === undefined)) {
        throw new VitalproofError("USAGE", "Name leaves with --heads FILE, or one with --leaf and --day.", {
          hint: "One of the two.",
        });
      }
      const leaves =
        options.heads === undefined
          ? [{ leaf: options.leaf!, day: parseDay(needed(options.day, "--day", "with --leaf")) }]
          : (await readDocument(io, SIGNED_HEADS, options.heads)).heads.map(leafAndDay);
      const body = await withClinic(io, options, { signs: false }, async ({ anchoring, config }) => ({
        group: config.group,
        paths: await io.during("looking paths up", () =>
          Promise.all(leaves.map(async ({ leaf, day }) => ({ day, ...(await anchoring.path(day, leaf)) }))),
        ),
      }));
      await writeDocument(io, ANCHOR_PATHS, options.out, body, options);
      io.report(
        [
          `${body.paths.length} ${body.paths.length === 1 ? "path" : "paths"} in ${options.out}, for the patient.`,
        ],
        {
          file: options.out,
          ...body,
        },
      );
    });
}

function leafAndDay({ subject, context, head }: SignedHead): { leaf: bigint; day: number } {
  const { profile, offset, epoch } = unpackContext(context);
  return { leaf: leafOf(subject, context, head), day: anchorDayOf(profileOf(profile), offset, epoch) };
}

function registerAttestHolder(attester: Command, io: Io): void {
  withWalletOptions(attester.command("attest-holder <application>"))
    .description("sign a holder attestation, after checking the enrolment proof over it")
    .option("--claims <address>", "the claims contract that you attest for", addressOption)
    .option("--request <file>", "instead: the presentation request of the verifier that you attest for")
    .requiredOption(...OUT)
    .option("--force", "replace the file")
    .addHelpText(
      "after",
      "\nThe program's scope is read from the claims contract, not from the application; with --request, from the request,\n" +
        "which you take from the verifier and not from the applicant. That whoever applies is the person filed under the\n" +
        "subject is for you to establish: no proof can.\n" +
        "\nExample:\n  vitalproof attester attest-holder application.json --claims 0x… --keystore clinic.json --out attestation.json\n",
    )
    .action(async (file: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<WalletOptions & Out & { claims?: string; request?: string }>();
      if ((options.claims === undefined) === (options.request === undefined)) {
        throw new VitalproofError(
          "USAGE",
          "Attest for a claims contract with --claims, or for a verifier with --request.",
          {
            hint: "One of the two.",
          },
        );
      }
      const application = await readDocument(io, POLICY_APPLICATION, file);
      const { attestation, subject, proof, publicInputs } = application;
      const { key } = await verificationKeyOf(io, options, "enrolment");
      const body = await withClinic(io, options, { signs: true }, async (clinic) => {
        const { domain, scopeNumber } = await attestedScope(io, options, clinic, attestation);
        const { intake, signer, now } = clinic;
        const signature = await attestHolder(
          { attestation, scopeNumber, subject, proof, publicInputs },
          { domain, signer, verificationKey: key, people: intake, now },
        );
        return { domain, attestation, signature };
      });
      await writeDocument(io, HOLDER_ATTESTATION, options.out, body, options);
      io.report(
        options.request === undefined
          ? [
              `Attested: holder ${attestation.holder} in program ${attestation.program}, controller ${attestation.controller}, ${attestation.periods} periods from epoch ${attestation.firstEpoch}.`,
              `${options.out} is for the insurer.`,
            ]
          : [
              `Attested: holder ${attestation.holder} to verifier ${body.domain.claims} on chain ${body.domain.chainId}.`,
              `${options.out} is for the verifier.`,
            ],
        { file: options.out, ...body },
      );
    });
}

/** For whom an attestation is signed, and in which of their scopes. */
async function attestedScope(
  io: Io,
  options: WalletOptions & { claims?: string; request?: string },
  { config }: Clinic,
  attestation: HolderAttestation,
): Promise<{ domain: ClaimsDomain; scopeNumber: bigint }> {
  if (options.request !== undefined) {
    const request = await readRequest(io, options.request);
    assertPresentationAttestation(attestation);
    if (request.group !== config.group) {
      throw new VitalproofError(
        "NOT_ALLOWED",
        `The request is about logs of group ${request.group}; this is group ${config.group}.`,
        { details: { given: request.group, group: config.group } },
      );
    }
    return { domain: attestationDomainOf(request), scopeNumber: request.scopeNumber };
  }
  const claims = needed(options.claims, "--claims", "without --request");
  return withChain(io, options, async ({ provider, chainId }) => {
    if (chainId !== config.domain.chainId) throw otherChain(chainId, config.domain.chainId);
    const { scope } = await new ClaimsClient(claims, provider).program(attestation.program);
    return { domain: { chainId, claims }, scopeNumber: scope };
  });
}

function otherChain(given: bigint, wanted: bigint): VitalproofError {
  return new VitalproofError("NOT_ALLOWED", `The node is on chain ${given}; the group is on ${wanted}.`, {
    details: { given, wanted },
    hint: "Name a node of the group's chain with --rpc.",
  });
}
