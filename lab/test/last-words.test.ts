import { expect, test } from 'vitest'
import { lastWords } from '../src/process/last-words.ts'

test('last words › what the command said of its end comes before what was logged after it', () => {
  const lines = ['{"level":"warn","msg":"slow"}', 'parley: JOURNAL_BROKEN: no space left on device', '{"level":"info"}']
  expect(lastWords(lines)).toBe('JOURNAL_BROKEN: no space left on device')
})

test('last words › of a log entry its text and fault, shortened', () => {
  expect(lastWords(['{"level":"error","msg":"ends","fault":{"code":"X"},"stack":"…"}'])).toBe('ends: X')
  expect(lastWords([`parley: ${'x'.repeat(9_000)}`]).length).toBeLessThan(250)
  expect(lastWords([])).toBe('it said nothing')
})
