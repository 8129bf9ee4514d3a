// SPDX-License-Identifier: GPL-3.0-or-later

/** Readable from a step away, in the light and in the dark. Contrast is 4.5 or more everywhere. */
export const STYLE = `
:root { color-scheme: light dark; --late: light-dark(#a3160f, #ff9d95); --line: light-dark(#c8ccd0, #4a4f55); }
* { box-sizing: border-box; }
body { margin: 0; background: light-dark(#fff, #16181b); color: light-dark(#16181b, #eceff1); font: 1.125rem/1.4 system-ui, sans-serif; }
#old { margin: 0; padding: 1rem 1.5rem; background: #5a3d00; color: #fff; font-weight: 600; }
header { padding: 1rem 1.5rem; color: #fff; }
header.well { background: #17652f; }
header.wrong { background: #9c1c14; }
header h1 { margin: 0; font-size: 1.75rem; }
header p { margin: 0.25rem 0 0; }
main { padding: 0 1.5rem 2rem; max-width: 80rem; }
h2 { font-size: 1.25rem; margin: 1.5rem 0 0.5rem; }
.problems li { margin: 0.5rem 0; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: 0.5rem 0.75rem 0.5rem 0; border-bottom: 1px solid var(--line); }
.late { color: var(--late); font-weight: 600; }
meter { width: 8rem; max-width: 100%; }
@media (max-width: 45rem) {
  main { padding: 0 1rem 2rem; }
  thead { position: absolute; clip-path: inset(50%); }
  table, tbody, tr, th[scope="row"], td { display: block; border: 0; padding: 0.125rem 0; overflow-wrap: anywhere; }
  tr { border-bottom: 1px solid var(--line); padding: 0.5rem 0; }
}
`;
