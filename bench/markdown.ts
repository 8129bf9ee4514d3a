// SPDX-License-Identifier: GPL-3.0-or-later
import { CHAINS, type ChainProfile, costOn, DEFAULT_ASSUMPTIONS, fits } from "./chains.ts";
import type { BatchRow, Measured, PairRow, Report, SideFigures } from "./report.ts";
import type { Spread } from "./statistics.ts";
import { PEOPLE } from "./witness.ts";

export const number = (value: number) => value.toLocaleString("en");
export const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
export const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;

/** A table with the first column to the left and numbers to the right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  return [
    `| ${head.join(" | ")} |`,
    `|${head.map((_, i) => (i === 0 ? "---" : "--:")).join("|")}|`,
    ...rows.map((cells) => `| ${cells.join(" | ")} |`),
  ];
}

/**
 * The report for people.
 * @param plots names of the files in bench/plots
 */
export function markdown(report: Report, plots: ReadonlySet<string>): string {
  const plot = (file: string, words: string) => (plots.has(file) ? [`![${words}](plots/${file})`, ""] : []);
  const lines = [
    "<!-- SPDX-License-Identifier: GPL-3.0-or-later -->",
    "# What it costs",
    "",
    "Written by `npm run bench` out of [report.json](report.json) ([schema](report.schema.json)); do not edit. Each part says when",
    "and on what it was measured, and rows with a day of their own are of that day. Absolute times depend on the machine and on",
    "what else it does: read ratios, which are of one run. Keys are development keys, which changes no time or size.",
    "",
    "## Targets",
    "",
    ...table(
      ["target", "wanted", "measured", "met"],
      report.targets.map(({ target, wanted, value, met }) => [
        target,
        wanted,
        value === null ? "not run" : number(value),
        met === null ? "" : met ? "yes" : "**no**",
      ]),
    ),
    "",
    ...constraintLines(report, plot),
    ...provingLines(report, plot),
    ...growthLines(report, plot),
    ...keyLines(report, plot),
    ...gasLines(report, plot),
    ...pageLines(report),
  ];
  return `${lines
    .join("\n")
    .replace(/\n{3,}/g, "\n\n")
    .trimEnd()}\n`;
}

type Plot = (file: string, words: string) => string[];

function when({ measured, full, environment, seconds: took }: Measured): string {
  const { cpu, cores, memory, platform, node, versions } = environment;
  const tools = Object.entries(versions)
    .map(([tool, version]) => `${tool} ${version}`)
    .join(", ");
  return `*${measured}${full ? ", full run" : ""}, ${number(took)} s, ${cpu}, ${cores} cores, ${memory} GB, ${platform}, Node ${node}, ${tools}.*`;
}

/** The day of a row where it is not that of its part. */
const day = (row: { measured: string }, part: Measured) =>
  row.measured === part.measured ? "" : row.measured;

function constraintLines({ constraints }: Report, plot: Plot): string[] {
  if (constraints === undefined) return [];
  const times = (other: number | undefined, own: number) =>
    other === undefined ? "" : `${number(other)} (${(other / own).toFixed(2)} ×)`;
  return [
    "## Constraints",
    "",
    when(constraints),
    "",
    ...plot("constraints.svg", "constraints of one claim, ours and others"),
    "*Guide, bare* is the loop of `LessThan(32)` of the implementation guide over as many readings: 34 N − 1. It says nothing about",
    "whose readings they are. *Like for like* adds what our claims have (holder, log, membership at depth 20) with an unpacked",
    "Poseidon chain over the readings; once with the guide's one threshold, once with a share in a band. *Plain circomlib* is the",
    "circuit of our claim, packed and range-checked, with circomlib's comparators at the codes' own width. What had to be done to",
    "the guide's circuit so that it compiles is said in [guide.circom](circuits/guide.circom); [plain.circom](circuits/plain.circom) is the other.",
    "The guide's claims grow by a rule that four compiled sizes give and keep to the constraint; circuits other than `distribution`",
    "stand beside the guide's circuits for their size only, since those cannot say what they state.",
    "",
    ...table(
      [
        "instance",
        "readings",
        "ours",
        "domain",
        "guide, bare",
        "like for like, threshold",
        "like for like, band",
        "plain circomlib",
      ],
      constraints.instances.map((row) => [
        `\`${row.name}\``,
        row.epochs === 0 ? "" : number(row.epochs * row.slots),
        number(row.constraints),
        `2^${row.domain}`,
        times(row.guideLoop, row.constraints),
        times(row.guideBelow, row.constraints),
        times(row.guideShare, row.constraints),
        times(row.plain, row.constraints),
      ]),
    ),
    "",
    ...plot("instances.svg", "constraints of every instance"),
    "By part; sizes and times of every instance are in [docs/instances.md](../docs/instances.md).",
    "",
    ...partsTable(constraints.instances),
    "",
    "The circuits compared with:",
    "",
    ...table(
      ["circuit", "constraints", "domain", "parts", "", "measured"],
      constraints.comparisons.map((row) => [
        `\`${row.call}\``,
        number(row.constraints),
        `2^${row.domain}`,
        partsText(row.parts),
        row.how,
        day(row, constraints),
      ]),
    ),
    "",
  ];
}

