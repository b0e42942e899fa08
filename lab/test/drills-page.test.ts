import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { drillFamilies } from '../src/drill/run/families.ts'

const page = readFileSync(new URL('../../docs/drills.md', import.meta.url), 'utf8')

test('docs/drills.md › lists every drill with its fault, what must follow, and whether it is of the default set', () => {
  const rows = [...page.matchAll(/^\| `([^`]+)` \| (yes|no) \| (.+) \| (.+) \|$/gm)].map((row) => row.slice(1))
  const drills = drillFamilies.flatMap((family) => family.drills)
  expect(rows).toEqual(
    drills.map(({ name, byDefault, fault, expected }) => [name, byDefault ? 'yes' : 'no', fault, expected]),
  )
})
