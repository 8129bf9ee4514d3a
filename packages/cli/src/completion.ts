// SPDX-License-Identifier: GPL-3.0-or-later
import { CIRCUITS, catalogue, PROFILES } from "@vitalproof/sdk";
import type { Command, Option } from "commander";

export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof SHELLS)[number];

/** What can be typed after a command. */
type Place = {
  /** Names from the top, each after a blank: " log add"; empty for the program. */
  readonly at: string;
  readonly description: string;
  readonly commands: readonly { readonly name: string; readonly description: string }[];
  readonly options: readonly Choice[];
  /** What its arguments can be; empty where they are files, numbers or nothing. */
  readonly words: readonly string[];
};

type Choice = {
  readonly name: string;
  readonly description: string;
  /** Whether a value follows, and the words that it can be where there is a list. */
  readonly takesValue: boolean;
  readonly values: readonly string[];
};

/** Names that the SDK lists, for options whose parsers know them and commander does not. */
function listedValues(): Readonly<Record<string, readonly string[]>> {
  return {
    "--question": catalogue().map(({ name }) => name),
    "--circuit": Object.keys(CIRCUITS),
    "--profile": Object.keys(PROFILES),
  };
}

/** A completion script, made of the commands and options that there are. */
export function completionScript(program: Command, shell: Shell): string {
  const places = placesOf(program);
  return { bash, zsh, fish }[shell](places);
}

function placesOf(program: Command): Place[] {
  const listed = listedValues();
  const choice = ({ long, description, argChoices, required, optional }: Option): Choice => ({
    name: long!,
    description: plain(description),
    takesValue: required || optional,
    values: argChoices ?? listed[long!] ?? [],
  });
  const shared = program.options.filter(({ hidden }) => !hidden).map(choice);
  const below = (command: Command, at: string): Place[] => [
    {
      at,
      description: plain(command.description()),
      commands: command.commands.map((each) => {
        return { name: each.name(), description: plain(each.description()) };
      }),
      options: [
        ...(command === program ? [] : command.options.filter(({ hidden }) => !hidden).map(choice)),
        ...shared,
        { name: "--help", description: "show help", takesValue: false, values: [] },
      ],
      words: command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []),
    },
    ...command.commands.flatMap((each) => below(each, `${at} ${each.name()}`)),
  ];
  return below(program, "");
}

/** The first sentence, on one line, without what shells read. */
function plain(text: string): string {
  return text
    .split("\n")[0]!
    .replaceAll(/[`'"\\$]/g, "")
    .replaceAll(":", ",");
}

/** Patterns of a `case`, each quoted. */
function patterns(texts: readonly string[]): string {
  return texts.map((text) => `"${text}"`).join("|");
}

/** Lines of a `case` over place and option that offer the option's values. */
function valueCases(places: readonly Place[], offer: (values: readonly string[]) => string): string[] {
  return places.flatMap(({ at, options }) => {
    const listed = options.filter(({ values }) => values.length > 0);
    const free = options.filter(({ takesValue, values }) => takesValue && values.length === 0);
    return [
      ...listed.map(({ name, values }) => `    "${at} ${name}") ${offer(values)}; return ;;`),
      // Mostly a file.
      ...(free.length === 0
        ? []
        : [`    ${patterns(free.map(({ name }) => `${at} ${name}`))}) ${offer([])}; return ;;`]),
    ];
  });
}

function bash(places: readonly Place[]): string {
  const offer = (words: readonly string[]): string =>
    words.length === 0 ? "COMPREPLY=()" : `COMPREPLY=($(compgen -W "${words.join(" ")}" -- "$cur"))`;
  return `# vitalproof completion for bash. Use: source <(vitalproof completion bash)
_vitalproof() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}" at="" i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$at \${COMP_WORDS[i]}" in
      ${patterns(places.slice(1).map(({ at }) => at))}) at="$at \${COMP_WORDS[i]}" ;;
    esac
  done
  case "$at $prev" in
${valueCases(places, offer).join("\n")}
  esac
  case "$at" in
${places
  .map(({ at, commands, options, words }) => {
    const first = offer([...commands.map(({ name }) => name), ...words]);
    return `    "${at}") if [[ "$cur" == -* ]]; then ${offer(options.map(({ name }) => name))}; else ${first}; fi ;;`;
  })
  .join("\n")}
  esac
}
complete -o default -F _vitalproof vitalproof
`;
}

function zsh(places: readonly Place[]): string {
  const offer = (words: readonly string[]): string =>
    words.length === 0 ? "_files" : `compadd -- ${words.join(" ")}`;
  const described = (all: readonly { name: string; description: string }[]): string =>
    all.map(({ name, description }) => `'${name}:${description}'`).join(" ");
  return `#compdef vitalproof
# vitalproof completion for zsh. Use: write it to a file _vitalproof in a folder of $fpath.
_vitalproof() {
  local cur="\${words[CURRENT]}" prev="\${words[CURRENT-1]}" at="" i
  local -a found
  for ((i = 2; i < CURRENT; i++)); do
    case "$at \${words[i]}" in
      ${patterns(places.slice(1).map(({ at }) => at))}) at="$at \${words[i]}" ;;
    esac
  done
  case "$at $prev" in
${valueCases(places, offer).join("\n")}
  esac
  case "$at" in
${places
  .map(({ at, commands, options, words }) => {
    const first =
      commands.length === 0 ? offer(words) : `found=(${described(commands)}); _describe command found`;
    return `    "${at}") if [[ "$cur" == -* ]]; then found=(${described(options)}); _describe -o option found; else ${first}; fi ;;`;
  })
  .join("\n")}
  esac
}
if [ "$funcstack[1]" = "_vitalproof" ]; then _vitalproof "$@"; else compdef _vitalproof vitalproof; fi
`;
}

function fish(places: readonly Place[]): string {
  const lines = places.flatMap(({ at, commands, options, words }) => {
    const here = `complete -c vitalproof -n '__vitalproof_at "${at}"'`;
    return [
      ...commands.map(({ name, description }) => `${here} -f -a ${name} -d '${description}'`),
      ...(words.length === 0 ? [] : [`${here} -f -a '${words.join(" ")}'`]),
      ...options.map(({ name, description, takesValue, values }) => {
        const value = values.length > 0 ? ` -x -a '${values.join(" ")}'` : takesValue ? " -r" : "";
        return `${here} -l ${name.slice(2)}${value} -d '${description}'`;
      }),
    ];
  });
  return `# vitalproof completion for fish. Use: write it to ~/.config/fish/completions/vitalproof.fish
function __vitalproof_at
  set -l at ""
  for word in (commandline -opc)[2..-1]
    switch "$at $word"
      case ${places
        .slice(1)
        .map(({ at }) => `'${at}'`)
        .join(" ")}
        set at "$at $word"
    end
  end
  test "$at" = "$argv[1]"
end
${lines.join("\n")}
`;
}
