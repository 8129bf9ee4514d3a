// SPDX-License-Identifier: GPL-3.0-or-later
import {
  type CatalogueEntry,
  catalogue,
  catalogueEntry,
  explainTerms,
  type Form,
  profileOf,
  type Question,
  termsForRequest,
} from "@vitalproof/sdk";
import type { Command } from "commander";
import type { Io, Json } from "../io.ts";

export function registerQuestions(program: Command, io: Io): void {
  const questions = program
    .command("questions")
    .description("List the named questions that can be checked and proven.")
    .addHelpText("after", "\nExamples:\n  vitalproof questions\n  vitalproof questions show time-in-range\n")
    .action(() => {
      const all = catalogue();
      const width = Math.max(...all.map(({ name }) => name.length));
      io.report(
        [
          ...all.map(({ name, title }) => `${name.padEnd(width)}  ${title}`),
          "`vitalproof questions show <name>` says where its numbers come from and what it means.",
        ],
        all.map(summary),
      );
    });
  questions
    .command("show <name>")
    .description("Say in words what a question means, where its numbers come from, and how it is proven.")
    .addHelpText("after", "\nExample:\n  vitalproof questions show cpap-usage\n")
    .action((name: string) => {
      const entry = catalogueEntry(name);
      io.report(
        entry.kind === "set" ? linesOfSet(entry) : linesOf(entry),
        entry.kind === "set" ? { ...summary(entry), members: entry.members } : detail(entry),
      );
    });
}

function summary(entry: CatalogueEntry): { readonly [name: string]: Json } {
  const { kind, name, title } = entry;
  if (entry.kind === "set") return { kind, name, title, relation: entry.relation };
  const forms = entry.forms.map(({ window, profile, circuit }) => {
    return { window, unit: profileOf(profile).ucum, profile, circuit: circuit ?? null };
  });
  return { kind, name, title, metric: entry.metric, template: entry.template, alert: entry.alert, forms };
}

function detail(entry: Question): Json {
  const forms = entry.forms.map((form) => ({
    window: form.window,
    unit: profileOf(form.profile).ucum,
    profile: form.profile,
    circuit: form.circuit ?? null,
    request: JSON.parse(JSON.stringify(form.request)) as Json,
    meaning: meaning(form),
    passing: form.passing.words,
    failing: form.failing.words,
  }));
  return { ...summary(entry), words: entry.words, about: entry.about, sources: entry.sources, forms };
}

function linesOfSet(entry: CatalogueEntry & { kind: "set" }): string[] {
  return [
    `${entry.name}: ${entry.title}`,
    entry.words,
    entry.relation === "all" ? "All of these together:" : "Each of these alone:",
    ...entry.members.map(({ name, window }) => `  ${name} (${window})`),
  ];
}

function linesOf(entry: Question): string[] {
  return [
    `${entry.name}: ${entry.title}`,
    entry.words,
    ...(entry.alert ? ["Also used as an alert."] : []),
    "Sources:",
    ...entry.sources.flatMap(({ citation, at, says }) => [
      `  ${citation}${/[.!?]$/.test(citation) ? "" : "."}`,
      `    ${at}`,
      `    ${says}`,
    ]),
    ...entry.forms.flatMap((form) => [
      `${form.window}, ${unitOf(form)}, ${form.profile}: ${form.circuit === undefined ? "without a proof only" : `proven by ${form.circuit}`}`,
      ...meaning(form).map((line) => `  ${line}`),
      `  Holds: ${form.passing.words}`,
      `  Does not hold: ${form.failing.words}`,
    ]),
  ];
}

/** What the terms of a form say; where there is no circuit there are no terms either. */
function meaning(form: Form): string[] {
  if (form.circuit === undefined) return [];
  return explainTerms(termsForRequest(form.circuit, form.request, form.offset));
}

function unitOf(form: Form): string {
  const { ucum } = profileOf(form.profile);
  return ucum === "1" ? "no unit" : ucum;
}
