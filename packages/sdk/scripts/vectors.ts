// SPDX-License-Identifier: GPL-3.0-or-later
// Vectors for an implementation of the formats in another language; docs/protocol.md says what they mean.
// `npm run generate` writes them to test/vectors.
// Numbers are decimal strings, bytes are hex without prefix, addresses and digests with one.
import { fileURLToPath } from "node:url";
import { bytesToHex } from "@noble/hashes/utils.js";
import { TypedDataEncoder } from "ethers";
import {
  ATTESTATION_TYPES,
  anchorDayOf,
  anchorTree,
  attestationDigest,
  bigintText,
  CONSENT_GRANT_TYPES,
  CONSENT_REVOCATION_TYPES,
  type Consent,
  checkTerms,
  circuitIdOf,
  codeOf,
  consentIdOf,
  controllerOf,
  type DistributionTerms,
  deviceMessage,
  distributionTerms,
  type EpisodeTerms,
  episodeTerms,
  epochEnd,
  epochStart,
  FIELD,
  gapHeadOf,
  genesisOf,
  headOf,
  holderOf,
  Identity,
  type ImpactTerms,
  impactTerms,
  innerOf,
  leafOf,
  nodeOf,
  type ProfileName,
  packCodes,
  packContext,
  packTerms,
  policyHashOf,
  profileOf,
  RECEIPT_TYPES,
  type Receipt,
  type RegularityTerms,
  regularityTerms,
  SimulatedDevice,
  scopeOf,
  subjectOf,
  TAGS,
  type Terms,
  termsForPeriod,
} from "../src/index.ts";
import { type SeededRandom, seededRandom } from "../src/synthetic/random.ts";

export const VECTORS = fileURLToPath(new URL("../../../test/vectors/", import.meta.url));

const EDGES = [0n, 1n, 2n ** 128n, 2n ** 252n, FIELD - 1n];

/** All vector files by name; the same on every machine. */
export function makeVectors(): Record<string, string> {
  const random = seededRandom(20_261_120);
  const content = {
    tags: Object.entries(TAGS).map(([name, value]) => ({ name, value })),
    hashes: hashes(random),
    heads: heads(random),
    contexts: contexts(random),
    terms: terms(),
    checks: checks(seededRandom(20_261_121)),
    codes: codes(),
    trees: trees(random),
    signatures: signatures(),
    chain: chain(),
  };
  return Object.fromEntries(Object.entries(content).map(([name, cases]) => [`${name}.json`, format(cases)]));
}

function hashes(random: SeededRandom): object[] {
  const cases: object[] = [];
  const triples = [
    ...EDGES.map((edge) => [edge, edge, edge]),
    ...EDGES.map((edge, i) => [edge, EDGES[(i + 1) % EDGES.length]!, EDGES[(i + 2) % EDGES.length]!]),
    ...Array.from({ length: 20 }, () => [element(random), element(random), element(random)]),
  ] as [bigint, bigint, bigint][];
  for (const [a, b, c] of triples) {
    cases.push({ hash: "subject", inputs: [a], output: subjectOf(a) });
    cases.push({ hash: "holder", inputs: [a, b], output: holderOf(a, b) });
    cases.push({ hash: "genesis", inputs: [a, b, c], output: genesisOf(a, b, c) });
    cases.push({ hash: "leaf", inputs: [a, b, c], output: leafOf(a, b, c) });
    cases.push({ hash: "node", inputs: [a, b], output: nodeOf(a, b) });
  }
  return cases;
}

function heads(random: SeededRandom): object[] {
  const cases: object[] = [];
  for (const [name, count] of [
    ["test-16", 4],
    ["glucose-mg-dl-5min", 3],
    ["heart-rate-1s", 1],
    ["test-3x5", 2],
    ["doses-12h", 1],
    ["spo2-1s", 1],
    ["heart-rate-1min", 1],
    ["acceleration-20hz", 1],
  ] as const) {
    const profile = profileOf(name);
    const fillings = [
      new Array<number>(profile.slots).fill(profile.codes),
      ...Array.from({ length: count }, () => slots(random, profile.slots, profile.codes)),
    ];
    for (const filling of fillings) {
      const context = packContext({ profile: profile.id, offset: 1, epoch: random.integer(0, 2 ** 31) });
      const epoch = { previous: element(random), context, salt: element(random), codes: filling };
      cases.push({
        profile: name,
        ...epoch,
        words: packCodes(profile, filling),
        inner: innerOf(profile, epoch),
        head: headOf(profile, epoch),
      });
    }
    const context = packContext({ profile: profile.id, offset: 0, epoch: 7 });
    cases.push({ profile: name, gap: true, previous: 5n, context, head: gapHeadOf(profile, 5n, context) });
  }
  return cases;
}

