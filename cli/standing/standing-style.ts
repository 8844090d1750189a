/** How the report's page looks: by day and by night, on a phone, on a desk and on paper. The page carries it. */
export const pageStyle = `
:root {
  color-scheme: light dark;
  --page: #f4f5f8; --card: #ffffff; --line: #dfe3ea; --text: #1b2433; --quiet: #566073;
  --accepted: #2a6fb8; --pending: #c77a12; --bad: #b23a3a; --rail: #edf0f5; --link: #1d5fa8;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #12161d; --card: #1b212b; --line: #303947; --text: #e8ecf3; --quiet: #a6b0c0;
    --accepted: #5fa3ea; --pending: #e3a23f; --bad: #f08a84; --rail: #28303c; --link: #8fc0f5;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--page); color: var(--text); overflow-wrap: anywhere;
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
}
main { max-width: 1180px; margin: 0 auto; padding: 32px 24px 56px; }
h1 { margin: 0; font-size: 28px; line-height: 1.2; letter-spacing: -0.01em; }
h2 { margin: 0 0 2px; font-size: 17px; line-height: 1.3; }
p { margin: 0; }
.quiet { color: var(--quiet); }
header p { margin-top: 6px; }
.note {
  margin-top: 16px; padding: 10px 14px; background: var(--card); border: 1px solid var(--line);
  border-left: 4px solid var(--pending); border-radius: 6px;
}
.tiles { display: grid; grid-template-columns: repeat(6, 1fr); gap: 12px; margin: 24px 0 16px; padding: 0; list-style: none; }
.tiles li { padding: 14px 16px; background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
thead th { overflow-wrap: normal; }
.tiles b { display: block; font-size: 26px; line-height: 1.2; font-weight: 650; font-variant-numeric: tabular-nums; }
.tiles .unknown { font-size: 19px; line-height: 31px; font-weight: 500; color: var(--quiet); }
.tiles span { font-size: 13px; color: var(--quiet); }
.cards { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 16px; }
section { padding: 20px; background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
.wide { grid-column: 1 / -1; }
section > p { font-size: 13px; color: var(--quiet); }
.legend { display: flex; flex-wrap: wrap; gap: 4px 18px; margin: 10px 0 0; padding: 0; list-style: none; font-size: 13px; }
.legend svg { width: 11px; height: 11px; margin-right: 7px; vertical-align: -1px; }
svg .accepted { fill: var(--accepted); }
svg .pending { fill: var(--pending); }
svg .bad { fill: var(--bad); }
svg .rail { fill: var(--rail); }
svg .gridline { fill: var(--line); }
figure { margin: 14px 0 0; }
.plot { display: grid; grid-template-columns: auto 1fr; column-gap: 10px; }
.plot svg { display: block; width: 100%; height: 220px; }
.scale { display: flex; flex-direction: column; justify-content: space-between; height: 220px; text-align: right; }
.scale span { height: 0; line-height: 0; }
.scale, .months { font-size: 12px; color: var(--quiet); font-variant-numeric: tabular-nums; }
.months { grid-column: 2; display: grid; grid-template-columns: repeat(4, 1fr); margin-top: 6px; }
table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: 5px 10px 5px 0; text-align: left; vertical-align: middle; }
th:last-child, td:last-child { padding-right: 0; }
thead th { font-size: 12px; font-weight: 500; color: var(--quiet); border-bottom: 1px solid var(--line); }
tbody th { font-weight: 400; }
.bars { margin-top: 12px; }
.named { display: grid; grid-template-columns: minmax(9em, 2fr) 3fr; gap: 2px 12px; align-items: center; overflow-wrap: anywhere; }
.wide .named { grid-template-columns: minmax(9em, 15em) 1fr; }
.named svg { display: block; width: 100%; height: 16px; border-radius: 3px; }
.number { width: 1%; text-align: right; white-space: nowrap; overflow-wrap: normal; }
thead th.number { white-space: normal; }
.wide .bars .number { min-width: 5.2em; }
details { margin-top: 14px; }
summary { width: fit-content; color: var(--link); font-size: 13px; cursor: pointer; }
summary:focus-visible, .scroll:focus-visible { outline: 2px solid var(--link); outline-offset: 3px; border-radius: 3px; }
.scroll { margin-top: 8px; overflow-x: auto; }
.people { min-width: 42em; }
.people td, .people th { border-bottom: 1px solid var(--line); vertical-align: top; }
.people tbody th { min-width: 13em; overflow-wrap: anywhere; }
.people small { display: block; font-size: 13px; color: var(--quiet); }
.people .date { white-space: nowrap; }
footer { margin-top: 24px; font-size: 13px; color: var(--quiet); }
@media (max-width: 900px) { .tiles { grid-template-columns: repeat(3, 1fr); } .cards { grid-template-columns: minmax(0, 1fr); } }
@media (max-width: 520px) {
  main { padding: 20px 12px 40px; }
  h1 { font-size: 23px; }
  section { padding: 16px 14px; }
  .tiles { grid-template-columns: repeat(2, 1fr); gap: 8px; margin: 18px 0 12px; }
  .tiles li { padding: 10px 12px; }
  .cards { gap: 12px; }
  .plot svg, .scale { height: 170px; }
  .named, .wide .named { grid-template-columns: minmax(0, 1fr); }
  .wide .bars .number { min-width: 0; }
  .named svg { height: 10px; }
}
@media print {
  :root {
    --page: #ffffff; --card: #ffffff; --line: #c9ced6; --text: #000000; --quiet: #444444;
    --accepted: #2a6fb8; --pending: #c77a12; --bad: #b23a3a; --rail: #eeeeee; --link: #000000;
  }
  body { font-size: 12px; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  main { max-width: none; padding: 0; }
  section, .tiles li, tr { break-inside: avoid; }
  .long { break-inside: auto; }
  .scroll { overflow: visible; }
  .people { min-width: 0; }
  .months-table { display: none; }
}
`;
