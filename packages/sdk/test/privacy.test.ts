// SPDX-License-Identifier: GPL-3.0-or-later
import { inspect } from "node:util";
import { expect } from "chai";
import { Wallet } from "ethers";
import {
  anchorTree,
  checkTerms,
  claimWitness,
  codeOf,
  distributionTerms,
  enrolmentWitness,
  exportIdentity,
  FIELD,
  gapHeadOf,
  genesisOf,
  headAfter,
  headOf,
  Identity,
  Intake,
  importIdentity,
  Log,
  leafOf,
  memoryStore,
  packContext,
  packTerms,
  profileOf,
  randomFieldElement,
  type SignedHead,
  SimulatedDevice,
  storeRecords,
  termsForPeriod,
} from "../src/index.ts";

const profile = profileOf("test-16");
const DAY = profile.epochSeconds;
const FIRST = 20_000;

describe("T32: enumerating readings against what is public", () => {
  it("finds nothing for a one-reading epoch, with every other fact known, though the space is small", async function () {
    this.timeout(30_000);
    const subject = 1234n;
    const context = packContext({ profile: profile.id, offset: 0, epoch: FIRST });
    const log = await Log.create(memoryStore(), "log", {
      group: 1n,
      subject,
      profile: "test-16",
      offset: 0,
      firstEpoch: FIRST,
      genesis: 77n,
    });
    await log.append([{ time: FIRST * DAY + 60, value: 5, unit: "1" }]);
    await log.seal((FIRST + 1) * DAY);
    const record = log.epochs[0]!;
    const published = new Set([record.head, log.leaf(FIRST)]);

    const candidates = (salt: bigint): bigint[] =>
      Array.from({ length: 16 * profile.codes }, (_, guess) => {
        const codes = new Array<number>(16).fill(0);
        codes[Math.floor(guess / profile.codes)] = 1 + (guess % profile.codes);
        return headOf(profile, { previous: 77n, context, salt, codes });
      }).flatMap((head) => [head, leafOf(subject, context, head)]);
    // The right reading is among the guesses: with the salt the enumeration would succeed.
    expect(candidates(record.salt).some((value) => published.has(value))).to.equal(true);
    const withoutSalt = [0n, subject, record.salt + 1n].flatMap(candidates);
    expect(withoutSalt.some((value) => published.has(value))).to.equal(false);
    expect(record.salt >> 128n > 0n).to.equal(true);
  });

  it("finds no subject behind a genesis either", () => {
    const context = packContext({ profile: profile.id, offset: 0, epoch: FIRST });
    const genesis = genesisOf(5n, context, randomFieldElement());
    for (let subject = 0n; subject < 200n; subject++)
      expect(genesisOf(subject, context, 0n)).to.not.equal(genesis);
  });

  it("never repeats a salt over three hundred epochs", async function () {
    this.timeout(30_000);
    const log = await Log.create(memoryStore(), "log", {
      group: 1n,
      subject: 1n,
      profile: "test-16",
      offset: 0,
      firstEpoch: FIRST,
      genesis: 77n,
    });
    await log.seal((FIRST + 300) * DAY);
    expect(new Set(log.epochs.map(({ salt }) => salt)).size).to.equal(300);
  });
});