/** Constraints by part of the main template, the largest first. */
export function partsTable(
  instances: readonly { readonly name: string; readonly parts: Readonly<Record<string, number>> }[],
): string[] {
  return [
    "| instance | parts of the main template |",
    "|---|---|",
    ...instances.map(({ name, parts }) => `| \`${name}\` | ${partsText(parts)} |`),
  ];
}

const partsText = (parts: Readonly<Record<string, number>>) =>
  Object.entries(parts)
    .sort(([, a], [, b]) => b - a)
    .map(([part, count]) => `${part} ${number(count)}`)
    .join(", ");

function provingLines({ proving }: Report, plot: Plot): string[] {
  if (proving === undefined) return [];
  const line = (row: PairRow, side: SideFigures, ratios: string[]) => [
    `\`${side.circuit}\``,
    number(side.constraints),
    `2^${side.domain}`,
    spread(side.witness),
    spread(side.proof),
    spread(side.total),
    seconds(side.cpu.median),
    `${Math.round(side.peakMemory / 1e6)} MB`,
    megabytes(side.zkeyBytes),
    ...ratios,
    day(row, proving),
  ];
  const times = (value: number) => `${value.toFixed(2)} ×`;
  const lines = [
    "## Proving",
    "",
    when(proving),
    "",
    ...plot("proving.svg", "proving times"),
    "snarkjs as the SDK's pool runs it, circuits compiled and keys in memory, both in turns (A B A B …) in one process after one",
    "proof of each that is not counted; median, and in brackets the fastest and the slowest. Every proof is verified, outside the",
    `measured time. Claims are of a day of ${number(PEOPLE)} people; each doubling of them is a level more to prove. *Processor* counts all`,
    "threads, so that others' work on the machine hardly shows. *Memory* is the most that a process of its own held while it made one",
    "proof of one circuit. *Times as fast* divides the other's median by ours: in all, and by processor time.",
    "",
  ];
  for (const row of proving.pairs) {
    lines.push(
      `### ${row.name}`,
      "",
      ...table(
        [
          "circuit",
          "constraints",
          "domain",
          "witness",
          "proof",
          "in all",
          "processor",
          "memory",
          "key",
          "times as fast",
          "by processor",
          "measured",
        ],
        [
          line(row, row.ours, [`**${times(row.ratio.total)}**`, times(row.ratio.cpu)]),
          line(row, row.other, ["1", "1"]),
        ],
      ),
      "",
      `${row.rounds} rounds. Witness ${times(row.ratio.witness)}, proof ${times(row.ratio.proof)}.`,
      "",
    );
  }
  return lines;
}

const spread = ({ median, min, max }: { median: number; min: number; max: number }) =>
  `${seconds(median)} (${(min / 1000).toFixed(1)}–${(max / 1000).toFixed(1)})`;

function growthLines(report: Report, plot: Plot): string[] {
  const { growth } = report;
  if (growth === undefined) return [];
  const timed = growth.readings.some(({ oursMs }) => oursMs !== undefined);
  const lines = [
    "## As work grows",
    "",
    when(growth),
    "",
    "### Readings",
    "",
    ...plot("readings.svg", "constraints as readings grow"),
    ...plot("readings-time.svg", "proving times as readings grow"),
    "Ours is the whole claim over readings of 8 bits, with whichever construction is the smaller at that size; the guide's loop like for",
    "like is the one with one threshold, by its rule where it was not compiled.",
    "",
    ...table(
      [
        "readings",
        "ours",
        "construction",
        "domain",
        "guide, bare",
        "like for like",
        ...(timed ? ["ours, time", "guide bare, time"] : []),
      ],
      growth.readings.map((row) => [
        number(row.readings),
        number(row.ours),
        row.construction,
        `2^${row.domain}`,
        `${number(row.guideLoop)} (${(row.guideLoop / row.ours).toFixed(2)} ×)`,
        `${number(row.guideBelow)} (${(row.guideBelow / row.ours).toFixed(2)} ×)`,
        ...(timed ? [row.oursMs, row.guideLoopMs].map((ms) => (ms === undefined ? "" : seconds(ms))) : []),
      ]),
    ),
    "",
    "### People anchored on one day",
    "",
    ...plot("people.svg", "off-chain time of a day's tree"),
    "The tree of the day's leaves and one path out of it, by the SDK's own `anchorTree`, and the gas of the transaction that anchors",
    "its root.",
    "",
    ...table(
      ["people", "tree", "one path", "depth", "gas of `anchor`"],
      growth.people.map((row) => [
        number(row.people),
        `${number(row.treeMs)} ms`,
        `${row.pathMs} ms`,
        number(row.depth),
        number(row.anchorGas),
      ]),
    ),
    "",
    "### Consents and policies",
    "",
    ...plot("flat-gas.svg", "gas beside other policies and consents"),
    "One patient's operations when so many policies and consents of others are there. The verifier is a mock here, so that *claim* is",
    "everything but the Groth16 verification, which knows nothing of a crowd.",
    "",
  ];
  const operations = Object.keys(growth.crowd[0]?.gas ?? {});
  lines.push(
    ...table(
      ["there already", ...operations, "measured"],
      growth.crowd.map((row) => [
        number(row.crowd),
        ...operations.map((operation) => number(row.gas[operation]!)),
        day(row, growth),
      ]),
    ),
    "",
    ...batchLines(report, plot),
  );
  return lines;
}

