import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
const read = (pattern: string): string =>
  globSync(pattern, { cwd: root })
    .map((file) => readFileSync(`${root}/${file}`, 'utf8'))
    .join('\n')

const sources = read('src/**/*.sol')
const tests = read('test/**/*.sol')
const errors = [...sources.matchAll(/^\s*error (\w+)\(/gm)].map(([, name]) => name!)
const events = [...sources.matchAll(/^\s*event (\w+)\(/gm)].map(([, name]) => name!)

const occurrences = (text: string, name: string): number => text.split(new RegExp(`\\b${name}\\b`)).length - 1

test('contracts › declare errors and events', () => {
  expect(errors.length).toBeGreaterThan(30)
  expect(events.length).toBeGreaterThan(15)
})

test.each(errors)('error %s › is thrown, and a test expects it', (name) => {
  expect(occurrences(sources, `revert ${name}`)).toBeGreaterThan(0)
  expect(occurrences(tests, name)).toBeGreaterThan(0)
})

test.each(events)('event %s › is emitted, and a test looks at it', (name) => {
  expect(occurrences(sources, `emit ${name}`)).toBeGreaterThan(0)
  expect(occurrences(tests, name)).toBeGreaterThan(0)
})
