// SPDX-License-Identifier: GPL-3.0-or-later
import type { Report } from "../report.ts";
import type { Spread } from "../statistics.ts";
import { number, seconds, table, when } from "../words.ts";

export function pageLines({ page }: Report): string[] {
  if (page === undefined) return [];
  const { views, proof, chromium } = page;
  const ms = ({ median, min, max }: Spread) => `${number(median)} (${number(min)}–${number(max)})`;
  return [
    "## The app in a browser",
    "",
    when(page),
    "",
    `Chromium ${chromium}. First visits under the conditions of Lighthouse's mobile runs: a processor four times as slow as this one, 1.6 Mbit/s, 150 ms`,
    "there and back. They are really slowed down, not computed. The page comes compressed from a plain web server. Milliseconds, medians",
    "with least and most. Lighthouse calls good: first paint below 1,800, largest below 2,500, blocking below 200, shift below 0.1.",
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