function batchLines({ growth, gas }: Report, plot: Plot): string[] {
  const rows = growth?.batches ?? [];
  if (rows.length === 0) return [];
  const assumptions = gas?.assumptions ?? DEFAULT_ASSUMPTIONS;
  const usd = (batch: BatchRow["batch"], chain: ChainProfile) =>
    costOn(chain, { ...batch, gas: batch.totalGas }, assumptions).usd / batch.claims;
  return [
    "### Claims in one transaction",
    "",
    ...plot("batches.svg", "gas per claim as claims in one transaction grow"),
    "`submitClaims` with claims of as many policies of one program, each of another holder with a consent and a proof of its own, on a",
    "chain without limits. The proofs were made from the published trapdoor of development keys, which the EVM cannot tell from others;",
    "the last row has proofs of the circuit, for periods of one policy, whose storage the first of them warms. *Verification* is the",
    "execution of the verifier: a single claim has the circuit's own, more have the batch verifier. *Storage* is all storage writes, one",
    "new slot (20,000) a claim; it is traced in small batches and the same for each claim of larger ones. *The rest* is the transaction,",
    "reads, checks, hashes and events. Money as in the last part.",
    "",
    ...table(
      [
        "claims",
        "gas per claim",
        "verification",
        "calldata",
        "storage",
        "the rest",
        "bytes of calldata",
        ...CHAINS.map(({ title }) => `${title}, USD a claim`),
        "one transaction on",
      ],
      rows.map(({ batch }) => {
        const storage =
          batch.storageGasPerClaim ??
          rows.find((row) => row.batch.newSlotsPerClaim === 1)?.batch.storageGasPerClaim;
        const rest =
          storage === undefined
            ? undefined
            : batch.totalGasPerClaim - batch.verificationGasPerProof - batch.calldataGasPerClaim - storage;
        return [
          `${number(batch.claims)}${batch.real ? ", real proofs" : ""}`,
          `**${number(batch.totalGasPerClaim)}**`,
          number(batch.verificationGasPerProof),
          number(batch.calldataGasPerClaim),
          storage === undefined ? "" : number(storage),
          rest === undefined ? "" : number(rest),
          number(batch.calldataBytes),
          ...CHAINS.map((chain) => usd(batch, chain).toPrecision(2)),
          CHAINS.filter(({ name }) => batch.fits[name] === true)
            .map(({ title }) => title)
            .join(", ") || "none",
        ];
      }),
    ),
    "",
    `Most claims in one transaction, between the sizes measured: ${CHAINS.map((chain) => `${chain.title} ${mostClaims(chain, rows)}`).join(", ")}.`,
    "",
  ];
}

/** Largest batch within a chain's limits; gas and calldata of sizes between two measured ones lie on a line. */
function mostClaims(chain: ChainProfile, rows: readonly BatchRow[]): number {
  const sizes = rows.map(({ batch }) => batch).filter(({ real }) => !real);
  let most = 0;
  for (const [i, to] of sizes.entries()) {
    const from = sizes[i - 1] ?? to;
    for (let claims = from.claims; claims <= to.claims; claims++) {
      const share = from === to ? 0 : (claims - from.claims) / (to.claims - from.claims);
      const between = (a: number, b: number) => a + share * (b - a);
      const cost = {
        gas: between(from.totalGas, to.totalGas),
        calldataBytes: between(from.calldataBytes, to.calldataBytes),
      };
      if (fits(chain, cost)) most = claims;
    }
  }
  return most;
}