function contexts(random: SeededRandom): object[] {
  const cases: object[] = [];
  for (const name of ["test-16", "glucose-mg-dl-5min", "heart-rate-1s"] as const) {
    const profile = profileOf(name);
    const last = profile.epochSeconds / 900 - 1;
    for (const [offset, epoch] of [
      [0, 0],
      [last, 1],
      [random.integer(0, last), 20_000],
      [random.integer(0, last), random.integer(0, 1_000_000)],
    ] as [number, number][]) {
      cases.push({
        profile: name,
        offset,
        epoch,
        context: packContext({ profile: profile.id, offset, epoch }),
        start: epochStart(profile, offset, epoch),
        end: epochEnd(profile, offset, epoch),
        anchorDay: anchorDayOf(profile, offset, epoch),
      });
    }
  }
  return cases;
}

function terms(): object[] {
  const offers: Terms[] = [
    distributionTerms({
      circuit: "glucose-day",
      band: { atLeast: 70, atMost: 180 },
      share: { atLeast: 70 },
    }),
    distributionTerms({
      circuit: "glucose-day",
      offset: 92,
      mean: { atLeast: 80, atMost: 154 },
      share: { atMost: 95 },
    }),
    distributionTerms({
      circuit: "glucose-14d",
      semantics: "of-valid",
      band: { atMost: 180 },
      share: { atLeast: "62.5", atMost: "99.99" },
      coverage: { atLeast: 70, atMost: 99 },
    }),
    distributionTerms({
      circuit: "heart-rate-hour",
      offset: 3,
      band: { atMost: 120 },
      share: { atLeast: 100 },
    }),
    distributionTerms({ circuit: "heart-rate-hour", mean: { above: 100 } }),
    distributionTerms({ circuit: "heart-rate-day", mean: { above: 40, below: 100 } }),
    distributionTerms({
      circuit: "glucose-mmol-14d",
      semantics: "of-valid",
      band: { atLeast: "3.9", atMost: "10.0" },
      share: { atLeast: 70 },
      coverage: { atLeast: 70 },
    }),
    distributionTerms({ circuit: "af-hour", band: { atMost: 0 }, share: { atLeast: 100 } }),
    episodeTerms({
      circuit: "spo2-hour-episodes",
      band: { below: 90 },
      minRun: { longerThan: 300 },
      runs: { atLeast: 1 },
    }),
    episodeTerms({
      circuit: "spo2-hour-episodes",
      offset: 2,
      band: { below: 90 },
      minRun: { longerThan: 300 },
      runs: { atMost: 0 },
    }),
    episodeTerms({
      circuit: "glucose-day-episodes",
      semantics: "of-valid",
      band: { below: 54 },
      minRun: { seconds: 900 },
      runs: { atLeast: 1, atMost: 3 },
      coverage: { atLeast: "70.25" },
    }),
    regularityTerms({
      circuit: "device-usage-30d",
      offset: 48,
      level: { sum: 240 },
      epochs: { atLeast: 21 },
    }),
    regularityTerms({
      circuit: "doses-30d",
      band: { atLeast: 1 },
      level: { readings: 2 },
      epochs: { atLeast: 27, atMost: 30 },
      share: { atLeast: "95.5", atMost: "99.99" },
      coverage: { atLeast: 80 },
    }),
    impactTerms({ circuit: "fall-window", magnitude: "2.51", count: { atLeast: 1 } }),
    impactTerms({
      circuit: "fall-window",
      semantics: "of-valid",
      magnitude: "2.5",
      minRun: { seconds: 0.1 },
      count: { atLeast: 1, atMost: 4 },
      coverage: { atLeast: 90 },
    }),
  ];
  return offers.flatMap((offer) =>
    [0, 20_000, 2 ** 32 - 1].map((epoch) => {
      const moved = termsForPeriod(offer, epoch);
      return { terms: moved, packed: packTerms(moved) };
    }),
  );
}

