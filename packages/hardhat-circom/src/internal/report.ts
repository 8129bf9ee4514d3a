// SPDX-License-Identifier: GPL-3.0-or-later
import type { BuildEvent } from "../build.ts";

const STEP_NAMES: Readonly<Record<string, string>> = {
  compile: "compile",
  key: "key    ",
  export: "export ",
};

export interface Reporter {
  readonly report: (event: BuildEvent) => void;
  /** Ends the moving line; may be called again. */
  readonly finish: () => void;
}

/** One line per finished step; on a terminal also one moving line with what is under way. */
export function buildReporter(stream: NodeJS.WriteStream): Reporter {
  const moving = stream.isTTY === true;
  const running = new Map<string, { label: string; start: number; share: number | undefined }>();
  let drawn = false;
  const clear = () => {
    if (drawn) stream.write("\r\u001b[2K");
    drawn = false;
  };
  const draw = () => {
    if (!moving || running.size === 0) return;
    const parts = [...running.values()].map(({ label, start, share }) => {
      const seconds = Math.round((performance.now() - start) / 1000);
      return `${label} ${share === undefined ? "" : `${Math.floor(share * 100)} % `}${seconds} s`;
    });
    clear();
    stream.write(`  … ${parts.join(" | ")}`.slice(0, Math.max(20, (stream.columns || 80) - 1)));
    drawn = true;
  };
  const timer = moving ? setInterval(draw, 200) : undefined;
  timer?.unref();
  const line = (text: string) => {
    clear();
    stream.write(`${text}\n`);
    draw();
  };
  return {
    report: (event) => {
      if (event.kind === "unchanged") {
        line(`  ${event.instance}: up to date`);
        return;
      }
      const id = `${event.instance}/${event.step}`;
      const name = STEP_NAMES[event.step] ?? event.step;
      if (event.kind === "start") {
        running.set(id, {
          label: `${event.instance} ${name.trim()}`,
          start: performance.now(),
          share: undefined,
        });
        if (!moving) line(`  ${event.instance}: ${name.trim()} …`);
      } else if (event.kind === "progress") {
        const entry = running.get(id);
        if (entry !== undefined) entry.share = event.share;
      } else {
        running.delete(id);
        line(`  ${event.instance}: ${name} ${event.seconds.toFixed(1)} s  ${event.detail}`);
      }
    },
    finish: () => {
      clearInterval(timer);
      clear();
      running.clear();
    },
  };
}

/** One line of progress. */
export function tell(message: string): void {
  console.log(`  ${message} …`);
}
