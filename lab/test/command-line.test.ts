import { readFileSync } from 'node:fs'
import { type Call, createProgram, keysOf, product, settingOf, settingsTable, variableOf } from '@parley/cli'
import { describe, expect, it, test } from 'vitest'
import type { LabCommand } from '../src/command/command.ts'
import { checkout, labCommands } from '../src/commands.ts'
import { type Config, labSettings } from '../src/config/settings.ts'
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

/** Commands that nobody types: another one starts them. */
const typed = commands.filter(({ about }) => !/what `[^`]+` starts/.test(about))

/** What a command line is understood as; its help as it would be printed. */
function understood(args: readonly string[]): { readonly called: Call<Config>[]; readonly printed: string } {
  const called: Call<Config>[] = []
  let printed = ''
  const write = (text: string): void => {
    printed += text
  }
  const program = createProgram(checkout, { out: write, err: write }, (call) => called.push(call))
  try {
    program.parse([...args], { from: 'user' })
  } catch (error) {
    if ((error as { readonly exitCode?: number }).exitCode !== 0) throw new Error(printed, { cause: error })
  }
  return { called, printed }
}

/** Words of a line as a shell hands them over, without the variables before the command and where its output goes. */
const wordsOf = (line: string): string[] =>
  [...line.replace(/ > \S+$/, '').matchAll(/"([^"]*)"|\S+/g)]
    .map(([word, quoted]) => quoted ?? word)
    .slice(line.split(' ').indexOf('parley') + 1)

describe('help', () => {
  it.each(typed.map(({ name }) => name))('%s › has examples that are command lines of it', (name) => {
    const examples = commands.find((each) => each.name === name)?.examples ?? []
    expect(examples.length).toBeGreaterThan(0)
    const { printed } = understood([...name.split(' '), '--help'])
    for (const example of examples) {
      expect(printed).toContain(`  ${example}\n`)
      const { called } = understood(wordsOf(example.replace('0xROLLUP', `0x${'11'.repeat(20)}`)))
      expect(called.map(({ command }) => command.name)).toEqual([name])
      for (const [key, text] of called[0]?.flags ?? []) {
        // A word in capitals stands for what the reader has.
        if (/^[A-Z]+$/.test(text)) continue
        const { schema, fromText } = settingOf(settings, key)
        expect([key, schema.safeParse(fromText(text)).success]).toEqual([key, true])
      }
    }
  })

  it('tells allowed values and what counts when a flag is left out', () => {
    const { printed } = understood(['sequencer', '--help'])
    expect(printed).toMatch(
      /--verifier <auto\|portable\|system>[^[]*\[PARLEY_RUN_VERIFIER;\s+auto\s+when\s+left\s+out\]/,
    )
    expect(printed).toMatch(/--port <value>[^[]*\[PARLEY_RUN_PORT;\s+9600\s+when\s+left\s+out\]/)
    for (const name of ['sequencer', 'deploy', 'dev']) {
      const { keys } = commands.find((each) => each.name === name) as LabCommand
      const help = understood([name, '--help']).printed.replace(/\s+/g, ' ')
      for (const key of keys as readonly string[]) {
        const { flag, values } = settingOf(settings, key)
        if (values === undefined) continue
        // Where so many words leave no room beside them, they stand in the text.
        const told = [`--${flag} <${values.join('|')}>`, `Of ${values.join(', ')}.`].some((text) => help.includes(text))
        expect([flag, told]).toEqual([flag, true])
      }
    }
  })

  it('of a group says what its commands are about', () => {
    const groups = new Set<string>()
    for (const { name } of commands)
      for (let end = name.lastIndexOf(' '); end !== -1; end = name.lastIndexOf(' ', end - 1))
        groups.add(name.slice(0, end))
    // One that is a command itself says what it does.
    const alone = new Map(commands.map(({ name, about }) => [name, about]))
    expect(Object.keys(checkout.groups).toSorted()).toEqual([...groups].filter((each) => !alone.has(each)).toSorted())
    for (const group of groups) {
      const about = alone.get(group) ?? checkout.groups[group] ?? 'a group without a word'
      expect(understood([...group.split(' '), '--help']).printed.replace(/\s+/g, ' ')).toContain(about)
    }
  })

  it('of a flag that means one thing to a command says that one', () => {
    expect(understood(['keys', 'generate', '--help']).printed).not.toContain('page')
    expect(understood(['bench', 'all', '--help']).printed).not.toContain('secret key')
    expect(understood(['simulate', 'spam', '--help']).printed).not.toContain('secret key')
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