/** Circuits decided without a proof, small enough to follow by hand. */
function checks(random: SeededRandom): object[] {
  const base = distributionTerms({ circuit: "distribution-direct-test", coverage: { atLeast: 1 } });
  const distributions: Partial<DistributionTerms>[] = [
    { low: 4, high: 9, shareMin: 5_000 },
    { low: 4, high: 9, shareMin: 5_000, ofValid: true },
    { low: 4, high: 9, shareMax: 6_000 },
    { low: 4, high: 9, shareMax: 6_000, ofValid: true },
    { meanMin: 5, meanMax: 8 },
    { meanMin: 5, meanMax: 8, ofValid: true },
    { coverageMin: 8_000, coverageMax: 9_500, ofValid: true },
  ];
  const strict: Partial<DistributionTerms>[] = [
    { meanMin: 6, meanAbove: true },
    { meanMax: 7, meanBelow: true, ofValid: true },
  ];
  const run = episodeTerms({
    circuit: "episode-test",
    band: { atLeast: 3 },
    minRun: { slots: 3 },
    runs: { atLeast: 1 },
    coverage: { atLeast: 1 },
  });
  const episodes: Partial<EpisodeTerms>[] = [
    { runsMin: 3 },
    { runsMin: 0, runsMax: 3 },
    { runsMin: 2, runsMax: 4, ofValid: true },
    { minRun: 5, runsMin: 1, coverageMin: 9_000 },
  ];
  const day = regularityTerms({
    circuit: "regularity-test",
    band: { atLeast: 3 },
    level: { readings: 11 },
    epochs: { atLeast: 1 },
    coverage: { atLeast: 1 },
  });
  const days: Partial<RegularityTerms>[] = [
    { epochsMin: 2 },
    { epochsMin: 0, epochsMax: 1 },
    { sum: true, level: 85 },
    { sum: true, level: 85, epochsMin: 1, epochsMax: 1, ofValid: true },
    { shareMin: 6_500, shareMax: 7_500 },
  ];
  const fall = impactTerms({
    circuit: "impact-test",
    magnitude: 5,
    count: { atLeast: 5 },
    coverage: { atLeast: 1 },
  });
  const falls: Partial<ImpactTerms>[] = [
    {},
    { countMax: 8 },
    { minRun: 2, countMin: 2 },
    { minRun: 2, countMin: 0, countMax: 2 },
    { minRun: 2, countMin: 1, countMax: 2, ofValid: true },
  ];
  const spread = <T extends Terms>(offer: T, variants: readonly Partial<T>[]): Terms[] =>
    variants.map((variant) => ({ ...offer, ...variant }));
  const offers = [
    ...spread(base, [...distributions, ...strict]),
    ...spread(run, episodes),
    ...spread(day, days),
    ...spread(fall, falls),
  ];
  return offers.flatMap((offer) =>
    Array.from({ length: 6 }, () => {
      const profile = profileOf(offer.profile);
      const epochs = [0, 1].map(() => slots(random, profile.slots, profile.codes));
      const check = checkTerms(offer, epochs);
      const { holds, valid, inBand, failing } = check;
      return {
        terms: offer,
        epochs,
        holds,
        valid,
        inBand,
        ...(check.template === "episode" ? { runs: check.runs } : {}),
        ...(check.template === "regularity" ? { reached: check.reached } : {}),
        ...(check.template === "impact" ? { counted: check.counted } : {}),
        failing: failing.map(({ bound, by }) => ({ bound, by })),
      };
    }),
  );
}

function codes(): object[] {
  const values: [ProfileName, string[]][] = [
    [
      "glucose-mg-dl-5min",
      ["LOW", "0", "39", "39.9", "40", "40.0", "70", "180", "400", "400.5", "401", "HIGH"],
    ],
    ["glucose-mmol-l-5min", ["LOW", "2.1", "2.2", "3.9", "10", "10.0", "22.2", "22.3", "HIGH"]],
    ["spo2-1s", ["1", "89", "90", "100"]],
    ["device-usage-3h", ["0", "180"]],
    ["acceleration-20hz", ["LOW", "-8.01", "-8", "-0.02", "0", "1", "7.98", "8", "9"]],
  ];
  return values.flatMap(([profile, readings]) =>
    readings.map((value) => ({ profile, value, code: codeOf(profileOf(profile), value) })),
  );
}

function trees(random: SeededRandom): object[] {
  return [1, 2, 3, 5, 8, 13].map((size) => {
    const tree = anchorTree(Array.from({ length: size }, () => element(random)));
    return { leaves: tree.leaves, root: tree.root, paths: tree.leaves.map((leaf) => tree.path(leaf)) };
  });
}

