import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Each stands for something that has hurt another chain on its data layers. A test of the name may go on after it. */
const names = [
  'fees › tip from blob transactions',
  'beacon › 404 with a known block is unavailable',
  'beacon › next source',
  'beacon › start says which source cannot serve',
  'reader › empty slot beside the block',
  'archive › next URL',
  'nonces › lowest first',
  'nonces › holds at sixteen',
  'limits › six whatever the schedule says',
  'fees › only the lowest nonce',
  'fees › max with market',
  'signer › blobs stay out of the signer',
  'hysteresis',
  'abandon first',
  'start › bound is the minimum',
  'batcher › idle at the bound',
  'close › at every await',
  'alt-da › honours retry-after',
  'alt-da › only 503',
  'committee › reader needs no epoch',
  'committee › 413 names the limit',
  'node › unknown layer waits',
  'celestia › deadline on every call',
  'celestia › junk beside ours',
  'status › bounded',
  'reader › bytes bounded before decoding',
  'celestia › ambiguous texts',
  'celestia › one queue',
  'celestia › own price when the estimator fails',
  'committee › re-attests what expired unclaimed',
  'audit › runs on a schedule',
  'start › policy and deployment agree',
  'status › lost never on an error',
]

/** Where tests of data layers are, and the suite that all adapters pass. */
const places = [
  '{batcher,cli,da-adapters,da-node,node}/test/**/*.test.ts',
  'lab/test/celestia/*.test.ts',
  'protocol/src/compliance/*.ts',
]

const group = /\bdescribe(?:\.each\([^)]*\))?\(\s*'([^']+)'/g
const tested = /\b(?:test|it)(?:\.each(?:<[^>]*>)?\([^)]*\))?\(\s*'([^']+)'/g
const shared = /\bwithAdapter\(\s*\w+,\s*'([^']+)'/g

/** Titles of a file's tests, alone and after each of its groups. */
function titlesOf(path: string): string[] {
  const source = readFileSync(`${root}/${path}`, 'utf8')
  const all = (pattern: RegExp) => [...source.matchAll(pattern)].map(([, title]) => title as string)
  const titles = [...all(tested), ...all(shared)]
  return [...titles, ...all(group).flatMap((name) => titles.map((title) => `${name} › ${title}`))]
}

/** Words of `npm run test:da`: it runs the files whose paths have one of them. */
function runWords(): readonly string[] {
  const { scripts } = JSON.parse(readFileSync(`${root}/package.json`, 'utf8')) as { scripts: Record<string, string> }
  const [, words = ''] = /^vitest run (.+)$/.exec(scripts['test:da'] ?? '') ?? []
  return words.split(' ')
}

describe('tests of data layers', () => {
  const files = places.flatMap((place) => globSync(place, { cwd: root }))
  const titlesByFile = new Map(files.map((path) => [path, titlesOf(path)]))
  const titles = [...titlesByFile.values()].flat()
  const isNamed = (title: string, name: string): boolean => title === name || title.startsWith(`${name} › `)

  test.each(names)('there is one named %s, and npm run test:da runs it', (name) => {
    const found = files.filter((path) => titlesByFile.get(path)?.some((title) => isNamed(title, name)))
    expect(found).not.toEqual([])
    const words = runWords()
    // The suite itself is run by those that hold an adapter to it.
    const tests = found.filter((path) => path.endsWith('.test.ts'))
    expect(tests.filter((path) => !words.some((word) => path.includes(word)))).toEqual([])
  })

  test('npm run test:da runs every file of the layers, and each of its words names one', () => {
    const words = runWords()
    const all = globSync('{da-adapters,da-node,batcher}/test/**/*.test.ts', { cwd: root })
    expect(all.length).toBeGreaterThan(40)
    expect(all.filter((path) => !words.some((word) => path.includes(word)))).toEqual([])
    const tests = globSync('{*/test/**,test/system}/*.test.ts', { cwd: root })
    expect(words.filter((word) => !tests.some((path) => path.includes(word)))).toEqual([])
  })

  test('names that nobody has given are not found', () => {
    expect(titles.length).toBeGreaterThan(300)
    expect(titles).not.toContain('audit › never runs')
  })
})
