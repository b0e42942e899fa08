import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { commandsOf, filledIn, pages } from '../src/clean-machine/commands.ts'
import { programPath } from '../src/manifests/places.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** The commands of a page with these lines. */
function commandsIn(...lines: string[]) {
  const directory = mkdtempSync(join(tmpdir(), 'parley-page-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  writeFileSync(join(directory, 'page.md'), lines.join('\n'))
  return commandsOf(directory, 'page.md')
}

test('commands › are those of blocks that are typed, with their lines, here-documents whole', () => {
  const fence = '```'
  const lines = [
    '# Page',
    `${fence}sh`,
    'left out',
    fence,
    `${fence}sh run`,
    'cat > x <<END',
    'a',
    '',
    'END',
    'ls \\',
    '  x',
    fence,
  ]
  expect(commandsIn(...lines)).toEqual([
    { at: 'page.md:6', text: 'cat > x <<END\na\n\nEND' },
    { at: 'page.md:10', text: 'ls \\\n  x' },
  ])
  expect(() => commandsIn(`${fence}sh run`, 'ls')).toThrow('page.md ends within a block')
})

test('values › are put in by their words, and one that nothing is known of is named', () => {
  const command = { at: 'page.md:3', text: 'parley node --l2 https://YOUR-L2-RPC --rollup 0xROLLUP' }
  const values = new Map([['https://YOUR-L2-RPC', 'http://127.0.0.1:1']])
  expect(() => filledIn(command, values)).toThrow('page.md:3: nothing is known to put in for 0xROLLUP')
  values.set('0xROLLUP', '0x01')
  expect(filledIn(command, values)).toBe('parley node --l2 http://127.0.0.1:1 --rollup 0x01')
})

test.each(Object.entries(pages))('%s › its pages unpack to where units look, and start one', (_, paths) => {
  const texts = paths.flatMap((path) => commandsOf(root, path)).map(({ text }) => text)
  const [unpacked] = texts.flatMap((text) => /^tar .* --directory (\S+)$/.exec(text)?.[1] ?? [])
  expect(`${unpacked}/parley`).toBe(programPath)
  expect(texts.filter((text) => text.startsWith('systemctl enable --now parley-'))).toHaveLength(1)
})
