import { drawPlot, looks } from './draw-plot.ts'
import { escapeHtml } from './escape.ts'
import type { Page, Plot, Section, Table } from './page.ts'
import { style } from './style.ts'
import { plotRows, rowsHtml, tableHtml } from './tables.ts'

/** Renders a page that needs nothing but itself: no script, no request, light and dark, from 320 pixels up. */
export function renderPage({ title, text, facts, sections }: Page): string {
  const factsHtml = facts.map(([label, value]) => `<dt>${escapeHtml(label)}</dt><dd>${escapeHtml(value)}</dd>`)
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<link rel="icon" href="data:,">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
</head>
<body>
<header><h1>${escapeHtml(title)}</h1>
${paragraphs(text)}
<dl>${factsHtml.join('\n')}</dl></header>
<main>
${sections.map(sectionHtml).join('\n')}
</main>
</body>
</html>
`
}

function paragraphs(text: readonly string[]): string {
  return text.map((each) => `<p>${escapeHtml(each)}</p>`).join('\n')
}

function sectionHtml({ title, text, parts }: Section): string {
  return `<section><h2>${escapeHtml(title)}</h2>
${paragraphs(text)}
<div class="parts">${parts.map(partHtml).join('\n')}</div></section>`
}

function partHtml(part: Plot | Table): string {
  if (part.kind === 'table') return tableHtml(part)
  const caption = escapeHtml(part.caption)
  return `<figure><figcaption>${caption}</figcaption>
${legendHtml(part)}
${drawPlot(part)}
<details><summary>Figures</summary>${rowsHtml(plotRows(part), part.caption)}</details></figure>`
}

/** In HTML and not in the drawing, so that long names wrap. */
function legendHtml({ series, kind, limit }: Plot): string {
  const isLine = kind === 'lines' || kind === 'category-lines'
  const items = (series.length < 2 ? [] : series).map(({ name }, number) => {
    const { color, dash } = looks[number % looks.length] as (typeof looks)[number]
    const border = isLine ? `border-top:3px ${dash} ${color}` : `height:10px;background:${color}`
    return `<li><span class="key" style="${border}"></span>${escapeHtml(name)}</li>`
  })
  // Beside its line it would lie on lines and bars.
  if (limit !== undefined)
    items.push(
      `<li><span class="key" style="border-top:2px dashed var(--limit)"></span>${escapeHtml(limit.label)}</li>`,
    )
  if (items.length === 0) return ''
  return `<ul class="legend">${items.join('')}</ul>`
}
