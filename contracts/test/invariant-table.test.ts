import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { mutants } from '../tools/mutant-list.ts'
import { verifierMutants } from '../tools/mutants-fraud.ts'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
const section = readme.split('## Invariants')[1]?.split('\n## ')[0] ?? ''
const rows = section.split('\n').flatMap((line) => {
  const cells = line.split(' | ').map((cell) => cell.replaceAll(/^\| | \|$/g, ''))
  return cells.length === 3 && !line.includes('---') ? [cells] : []
})
const named = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name as string)

describe('the table of invariants', () => {
  test('every invariant was seen to fail on a bug of the lists', () => {
    const known = new Set([...mutants, ...verifierMutants].map(({ name }) => name))
    const invariants = rows.slice(1)
    expect(invariants.length).toBeGreaterThan(15)
    for (const [invariant, , bugs] of invariants) {
      expect(named(bugs as string).length, invariant).toBeGreaterThan(0)
      for (const bug of named(bugs as string)) expect(known, `${bug}, of ${invariant}`).toContain(bug)
    }
  })

  test('every bug in a verifier belongs to an invariant', () => {
    const told = rows.flatMap(([, , bugs]) => named(bugs as string))
    for (const { name } of verifierMutants) expect(told).toContain(name)
  })
})
