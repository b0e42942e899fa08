/** Looks of every page. */
export const style = `
:root { color-scheme: light dark; --ink: #1d2430; --paper: #fff; --card: #f5f7fa; --faint: #9aa3b0; --limit: #b3261e }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e9ee; --paper: #14181f; --card: #1d232d; --faint: #6b7482; --limit: #ff8a80 }
}
* { box-sizing: border-box }
body { margin: 0 auto; padding: 16px; max-width: 1320px; background: var(--paper); color: var(--ink);
  font: 16px/1.5 system-ui, "Segoe UI", Roboto, "Open Sans", sans-serif; overflow-wrap: break-word }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 8px }
h2 { font-size: 1.25rem; line-height: 1.3; margin: 40px 0 8px }
p { margin: 0 0 8px; max-width: 75ch }
dl { display: grid; grid-template-columns: fit-content(40%) minmax(0, 1fr); gap: 2px 16px; font-size: .875rem }
dt, dd { margin: 0; overflow-wrap: anywhere }
dt { opacity: .75 }
.parts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 380px), 1fr)); gap: 16px; align-items: start }
figure { margin: 0; padding: 12px; min-width: 0; background: var(--card); border-radius: 8px }
.wide { grid-column: 1 / -1 }
figcaption { font-weight: 600; font-size: .95rem; line-height: 1.35 }
.plot { display: block; width: 100%; height: auto; max-width: 640px; font-family: inherit }
.legend { display: flex; flex-wrap: wrap; gap: 2px 14px; list-style: none; margin: 6px 0; padding: 0; font-size: .85rem }
.key { display: inline-block; width: 20px; margin-right: 6px; vertical-align: middle }
summary { cursor: pointer; padding: 6px 0; font-size: .875rem }
.scroll { overflow-x: auto; background:
  linear-gradient(to right, var(--card) 40%, transparent) left / 40px 100% no-repeat local,
  linear-gradient(to left, var(--card) 40%, transparent) right / 40px 100% no-repeat local,
  linear-gradient(to right, var(--faint), transparent) left / 12px 100% no-repeat scroll,
  linear-gradient(to left, var(--faint), transparent) right / 12px 100% no-repeat scroll }
table { border-collapse: collapse; font-size: .875rem; font-variant-numeric: tabular-nums; min-width: 100% }
caption { text-align: left; font-weight: 600; padding-bottom: 6px }
details caption { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%) }
th, td { padding: 4px 10px 4px 0; text-align: right; vertical-align: top; border-bottom: 1px solid var(--faint) }
th:first-child, .text { text-align: left }
tbody th { font-weight: 400 }
`
