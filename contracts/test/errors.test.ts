import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
const read = (pattern: string): string =>
  globSync(pattern, { cwd: root })
    .map((file) => readFileSync(`${root}/${file}`, 'utf8'))
    .join('\n')

const sources = read('src/**/*.sol')
// Verifiers are tried from TypeScript, too, by real transactions.
const tests = read('test/**/*.sol') + read('../test/system/fraud-*.test.ts')
const errors = [...sources.matchAll(/^\s*error (\w+)\(/gm)].map(([, name]) => name!)
const events = [...sources.matchAll(/^\s*event (\w+)\(/gm)].map(([, name]) => name!)

const occurrences = (text: string, name: string): number => text.split(new RegExp(`\\b${name}\\b`)).length - 1

test('contracts › declare errors and events', () => {
  expect(errors.length).toBeGreaterThan(30)
  expect(events.length).toBeGreaterThan(15)
})

/** Thrown by proofs that only a forger with a well-formed batch of its own could write; met once the adversary is built, and then they leave this list. */
const notMetYet = ['Proof_OtherPlace', 'Proof_OtherShape', 'Proof_RecoveryFailed', 'OperationProof_ImpossibleDeposit']

test.each(errors)('error %s › is thrown', (name) => {
  expect(sources).toMatch(new RegExp(`revert (\\w+\\.)?${name}\\b`))
})

test.each(errors.filter((name) => !notMetYet.includes(name)))('error %s › a test expects it', (name) => {
  expect(occurrences(tests, name)).toBeGreaterThan(0)
})

test.each(notMetYet)('error %s › no test expects it yet', (name) => {
  expect(errors).toContain(name)
  expect(occurrences(tests, name)).toBe(0)
})

test.each(events)('event %s › is emitted, and a test looks at it', (name) => {
  expect(occurrences(sources, `emit ${name}`)).toBeGreaterThan(0)
  expect(occurrences(tests, name)).toBeGreaterThan(0)
})
