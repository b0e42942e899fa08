import { escapeHtml } from './escape.ts'
import { tableNumber } from './numbers.ts'
import type { Plot, Table, Value } from './page.ts'

type Rows = Pick<Table, 'columns' | 'rows'>

export function tableHtml({ caption, columns, rows }: Table): string {
  return `<figure class="wide">${rowsHtml({ columns, rows }, caption)}</figure>`
}

/** The figures of a plot. */
export function plotRows(plot: Plot): Rows {
  const names = plot.series.map(({ name }) => name)
  if (plot.kind !== 'lines')
    return {
      columns: [plot.x, ...names],
      rows: plot.categories.map((category, at) => [category, ...plot.series.map(({ points }) => points[at])]),
    }
  const xs = [...new Set(plot.series.flatMap(({ points }) => points.map(([x]) => x)))].sort((a, b) => a - b)
  const at = plot.series.map(({ points }) => new Map(points))
  return { columns: [plot.x.label, ...names], rows: xs.map((x) => [x, ...at.map((values) => values.get(x))]) }
}

/** A table that scrolls by itself where it is wider than the page. */
export function rowsHtml({ columns, rows }: Rows, caption: string): string {
  const isText = (at: number): boolean => rows.some((row) => typeof row[at] === 'string')
  const head = columns.map((column, at) => {
    return `<th scope="col"${isText(at) ? ' class="text"' : ''}>${escapeHtml(column)}</th>`
  })
  const body = rows.map((row) => `<tr>${row.map(cellHtml).join('')}</tr>`).join('\n')
  const label = escapeHtml(caption)
  return `<div class="scroll" role="region" aria-label="${label}" tabindex="0"><table><caption>${label}</caption>
<thead><tr>${head.join('')}</tr></thead>
<tbody>${body}</tbody></table></div>`
}

function cellHtml(value: string | Value, at: number): string {
  const text =
    typeof value === 'string' ? escapeHtml(value) : Number.isFinite(value) ? tableNumber(value as number) : '–'
  if (at === 0) return `<th scope="row">${text}</th>`
  return typeof value === 'string' ? `<td class="text">${text}</td>` : `<td>${text}</td>`
}
