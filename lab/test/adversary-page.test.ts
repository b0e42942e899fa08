import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { trials } from '../src/adversary/run/trials.ts'

const page = readFileSync(new URL('../../docs/adversary.md', import.meta.url), 'utf8')

test('docs/adversary.md › lists every class with its ending and its bound', () => {
  const rows = [...page.matchAll(/^\| `([^`]+)` \| (.+) \| ([\d,]+) \|$/gm)].map((row) => row.slice(1))
  expect(rows).toEqual(trials.map(({ name, ends, gas }) => [name, ends, gas.toLocaleString('en-US')]))
})
