import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { commands } from '../src/commands.ts'
import { keys, settingOf, variableOf } from '../src/config/config.ts'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')

function rowOf(key: (typeof keys)[number]): string {
  const { flag, fallback, about } = settingOf(key)
  const cells = [
    `\`${key}\``,
    flag === undefined ? '' : `\`--${flag}\``,
    fallback === undefined ? '' : `\`${fallback}\``,
    about,
  ]
  return `| ${cells.join(' | ')} |`
}

/** The table as the settings have it; paste it into the README when the test below says so. */
const table = ['| key | flag | fallback | |', '| --- | --- | --- | --- |', ...keys.map(rowOf)].join('\n')

test('readme › lists every configuration key as it is', () => {
  expect(readme).toContain(table)
})

test('readme › names every command and how variables are named', () => {
  for (const { name } of commands) expect(readme).toContain(`\`${name}`)
  expect(readme).toContain(`\`${variableOf('l1.beaconUrl')}\``)
})
