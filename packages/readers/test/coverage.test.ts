// SPDX-License-Identifier: GPL-3.0-or-later
//
// What a file says twice, says of another device or does not say at all never helps: over files of one sensor's day, from
// the text to the answer.
import { type Evaluation, evaluate, questionOf } from "@vitalproof/sdk";
import { expect } from "chai";
import fc from "fast-check";
import { readFile, textInput } from "../src/index.ts";

const START = 1_772_409_600;
const STEP = 300;
const DAY = 288;

/** One entry of a Nightscout site. */
type Entry = { readonly device: string; readonly time: number; readonly value: number };

/** What a sensor measured at each of its steps, with some seconds of jitter. Where `there` is false it was lost. */
const sensor = fc.record({
  phase: fc.integer({ min: 0, max: STEP - 1 }),
  steps: fc.array(
    fc.record({
      value: fc.integer({ min: 60, max: 200 }),
      jitter: fc.integer({ min: -30, max: 30 }),
      there: fc.boolean(),
    }),
    { minLength: DAY - 1, maxLength: DAY - 1 },
  ),
});
type Sensor = typeof sensor extends fc.Arbitrary<infer T> ? T : never;

function entriesOf({ phase, steps }: Sensor, device: string): Entry[] {
  return steps.flatMap(({ value, jitter, there }, i) =>
    there ? [{ device, time: START + 30 + phase + STEP * i + jitter, value }] : [],
  );
}

async function answerOf(entries: readonly Entry[]): Promise<Evaluation> {
  const text = JSON.stringify(
    entries.map(({ device, time, value }) => ({ device, type: "sgv", date: 1000 * time, sgv: value })),
  );
  const { readings } = await readFile(textInput(text), { now: START + 10 * 86_400 });
  return evaluate(readings, { entry: questionOf("time-in-range"), profile: "glucose-mg-dl-5min", offset: 0 });
}

const [phone, watch, other] = ["phone", "watch", "another sensor"];
const filled = (entries: readonly Entry[]) => entries.length > 0;
const decided = ({ valid, inBand, holds, mean }: Evaluation) => ({ valid, inBand, holds, mean });

describe("coverage is never invented", function () {
  const long = process.env.LONG === "1";
  this.timeout(long ? 1_200_000 : 120_000);
  const runs = { numRuns: long ? 2_000 : 40 };

  it("readings taken away never fill more slots, nor turn a failing answer into a holding one", async () => {
    await fc.assert(
      fc.asyncProperty(
        sensor,
        fc.array(fc.boolean(), { minLength: DAY, maxLength: DAY }),
        async (day, kept) => {
          const all = entriesOf(day, phone!);
          const left = all.filter((_, i) => kept[i]);
          fc.pre(filled(left));
          const [whole, part] = [await answerOf(all), await answerOf(left)];
          expect(part.valid).to.be.at.most(whole.valid);
          expect(part.valid).to.be.at.most(left.length);
          if (!whole.holds) expect(part.holds).to.equal(false);
        },
      ),
      runs,
    );
  });

  it("copies by the same device or another one change nothing", async () => {
    const copies = fc.array(fc.record({ of: fc.nat(DAY), after: fc.integer({ min: 1, max: 29 }) }), {
      maxLength: 300,
    });
    await fc.assert(
      fc.asyncProperty(sensor, copies, fc.constantFrom(phone!, watch!), async (day, copied, device) => {
        const all = entriesOf(day, phone!);
        fc.pre(filled(all));
        const again = copied.flatMap(({ of, after }) => {
          const original = all[of];
          return original === undefined ? [] : [{ ...original, device, time: original.time + after }];
        });
        // Another device never has more readings than the one it copies.
        const once = [
          ...new Map(
            again.map((entry) => [`${entry.device} ${entry.value} ${Math.floor(entry.time / STEP)}`, entry]),
          ).values(),
        ];
        const added = device === phone ? again : once.slice(0, all.length - 1);
        expect(decided(await answerOf([...all, ...added]))).to.deep.equal(decided(await answerOf(all)));
      }),
      runs,
    );
  });

  it("a second sensor's readings are never mixed in: the answer is that of one sensor alone", async () => {
    await fc.assert(
      fc.asyncProperty(sensor, sensor, async (one, two) => {
        const [first, second] = [entriesOf(one, phone!), entriesOf(two, other!)];
        fc.pre(filled(first) && filled(second));
        const both = decided(await answerOf([...first, ...second]));
        const alone = [decided(await answerOf(first)), decided(await answerOf(second))];
        // The one with more readings, and never the one that says what helps.
        expect(both).to.deep.equal(
          alone[first.length > second.length || (first.length === second.length && phone! < other!) ? 0 : 1],
        );
      }),
      runs,
    );
  });
});
