import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Page, renderPage } from '@parley/lab/page'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { TestBrowser } from './support/browser.ts'

const nasty = '<img src="http://127.0.0.1:1/x" onerror="throw 1"> & "quoted"'

const page: Page = {
  title: 'All that a page can show',
  text: [`Text is text: ${nasty}`],
  facts: [
    ['machine', 'AnUncommonlyLongNameOfAMachineThatHasNoSpaceToBreakAtAnywhereInItsName'],
    [nasty, nasty],
  ],
  sections: [
    {
      title: 'Plots',
      text: [],
      parts: [
        {
          kind: 'lines',
          caption: `Lines over a logarithmic axis ${nasty}`,
          x: { label: 'messages per second', scale: 'log' },
          y: { label: 'bytes', scale: 'linear' },
          limit: { label: 'bound', at: 102 },
          series: [
            { name: 'all', points: [[1, 170], [10, 139], [10_000, undefined]] }, // biome-ignore format: points
            { name: nasty, points: [[1, 106], [100, 60]] }, // biome-ignore format: points
          ],
        },
        {
          kind: 'stacked-bars',
          caption: 'Bytes by column',
          x: 'messages per second',
          categories: ['1', '1,000'],
          y: { label: 'bytes', scale: 'linear' },
          series: ['index', 'member', 'digest'].map((name) => ({ name, points: [1, 2] })),
        },
        {
          kind: 'bars',
          caption: 'Rates',
          x: 'system',
          categories: ['Parley', 'a peer with a long name', nasty],
          y: { label: 'messages per second', scale: 'log' },
          series: [{ name: 'rate', points: [26_000, 3_700, undefined] }],
        },
        {
          kind: 'category-lines',
          caption: 'Latency',
          x: 'percentile',
          categories: ['p50', 'p99'],
          y: { label: 'milliseconds', scale: 'linear' },
          series: [{ name: 'accepted', points: [4, 26] }],
        },
        {
          kind: 'table',
          caption: 'A wide table',
          columns: Array.from({ length: 20 }, (_, number) => `column ${number}`),
          rows: [Array.from({ length: 20 }, (_, number) => number * 1_000_000)],
        },
      ],
    },
  ],
}

describe('page', () => {
  let browser: TestBrowser
  let directory: string
  let file: string

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'parley-page-'))
    file = join(directory, 'index.html')
    await writeFile(file, renderPage(page))
    browser = await TestBrowser.launch()
  })

  afterAll(async () => {
    await browser[Symbol.asyncDispose]()
    await rm(directory, { recursive: true })
  })

  test.each([320, 360, 1280])(
    'page › shows everything within %i pixels, without a request or an error',
    async (width) => {
      const visit = await browser.visit(file, { width })
      expect(await visit.visible('svg.plot')).toBe(4)
      expect(await visit.overflowing()).toEqual([])
      expect({ errors: visit.errors, requests: visit.requests }).toEqual({ errors: [], requests: [] })
    },
  )

  test('page › on a screen plots stand in a row that fills it', async () => {
    const { page: shown } = await browser.visit(file, { width: 1280 })
    const figures = await shown.locator('figure:not(.wide)').all()
    const boxes = await Promise.all(figures.map((figure) => figure.boundingBox()))
    const row = boxes.filter((box) => box?.y === boxes[0]?.y)
    expect(row.length).toBeGreaterThan(1)
    expect(Math.max(...row.map((box) => (box?.x ?? 0) + (box?.width ?? 0)))).toBeGreaterThan(0.9 * 1280)
  })

  test('page › text of any kind stays text', async () => {
    const { page: shown } = await browser.visit(file, { width: 360 })
    expect(await shown.locator('img, script').count()).toBe(0)
    expect(await shown.locator('dt').last().textContent()).toBe(nasty)
    expect(await shown.locator('svg.plot').first().getAttribute('aria-label')).toContain(nasty)
  })

  test('page › a table under each plot has its figures', async () => {
    const { page: shown } = await browser.visit(file, { width: 360 })
    await shown.locator('summary').first().click()
    const cells = await shown.locator('details[open] tbody tr').allInnerTexts()
    expect(cells.map((row) => row.split(/\s+/))).toEqual([
      ['1', '170', '106'],
      ['10', '139', '–'],
      ['100', '–', '60'],
      ['10,000', '–', '–'],
    ])
  })

  test('page › follows the scheme of its reader', async () => {
    const paper = async (colorScheme: 'light' | 'dark') => {
      const { page: shown } = await browser.visit(file, { width: 360, colorScheme })
      return shown.evaluate('getComputedStyle(document.body).backgroundColor')
    }
    expect(await paper('light')).not.toBe(await paper('dark'))
  })
})

describe('browser', () => {
  test('browser › finds what a page does wrong', async () => {
    await using browser = await TestBrowser.launch()
    const wrong = '<p style="width:2000px">wide</p><svg class="plot" width="0"></svg><script>missing()</script>'
    const visit = await browser.visit(`data:text/html,${wrong}<img src="http://127.0.0.1:1/x">`, { width: 360 })
    expect(await visit.visible('svg.plot')).toBe(0)
    expect(await visit.overflowing()).toEqual(['the page', 'p "wide"'])
    expect(visit.requests).toEqual(['http://127.0.0.1:1/x'])
    expect(visit.errors).toHaveLength(3)
  })
})
