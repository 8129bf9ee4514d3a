// SPDX-License-Identifier: GPL-3.0-or-later
import { tmpdir } from "node:os";
import { expect } from "chai";
import type { Command } from "commander";
import { EXIT } from "../src/exit.ts";
import { buildProgram } from "../src/program.ts";
import { examplesOf, ioOf, vitalproof } from "./support.ts";

const world = { cwd: tmpdir() };

/** A command, and all that are below it, with their names from the top. */
function tree(command: Command, path: string[] = []): [string[], Command][] {
  return [[path, command], ...command.commands.flatMap((each) => tree(each, [...path, each.name()]))];
}

describe("help", () => {
  const program = buildProgram(ioOf(world));
  const all = tree(program);

  it("every command has an example of its own, whose options and arguments it takes", async () => {
    expect(all.length).to.be.greaterThan(50);
    for (const [path] of all) {
      const ran = await vitalproof(world, ...path, "--help");
      expect(ran.code, path.join(" ")).to.equal(EXIT.ok);
      const examples = examplesOf(ran.out);
      expect(examples, path.join(" ")).to.not.deep.equal([]);
      for (const words of examples) {
        expect(words.slice(0, path.length), words.join(" ")).to.deep.equal(path);
        assertRuns(words);
      }
    }
  });

  it("a mistyped command: the code ends the sentence, and the one that was meant is the hint", async () => {
    for (const [argv, said] of [
      [["prov"], "Unknown command 'prov'. [USAGE]\nDid you mean prove? See --help.\n"],
      [["device", "lst"], "Unknown command 'lst'. [USAGE]\nDid you mean list? See --help.\n"],
      [
        ["inspect", "x", "--zne", "UTC"],
        "Unknown option '--zne'. [USAGE]\nDid you mean --zone? See --help.\n",
      ],
    ] as const) {
      const { code, err } = await vitalproof(world, ...argv);
      expect([code, err]).to.deep.equal([EXIT.usage, said]);
    }
  });

  it("every command says what it does in whole sentences", () => {
    for (const [path, command] of all) {
      expect(command.description(), path.join(" ")).to.match(/^[A-Z][^;]*[.]$/);
    }
  });

  /** Words that name a command with all that it needs, and nothing that it does not know. */
  function assertRuns(words: readonly string[]): void {
    const line = words.join(" ");
    let command = program;
    const options = [...program.options];
    let at = 0;
    for (;;) {
      const next = command.commands.find((each) => each.name() === words[at]);
      if (next === undefined) break;
      command = next;
      options.push(...command.options);
      at += 1;
    }
    const given = new Set<string>();
    let values = 0;
    for (; at < words.length; at++) {
      const word = words[at]!;
      if (!word.startsWith("--")) {
        values += 1;
        continue;
      }
      const option = options.find(({ long }) => long === word);
      expect(option, `${line}: ${word}`).to.not.equal(undefined);
      given.add(word);
      if (!option!.required) continue;
      at += 1;
      expect(words[at], `${line}: a value of ${word}`).to.match(/^(?!--)./);
      while (option!.variadic && words[at + 1]?.startsWith("--") === false) at += 1;
    }
    const needed = command.registeredArguments.filter(({ required }) => required).length;
    const isList = command.registeredArguments.some(({ variadic }) => variadic);
    const most = isList ? Number.POSITIVE_INFINITY : command.registeredArguments.length;
    expect(values, line).to.be.within(needed, most);
    for (const { long, mandatory, defaultValue } of options) {
      if (mandatory && defaultValue === undefined) expect([...given], line).to.include(long);
    }
  }
});
