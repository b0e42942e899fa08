import { readFileSync } from 'node:fs'
import { keysOf, product, settingOf, settingsTable, variableOf } from '@parley/cli'
import { describe, expect, it, test } from 'vitest'
import { checkout, labCommands } from '../src/commands.ts'
import { labSettings } from '../src/config/settings.ts'
import { renderCommands } from '../src/reference.ts'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
const { settings, commands } = checkout

test('laboratory › adds commands and keys to those of the product, and changes none', () => {
  expect(commands).toEqual([...labCommands, ...product.commands])
  expect(new Set(commands.map(({ name }) => name)).size).toBe(commands.length)
  expect(settings).toEqual({ ...product.settings, ...labSettings })
  expect(keysOf(settings)).toEqual([...keysOf(product.settings), ...keysOf(labSettings)])
  for (const { name, keys } of labCommands) {
    expect(keys).not.toBe('every')
    for (const key of keys) expect([name, key, settingOf(settings, key).flag]).not.toContain(undefined)
  }
})

describe('laboratory › its keys', () => {
  it('have variables and flags of their own', () => {
    const keys = keysOf(settings)
    expect(new Set(keys.map(variableOf)).size).toBe(keys.length)
    const flags = keys.map((key) => settingOf(settings, key).flag).filter((flag) => flag !== undefined)
    expect(new Set(flags).size).toBe(flags.length)
  })

  it.each(keysOf(labSettings))('%s › says what it does and takes its fallback', (key) => {
    const { about, fallback, schema } = settingOf(labSettings, key)
    expect(about).toMatch(/\.$/)
    if (fallback !== undefined && typeof fallback !== 'bigint') expect(schema.parse(fallback)).toEqual(fallback)
  })
})

test('docs/commands.md › is what the commands are; npm run commands writes it', () => {
  const page = readFileSync(new URL('../../docs/commands.md', import.meta.url), 'utf8')
  expect(page).toBe(renderCommands())
})

test('readme › names every command and lists every key as it is', () => {
  // npm run commands writes the table.
  expect(readme).toContain(settingsTable(labSettings))
  for (const { name } of labCommands) expect(readme).toContain(`\`${name}`)
})