function signatures(): object[] {
  const circuit = {
    group: 1n,
    subject: 2n,
    previous: 3n,
    inner: FIELD - 1n,
    context: packContext({ profile: 1, offset: 2, epoch: 3 }),
  };
  const message = deviceMessage(circuit);
  return (["p256", "ed25519"] as const).map((curve) => {
    const { publicKey } = new SimulatedDevice(curve, new Uint8Array(32).fill(1));
    return { curve, ...circuit, message: bytesToHex(message), secretKey: "01".repeat(32), publicKey };
  });
}

function chain(): object[] {
  const chainId = 31_337n;
  const claims = "0x00000000000000000000000000000000000000C1";
  const anchors = "0x00000000000000000000000000000000000000A1";
  const consents = "0x00000000000000000000000000000000000000e1";
  const attestation = {
    program: 3n,
    offerHash: `0x${"33".repeat(32)}`,
    holder: FIELD - 1n,
    controller: "0x00000000000000000000000000000000000000D1",
    payee: "0x0000000000000000000000000000000000000000",
    firstEpoch: 20_000,
    periods: 30,
    nonce: 1n,
    expiry: 2_000_000_000n,
  };
  const receipt: Receipt = { group: 1n, leaf: 5n, context: 7n, receivedAt: 1_700_000_000, anchorDay: 19_675 };
  const consent: Consent = {
    patient: attestation.controller,
    grantee: "0x00000000000000000000000000000000000000F1",
    purpose: `0x${"11".repeat(32)}`,
    program: 3n,
    from: 1_700_000_000,
    until: 1_800_000_000,
    receiptHash: `0x${"22".repeat(32)}`,
    nonce: 9n,
  };
  const deadline = 1_900_000_000n;
  const typed = (name: string, verifyingContract: string): object => ({
    name,
    version: "1",
    chainId,
    verifyingContract,
  });
  const { context, ...rest } = receipt;
  const secret = 123_456_789n;
  const walletSeed = Uint8Array.from({ length: 32 }, (_, i) => i);
  const policy = { chainId, claims, program: 3n, index: 0 };
  const scopes = "0x000000000000000000000000000000000000005C";
  return [
    ...[0n, 1n, 2n ** 64n - 1n].map((scopeNumber) => ({
      what: "scope",
      chainId,
      scopes,
      scopeNumber,
      scope: scopeOf({ chainId, scopes, scopeNumber }),
    })),
    { what: "circuitId", name: "glucose-day", version: 1, id: circuitIdOf("glucose-day", 1) },
    {
      what: "holderAttestation",
      chainId,
      claims,
      types: ATTESTATION_TYPES,
      attestation,
      digest: attestationDigest({ chainId, claims }, attestation),
      policyHash: policyHashOf({ chainId, claims }, attestation),
    },
    {
      what: "receipt",
      chainId,
      anchors,
      types: RECEIPT_TYPES,
      receipt,
      digest: TypedDataEncoder.hash(typed("Vitalproof Anchors", anchors), RECEIPT_TYPES, {
        ...rest,
        ctx: context,
      }),
    },
    {
      what: "consentGrant",
      chainId,
      consents,
      types: CONSENT_GRANT_TYPES,
      consent,
      deadline,
      id: consentIdOf(consent),
      digest: TypedDataEncoder.hash(typed("Vitalproof Consent", consents), CONSENT_GRANT_TYPES, {
        ...consent,
        deadline,
      }),
    },
    {
      what: "consentRevocation",
      chainId,
      consents,
      types: CONSENT_REVOCATION_TYPES,
      consentId: consentIdOf(consent),
      deadline,
      digest: TypedDataEncoder.hash(typed("Vitalproof Consent", consents), CONSENT_REVOCATION_TYPES, {
        consentId: consentIdOf(consent),
        deadline,
      }),
    },
    {
      what: "controller",
      walletSeed: bytesToHex(walletSeed),
      ...policy,
      address: controllerOf(new Identity(secret, walletSeed), policy).address,
    },
  ];
}

function element(random: SeededRandom): bigint {
  let value = 0n;
  for (let i = 0; i < 9; i++) value = (value << 32n) | BigInt(random.integer(0, 2 ** 32 - 1));
  return value % FIELD;
}

/** About a tenth of the slots missing. */
function slots(random: SeededRandom, count: number, highest: number): number[] {
  return Array.from({ length: count }, () => (random.uniform() < 0.1 ? 0 : random.integer(1, highest)));
}

/** One case per line, so that a change shows as the lines it touches. */
function format(cases: readonly object[]): string {
  const line = (one: object): string => JSON.stringify(one, bigintText);
  return `[\n${cases.map((one) => `  ${line(one)}`).join(",\n")}\n]\n`;
}
