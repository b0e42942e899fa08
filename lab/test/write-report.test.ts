import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { Key } from '../src/config/settings.ts'
import { writeReport } from '../src/simulate/spam/write-report.ts'
import { benchContext } from './support/bench-context.ts'

const report = { figures: Array.from({ length: 1_000 }, (_, i) => i) }
const page = { title: 'What spam costs', text: [], facts: [], sections: [] }

/** What is printed of a report. */
async function printed(...flags: readonly (readonly [Key, string])[]): Promise<string> {
  let text = ''
  const write = (part: string): void => {
    text += part
  }
  await writeReport({ config: benchContext(...flags).config, out: { write } }, report, () => page)
  return text
}

test('simulate spam --out › prints where report and page are, and no figures', async () => {
  const directory = join(await mkdtemp(join(tmpdir(), 'parley-report-')), 'new')
  onTestFinished(() => rm(join(directory, '..'), { recursive: true }))
  const paths = JSON.parse(await printed(['run.out', directory]))
  expect(paths).toEqual({ report: join(directory, 'report.json'), page: join(directory, 'index.html') })
  expect(JSON.parse(await readFile(paths.report, 'utf8'))).toEqual(report)
  expect(await readFile(paths.page, 'utf8')).toContain(page.title)
  expect(JSON.parse(await printed(['run.out', directory], ['run.json', 'true']))).toEqual(report)
})

test('simulate spam › prints the report where no directory is named', async () => {
  expect(JSON.parse(await printed())).toEqual(report)
  expect(await printed(['run.json', 'true'])).toBe(`${JSON.stringify(report)}\n`)
})