describe("T33: marker values", () => {
  const secret = 987654321987654321987654321n;
  const salt = 123123123123123123123123123123123123123123n;
  const marker = "273";
  const forbidden = [secret.toString(), secret.toString(16), salt.toString(), salt.toString(16)];

  function assertClean(what: string, ...values: unknown[]): void {
    for (const value of values) {
      const shown = [
        inspect(value, { depth: 20, showHidden: true }),
        JSON.stringify(value, (_, inner) => (typeof inner === "bigint" ? inner.toString() : inner)) ?? "",
        value instanceof Error ? `${value.message}${value.stack}` : "",
      ].join("\n");
      for (const word of forbidden) expect(shown, what).to.not.contain(word);
    }
  }

  async function thrown(act: () => unknown): Promise<unknown> {
    try {
      await act();
    } catch (error) {
      return error;
    }
    throw new Error("it was expected to throw");
  }

  it("secret, salt and codes are in no error and no serialisation of a witness", async () => {
    const terms = termsForPeriod(
      distributionTerms({
        circuit: "distribution-direct-test",
        share: { atLeast: 50 },
        band: { atLeast: 3 },
      }),
      FIRST,
    );
    const context = packContext({ profile: profile.id, offset: 0, epoch: FIRST + 1 });
    const codes = new Array<number>(16).fill(7);
    const first = headOf(profile, {
      previous: 5n,
      context: packContext({ profile: profile.id, offset: 0, epoch: FIRST }),
      salt,
      codes,
    });
    const head = headOf(profile, { previous: first, context, salt: salt + 1n, codes });
    const identity = new Identity(secret, new Uint8Array(32).fill(0xcd));
    const leaf = leafOf(identity.subject, context, head);
    const path = anchorTree([leaf, 9n]).path(leaf);
    const request = {
      circuit: "distribution-direct-test",
      terms,
      scope: 3n,
      previousHead: 5n,
      epochs: [
        { epoch: FIRST, salt, codes },
        { epoch: FIRST + 1, salt: salt + 1n, codes },
      ],
      path,
    };
    const witness = claimWitness(secret, request);
    expect(witness.publicInputs).to.deep.equal([identity.holder(3n), path.root, packTerms(terms), 3n]);
    assertClean("witness", witness, identity, enrolmentWitness(secret, { scope: 3n, policyHash: 4n }));

    const empty = { epoch: FIRST, salt, codes: new Array<number>(16).fill(1) };
    const failures = [
      () => claimWitness(secret, { ...request, previousHead: 6n }),
      () => claimWitness(secret, { ...request, epochs: request.epochs.slice(1) }),
      () => claimWitness(secret, { ...request, epochs: [request.epochs[1]!, request.epochs[0]!] }),
      () => claimWitness(secret, { ...request, epochs: [empty, { ...empty, epoch: FIRST + 1 }] }),
      () =>
        claimWitness(secret, {
          ...request,
          epochs: [{ ...request.epochs[0]!, salt: salt + FIELD }, request.epochs[1]!],
        }),
      () => claimWitness(secret, { ...request, path: { ...path, index: path.index ^ 1 } }),
      () => claimWitness(secret, { ...request, circuit: "glucose-day" }),
      () => claimWitness(secret + FIELD, request),
      () => claimWitness(secret, { ...request, scope: FIELD }),
      () =>
        claimWitness(secret, {
          ...request,
          epochs: [{ ...empty, codes: [salt as unknown as number] }, empty],
        }),
      () => headOf(profile, { previous: 1n, context, salt: salt + FIELD, codes }),
      () => new Identity(secret + FIELD, new Uint8Array(32)),
      async () =>
        importIdentity(await exportIdentity(identity, "long enough word", { logN: 14 }), "another word here"),
    ];
    for (const failure of failures) assertClean(String(failure), await thrown(failure));
  });

  it("a reading is in no error of the codec or the log", async () => {
    const glucose = profileOf("glucose-mg-dl-5min");
    const errors = [
      await thrown(() => codeOf(glucose, `${marker}.5`)),
      await thrown(() => codeOf(glucose, `${marker}x`)),
      await thrown(() => codeOf(glucose, `-${marker}`)),
    ];
    for (const error of errors) {
      const shown = `${inspect(error)}${JSON.stringify(error)}`.replaceAll(/:\d+:\d+/g, "");
      expect(shown).to.not.contain(marker);
    }
    const log = await Log.create(memoryStore(), "log", {
      group: 1n,
      subject: 1n,
      profile: "glucose-mg-dl-5min",
      offset: 0,
      firstEpoch: 1,
      genesis: 77n,
    });
    const report = await log.append([
      { time: 1 * 86_400, value: Number(`${marker}.5`), unit: "mg/dL" },
      { time: 1 * 86_400, value: marker, unit: "mmol/L" },
      { time: 1 * 86_400, value: marker, unit: "mg/dL" },
    ]);
    expect(
      `${inspect(report, { depth: 9 })}${JSON.stringify(log)}${inspect(log, { depth: 9 })}`,
    ).to.not.contain(marker);
  });

  it("what goes to intake holds no reading and no salt, nor do intake's errors and records", async () => {
    const store = memoryStore();
    let now = FIRST * DAY + 10;
    const intake = new Intake({
      records: storeRecords(store),
      group: 1n,
      intakeTime: 100,
      domain: { chainId: 1n, anchors: "0x00000000000000000000000000000000000000a1" },
      signer: Wallet.createRandom(),
      clock: () => now,
    });
    const { subject } = new Identity(secret, new Uint8Array(32).fill(0xcd));
    const device = new SimulatedDevice("ed25519", new Uint8Array(32).fill(0xab));
    await intake.registerPerson(subject);
    await intake.enrolDevice({ device, subject, profile: "test-16" });
    const log = await Log.create(
      memoryStore(),
      "log",
      await intake.openLog({ subject, profile: "test-16", offset: 0 }),
    );
    await log.append([{ time: FIRST * DAY + 60, value: 5, unit: "1" }]);
    now = (FIRST + 1) * DAY;
    await log.seal(now);
    const signed = await log.sign(FIRST, device);
    const sealed = log.epochs[0]!.salt;
    const records = async (): Promise<string[]> =>
      Promise.all((await store.keys("")).map(async (key) => key + (await store.read(key))));
    const told = [
      signed,
      await thrown(() => intake.submit({ ...signed, previous: 1n } satisfies SignedHead)),
    ];
    await intake.submit(signed);
    assertClean("intake", ...told, ...(await records()), device);
    for (const value of [...told, ...(await records())]) {
      expect(inspect(value, { depth: 9 })).to.not.contain(sealed.toString());
      expect(inspect(value, { depth: 9 })).to.not.contain("abababab");
    }
    expect(inspect(device, { showHidden: true })).to.not.contain("171, 171");
    expect(gapHeadOf(profile, 1n, 2n)).to.not.equal(headAfter(signed.previous, signed.inner));
  });

  it("the check's result is counts, and its text holds no single reading", () => {
    const codes = new Array<number>(16).fill(0).map((_, slot) => (slot === 3 ? 9 : 5));
    const terms = distributionTerms({
      circuit: "distribution-direct-test",
      share: { atLeast: 99 },
      band: { atMost: 7 },
    });
    const result = checkTerms(terms, [codes, codes]);
    expect(result.holds).to.equal(false);
    expect(result.failing.map(({ text }) => text)).to.deep.equal([
      "Share of all slots inside the band, missing counted as outside: needs at least 32 readings (100.00 %), has 30 readings (93.75 %): 2 readings (6.25 percentage points) too few.",
    ]);
  });
});
