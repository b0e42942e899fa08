/** A report for people: a line a figure, named by where `--json` has it. */
export function summaryOf(report: object): string {
  const rows = rowsOf(report, [])
  const width = Math.max(...rows.map(([name]) => name.length))
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${value}\n`).join('')
}

type Row = readonly [name: string, value: string]

function rowsOf(value: unknown, path: readonly string[]): Row[] {
  if (value === undefined) return []
  if (Array.isArray(value)) return [[path.join(' '), `${value.length} of them`]]
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).flatMap(([name, inner]) => rowsOf(inner, [...path, name]))
  return [[path.join(' '), typeof value === 'number' ? value.toLocaleString('en') : String(value ?? 'not measured')]]
}
