import type { Spread } from '@parley/execution/bench'
import type { Table } from '../../../page/page.ts'

/** What several measurements of each figure came to. */
export function spreadTable(caption: string, figures: Readonly<Record<string, Spread>>): Table {
  return {
    kind: 'table',
    caption,
    columns: ['figure', 'lowest', 'median', 'highest'],
    rows: Object.entries(figures).map(([name, { min, median, max }]) => [name, min, median, max]),
  }
}
