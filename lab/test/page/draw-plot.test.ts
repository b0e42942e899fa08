import { expect, test } from 'vitest'
import { drawPlot } from '../../src/page/draw-plot.ts'
import type { CategoryPlot } from '../../src/page/page.ts'
import { renderPage } from '../../src/page/render-page.ts'

const plot = (scale: 'linear' | 'log', series: CategoryPlot['series']): string =>
  drawPlot({
    kind: 'bars',
    caption: 'Rates',
    x: 'system',
    categories: ['a', 'b'],
    y: { label: 'per second', scale },
    series,
  })

/** Figures along the axes. */
const labels = (svg: string): number[] =>
  [...svg.matchAll(/<text[^>]*>([\d,.]+)<\/text>/g)].map(([, text]) => Number(text?.replaceAll(',', '')))

const countOf = (svg: string, pattern: RegExp): number => svg.match(pattern)?.length ?? 0

test('plot › a logarithmic axis says so, and its bars are points, for lengths would lie', () => {
  const series = [{ name: 'rate', points: [44, 1] }]
  expect(plot('log', series)).toContain('per second, logarithmic')
  expect(plot('linear', series)).not.toContain('logarithmic')
  const bars = (svg: string): number => countOf(svg, /<path d="M[\d.]+ [\d.]+l[^"]*Z" fill="#3b82c4"/g)
  const dots = (svg: string): number => countOf(svg, /<path [^>]*transform="matrix[^>]*fill="#3b82c4"/g)
  expect([bars(plot('linear', series)), dots(plot('linear', series))]).toEqual([2, 0])
  expect([bars(plot('log', series)), dots(plot('log', series))]).toEqual([0, 2])
})

test('plot › a median over repeats has a whisker, for which the axis has room', () => {
  const bare = plot('linear', [{ name: 'rate', points: [10, 20] }])
  const spread = plot('linear', [{ name: 'rate', points: [10, 20], spans: [{ min: 5, max: 95 }, undefined] }])
  const lines = (svg: string): number => countOf(svg, /<path [^>]*stroke="var\(--ink\)"/g)
  expect(lines(spread) - lines(bare)).toBe(3)
  expect(Math.max(...labels(bare))).toBeLessThan(95)
  expect(Math.max(...labels(spread))).toBeGreaterThanOrEqual(95)
})

test('plot › the label of a bound is in the legend, where it lies on no line', () => {
  const limited: CategoryPlot = {
    kind: 'bars',
    caption: 'Rates',
    x: 'system',
    categories: ['a'],
    y: { label: 'per second', scale: 'linear' },
    limit: { label: 'what is bare', at: 5 },
    series: [{ name: 'rate', points: [4] }],
  }
  expect(drawPlot(limited)).not.toContain('what is bare')
  const page = renderPage({ title: '', text: [], facts: [], sections: [{ title: '', text: [], parts: [limited] }] })
  expect(page).toMatch(/<ul class="legend">.*what is bare<\/li><\/ul>/)
})
