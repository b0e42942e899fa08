import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { product } from '../src/commands.ts'
import { variableOf } from '../src/config/config.ts'
import { settingsTable } from '../src/config/settings-table.ts'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')

test('readme › lists every configuration key as it is', () => {
  // npm run commands writes the table.
  expect(readme).toContain(settingsTable(product.settings))
})

test('readme › names every command and how variables are named', () => {
  for (const { name } of product.commands) expect(readme).toContain(`\`${name}`)
  expect(readme).toContain(`\`${variableOf('l1.beaconUrl')}\``)
})
