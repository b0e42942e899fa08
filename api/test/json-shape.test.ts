import { expect, test } from 'vitest'
import { dearJson } from '../src/server/json-shape.ts'

test.each([
  ['nested arrays', '['.repeat(17) + ']'.repeat(17), 'deep'],
  ['nested objects', '{"a":'.repeat(17), 'deep'],
  ['many values', `[${'1,'.repeat(8_192)}1]`, 'values'],
  ['brackets behind a string that ends in a backslash', `["\\\\",${'['.repeat(17)}`, 'deep'],
])('dear JSON › %s', (_, text, reason) => {
  expect(dearJson(text)).toContain(reason)
})

test.each([
  ['as deep as may be', '['.repeat(16) + ']'.repeat(16)],
  ['one after another', `[${'[],'.repeat(8_000)}[]]`],
  ['brackets and commas in strings', JSON.stringify(['['.repeat(60_000), ',"\\"[{'.repeat(9_000)])],
  ['a string without an end', `"${'['.repeat(100)}`],
  ['nothing', ''],
])('dear JSON › not %s', (_, text) => {
  expect(dearJson(text)).toBeUndefined()
})

test.each(Array.from({ length: 20 }, (_, around) => [around]))(
  'dear JSON › %i arrays around an object two deep',
  (around) => {
    let nested: unknown = { text: '[{"', inner: [1, '\\'] }
    for (let i = 0; i < around; i += 1) nested = ['"]', nested]
    expect(dearJson(JSON.stringify(nested)) === undefined).toBe(around + 2 <= 16)
  },
)
