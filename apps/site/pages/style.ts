/** The one style sheet of the pages, inlined so that a page is one request; the policy header allows exactly this text. */
export const style = `
:root{color-scheme:light dark;--ink:#1c2024;--soft:#555d66;--paper:#fff;--ground:#f2f4f6;--line:#cfd6dd;--act:#0b5cad;--on-act:#fff;--good:#176c3a}
@media (prefers-color-scheme:dark){:root{--ink:#edf0f2;--soft:#aab4bd;--paper:#1d2125;--ground:#121517;--line:#3d464e;--act:#7cbcff;--on-act:#0a1a2a;--good:#79d69c}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:grid;place-items:center;padding:1rem;background:var(--ground);color:var(--ink);font:1.0625rem/1.55 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main{width:100%;max-width:34rem;background:var(--paper);border:1px solid var(--line);border-radius:.75rem;padding:clamp(1.25rem,5vw,2.5rem)}
h1{font-size:1.5rem;line-height:1.25;margin:0 0 .75rem;text-wrap:balance}
p{margin:0 0 1rem;overflow-wrap:anywhere}
.soft{color:var(--soft);font-size:.9375rem}
form{margin:1.5rem 0 0}
fieldset{border:0;margin:0 0 1.25rem;padding:0}
legend{padding:0;font-weight:600;margin-bottom:.5rem}
.topic{display:grid;grid-template-columns:1.5rem 1fr;gap:.25rem .75rem;padding:.75rem 0;border-top:1px solid var(--line)}
.topic input{width:1.375rem;height:1.375rem;margin:.1rem 0 0;accent-color:var(--act)}
.topic label{font-weight:600;overflow-wrap:anywhere}
.topic p{grid-column:2;margin:0}
button{font:inherit;font-weight:600;min-height:3rem;padding:.5rem 1.25rem;border-radius:.5rem;border:2px solid var(--act);background:var(--act);color:var(--on-act);cursor:pointer;width:100%}
button.quiet{background:transparent;color:var(--act)}
a{color:var(--act);text-underline-offset:.15em}
:focus-visible{outline:3px solid var(--act);outline-offset:3px}
.done{border-inline-start:4px solid var(--good);padding-inline-start:.75rem}
@media (min-width:30rem){button{width:auto}}
`;
