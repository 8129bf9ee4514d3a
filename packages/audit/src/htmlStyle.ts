// SPDX-License-Identifier: GPL-3.0-or-later
export const STYLE = `
:root{color-scheme:light dark;--bg:#fff;--fg:#1a1a1a;--soft:#5a5a5a;--line:#d5d5d5;--card:#f6f6f6;
--c1:#0072b2;--c2:#56b4e9;--c3:#b8860b;--c4:#d55e00;--c5:#aa3377;--c6:#117755;--bad:#b00020;--ok:#117755}
@media (prefers-color-scheme:dark){:root{--bg:#14171a;--fg:#ececec;--soft:#b0b4b8;--line:#3a3f44;--card:#1e2226;
--c1:#5aaee8;--c2:#9ad7ff;--c3:#f0c850;--c4:#ff9a57;--c5:#e79ac6;--c6:#5fd0a0;--bad:#ff8a95;--ok:#5fd0a0}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:72rem;padding:1.5rem;background:var(--bg);color:var(--fg);font:16px/1.5 system-ui,sans-serif}
h1{font-size:1.6rem;margin:0 0 .3rem}h2{font-size:1.2rem;margin:2rem 0 .5rem;border-bottom:1px solid var(--line)}
p{margin:.4rem 0}.soft,figcaption,caption{color:var(--soft);font-size:.9rem}
caption{text-align:left;padding:.2rem 0}
.verdict{padding:.8rem 1rem;border:2px solid;border-radius:.4rem;font-weight:600;margin:1rem 0}
.verdict.ok{border-color:var(--ok)}.verdict.bad{border-color:var(--bad)}
.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:.9rem}
th,td{text-align:left;padding:.25rem .5rem;border-bottom:1px solid var(--line);vertical-align:top}
th{background:var(--card)}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}
td.id{font-family:ui-monospace,monospace;font-size:.78rem;overflow-wrap:anywhere;min-width:9rem}
.error td:first-child,.broken td:nth-child(2){color:var(--bad);font-weight:600}
figure{margin:1rem 0}svg{width:100%;height:auto;background:var(--card);border-radius:.3rem}
.grid{stroke:var(--line)}.tick{fill:var(--soft);font-size:11px}
.legend{list-style:none;display:flex;flex-wrap:wrap;gap:.2rem 1rem;padding:0;margin:.3rem 0;font-size:.85rem}
.key{display:inline-block;width:.8rem;height:.8rem;margin-right:.35rem;border-radius:2px}
.o-paid,.m-paid,.l-paid{fill:var(--c6);background:var(--c6)}.o-owed,.m-owed{fill:var(--c2);background:var(--c2)}
.o-under-review,.m-reserved{fill:var(--c3);background:var(--c3)}.o-rejected{fill:var(--c5);background:var(--c5)}
.o-denied,.m-withdrawn{fill:var(--c4);background:var(--c4)}.m-free{fill:var(--c1);background:var(--c1)}
.a-anchored,.l-claim{fill:var(--c1);background:var(--c1)}.a-corrected{fill:var(--c3);background:var(--c3)}
path.a-missed{stroke:var(--bad);stroke-width:2;fill:none}.key.a-missed{background:var(--bad)}
circle.a-pending{fill:none;stroke:var(--soft);stroke-width:1.5}.key.a-pending{background:var(--soft)}
.a-link{stroke:var(--soft)}
@media print{body{max-width:none;padding:0;font-size:11px}h2{break-after:avoid}figure,tr{break-inside:avoid}.scroll{overflow:visible}}
`;
