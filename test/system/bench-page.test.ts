import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { benchmarks, reportPage } from '@parley/lab/bench'
import { renderPage } from '@parley/lab/page'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { madeUpReport } from './support/bench-report.ts'
import { TestBrowser } from './support/browser.ts'

/** What a reader must find, whatever else is there. */
const captions = [
  'Speed-up over lanes',
  'CPU time of one message by part',
  'Latency until accepted',
  'Latency until each level',
  'verified by a node that began with nothing',
  'Time a message over state size',
  'Memory a conversation of two over state size',
  'Bytes per message on DA by column',
  'DA capacity',
  'L2 gas per message by batch size',
  'Messages per second on the same messages in the same run',
]

describe('page of all benchmarks', () => {
  const page = reportPage(madeUpReport, benchmarks)
  const plots = page.sections.flatMap(({ parts }) => parts).filter(({ kind }) => kind !== 'table')
  let browser: TestBrowser
  let directory: string
  let file: string

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'parley-report-'))
    file = join(directory, 'index.html')
    await writeFile(file, renderPage(page))
    browser = await TestBrowser.launch()
  })

  afterAll(async () => {
    await browser?.[Symbol.asyncDispose]()
    await rm(directory, { recursive: true })
  })

  test('page of all benchmarks › the made-up report has every benchmark', () => {
    expect(Object.keys(madeUpReport.results).toSorted()).toEqual(benchmarks.map(({ name }) => name).toSorted())
  })

  test('page of all benchmarks › bars that are medians over repeats have whiskers', () => {
    const bars = plots.filter(({ kind }) => kind === 'bars')
    const spread = bars.filter((plot) => plot.kind === 'bars' && plot.series.some(({ spans }) => spans !== undefined))
    expect(spread.map(({ caption }) => caption.split(',')[0])).toEqual([
      'Messages per second',
      'Messages per second',
      'Messages per second',
      'Messages per second on the same messages in the same run',
    ])
    for (const plot of spread)
      for (const { points, spans = [] } of plot.kind === 'bars' ? plot.series : [])
        for (const [at, span] of spans.entries()) {
          if (span === undefined) continue
          expect(span.min).toBeLessThanOrEqual(points[at] as number)
          expect(span.max).toBeGreaterThanOrEqual(points[at] as number)
        }
  })

  test('page of all benchmarks › names things in words and not by keys', () => {
    const { facts, sections } = page
    const plotted = plots.flatMap((plot) => (plot.kind === 'bars' || plot.kind === 'stacked-bars' ? [plot.x] : []))
    const texts = [...facts.flat(), ...sections.flatMap(({ text }) => text), ...plotted].join(' ')
    expect(texts).not.toMatch(/\b(messagesPerSecond|etherUsd|l1GasGwei|blobGasGwei|tiaUsd|celestiaGasUtia)\b/)
    expect(plotted).not.toContain('what')
  })

  test.each([360, 1280])(
    'page of all benchmarks › shows every plot within %i pixels, alone and without an error',
    async (width) => {
      const visit = await browser.visit(file, { width })
      expect(await visit.visible('svg.plot')).toBe(plots.length)
      expect(await visit.overflowing()).toEqual([])
      expect({ errors: visit.errors, requests: visit.requests }).toEqual({ errors: [], requests: [] })
      const shown = await visit.page.locator('figcaption').allInnerTexts()
      for (const caption of captions) expect(shown).toContainEqual(expect.stringContaining(caption))
    },
  )

  test('page of all benchmarks › tells what failed, what was not reached and what is in doubt', async () => {
    const { page: shown } = await browser.visit(file, { width: 360 })
    const titles = await shown.locator('h2').allInnerTexts()
    expect(titles.slice(0, 2)).toEqual(['Failed', 'Bounds'])
    const verdicts = await shown.locator('section').nth(1).locator('tbody tr td:last-child').allInnerTexts()
    expect(new Set(verdicts)).toEqual(new Set(['reached', 'not reached', 'in doubt']))
    const doubts = await shown.locator('section').nth(1).locator('p').allInnerTexts()
    expect(doubts.join()).toMatch(/slower on 2 cores.*By CPU time.*0\.735/)
  })
})