function keyLines({ keys }: Report, plot: Plot): string[] {
  if (keys === undefined) return [];
  const rows = keys.rows.map((row) => {
    const { new: powers, contribute, preparePhase2, groth16Setup, total } = row.stockSeconds ?? {};
    const text = (value: number | undefined) => (value === undefined ? "" : `${value} s`);
    return [
      number(row.constraints),
      `2^${row.domain}`,
      megabytes(row.zkeyBytes),
      `${row.developmentKeySeconds} s`,
      ...[powers, contribute, preparePhase2, groth16Setup].map(text),
      total === undefined ? "not run" : `${total} s (${row.timesFaster} ×)`,
      day(row, keys),
    ];
  });
  return [
    "## Key set-up",
    "",
    when(keys),
    "",
    ...plot("keys.svg", "development keys and the stock path"),
    "A development key of the plugin against snarkjs's own path with powers of tau of the circuit's own size. Where the stock path is",
    "not run it takes many minutes. The circuits are Poseidon and bit decompositions, as claims are.",
    "",
    ...table(
      [
        "constraints",
        "domain",
        "key",
        "development key",
        "new",
        "contribute",
        "prepare phase 2",
        "set-up",
        "stock path in all",
        "measured",
      ],
      rows,
    ),
    "",
  ];
}

function gasLines({ gas }: Report, plot: Plot): string[] {
  if (gas === undefined) return [];
  const { date, ethereumGasGwei, dataGweiPerByte, etherUsd } = gas.assumptions;
  const usd = (value: number) => (value >= 1 ? value.toFixed(2) : value.toPrecision(2));
  return [
    "## Gas and money",
    "",
    when(gas),
    "",
    ...plot("gas.svg", "gas of every operation"),
    ...plot("claim-cost.svg", "one claim on each chain"),
    "Medians of the gas scenario with real proofs (`test/e2e/gas.test.ts`); the committed baseline is in [baselines](baselines/gas.json).",
    `**Prices are assumptions of ${date}**, not quotes: Ethereum ${ethereumGasGwei} gwei a unit of gas, a rollup's data ${dataGweiPerByte} gwei a byte,`,
    `${number(etherUsd)} USD an ether (\`--gas-price\`, \`--data-price\`, \`--eth-usd\`). On Ethereum data is the calldata's part of the gas; on the rollups it is`,
    "paid on top, by the bytes of the signed transaction:",
    "",
    ...CHAINS.map((chain) => {
      const limits = [
        chain.transactionGas === undefined ? "" : `at most ${number(chain.transactionGas)} gas`,
        chain.calldataBytes === undefined ? "" : `at most ${number(chain.calldataBytes)} bytes of calldata`,
      ].filter((limit) => limit !== "");
      return `- **${chain.title}**, ${Number(chain.gasGwei(gas.assumptions).toPrecision(3))} gwei a unit of gas${limits.length === 0 ? "" : `; a transaction: ${limits.join(", ")}`}: ${chain.note}.`;
    }),
    "",
    ...table(
      [
        "operation",
        "gas",
        "of it calldata",
        "calldata bytes",
        "transaction bytes",
        ...CHAINS.map(({ title }) => `${title}: execution + data, USD`),
      ],
      gas.operations.map((row) => [
        `\`${row.operation}\``,
        number(row.gas),
        number(row.calldataGas),
        number(row.calldataBytes),
        number(row.transactionBytes),
        ...row.chains.map((cost) => `${usd(cost.executionUsd)} + ${usd(cost.dataUsd)}`),
      ]),
    ),
    "",
  ];
}

function pageLines({ page }: Report): string[] {
  if (page === undefined) return [];
  const { views, proof, chromium } = page;
  const ms = ({ median, min, max }: Spread) => `${number(median)} (${number(min)}–${number(max)})`;
  return [
    "## The app in a browser",
    "",
    when(page),
    "",
    `Chromium ${chromium}. First visits as Lighthouse's mobile runs have them: a processor four times as slow as this one, 1.6 Mbit/s, 150 ms`,
    "there and back; slowed down for real, not computed. The page comes compressed from a plain web server. Milliseconds, medians with",
    "least and most. Lighthouse itself calls good: first paint below 1,800, largest below 2,500, blocking below 200, shift below 0.1.",
    "",
    ...table(
      ["view", "requests", "kB", "first paint", "largest paint", "blocking time", "layout shift"],
      views.map((view) => [
        `\`${view.view}\``,
        number(view.requests),
        number(Math.round(view.bytes / 1000)),
        ms(view.firstContentfulPaint),
        ms(view.largestContentfulPaint),
        ms(view.totalBlockingTime),
        String(view.cumulativeLayoutShift.median),
      ]),
    ),
    "",
    `A claim of \`${proof.circuit}\` from the press of the button to the checked proof, not slowed down: ${seconds(proof.first)} with the key to load`,
    `from the same machine, ${seconds(proof.kept)} with the key that the browser kept; in a process of Node's, in turns, ${seconds(proof.node)}: ${proof.ratio} times that.`,
    "",
  ];
}
