import { readFileSync } from 'node:fs'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { checkout } from '../src/commands.ts'
import type { Context } from '../src/context.ts'
import { runDev } from '../src/dev/dev.ts'
import { placeRows } from '../src/dev/place-rows.ts'
import { shellWord } from '../src/dev/shell-word.ts'

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'parley dev '))
})
afterAll(() => rm(directory, { recursive: true }))

/** What `dev --data PATH` fails with, and what it prints. */
async function refusal(
  path: string,
  ...more: readonly (readonly [string, string])[]
): Promise<{ error: unknown; printed: string }> {
  let printed = ''
  const write = (text: string): void => {
    printed += text
  }
  const { config } = checkout.load({ flags: new Map([['run.dataDir', path], ...more]), env: {}, files: [] })
  const context = { config, err: { write }, signal: new AbortController().signal } as unknown as Context
  const error = await runDev(context).then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  return { error, printed }
}

describe('dev --data', () => {
  it('a directory that holds something › is refused, and nobody’s data are called the stack’s', async () => {
    await writeFile(join(directory, 'precious'), 'x')
    const { error, printed } = await refusal(directory)
    expect(error).toMatchObject({ fault: { code: 'ARGUMENT_INVALID', argument: '--data' } })
    expect(printed).toBe('')
    expect(await readdir(directory)).toEqual(['precious'])
  })

  it('where the system makes no directories › is refused at once', async () => {
    const { error } = await refusal('/proc/none/stack')
    expect(error).toMatchObject({ fault: { code: 'DATA_DIR_UNUSABLE', path: '/proc/none/stack' } })
  })
})

test('dev --trace › one that cannot be played is refused before anything is started', async () => {
  const trace = join(directory, 'empty.jsonl')
  await writeFile(trace, '')
  const stack = join(directory, 'never')
  for (const [path, code] of [
    [join(directory, 'missing.gz'), 'TRACE_UNREADABLE'],
    [trace, 'TRACE_UNREADABLE'],
  ] as const) {
    const { error, printed } = await refusal(stack, ['load.trace', path])
    expect([path, error, printed]).toMatchObject([path, { fault: { code } }, ''])
  }
  expect(await readdir(directory)).not.toContain('never')
})

test('shell word › quotes what a shell would split or take for its own', () => {
  expect(shellWord('/tmp/parley-dev-x1')).toBe('/tmp/parley-dev-x1')
  expect(shellWord('/tmp/a b')).toBe("'/tmp/a b'")
  expect(shellWord("it's")).toBe("'it'\\''s'")
  expect(shellWord('$HOME')).toBe("'$HOME'")
})

test('dev › rows that say where everything is fit 80 columns, and are the README’s', () => {
  const at = (port: number) => `http://127.0.0.1:${port}`
  const places = {
    l1Url: at(65_535),
    l2Url: at(65_534),
    rollup: `0x${'5f'.repeat(20)}`,
    daLocalUrl: at(65_533),
    altDaUrl: undefined,
    celestia: undefined,
    sequencerUrl: at(65_532),
    daNodeUrls: [],
    batcherUrl: at(65_531),
    nodeUrl: at(65_530),
    relayUrl: at(65_529),
    messaging: {
      directory: `0x${'5e'.repeat(20)}`,
      inbox: `0x${'5d'.repeat(20)}`,
      gateways: [65_528, 65_527].map((port) => ({ url: at(port), key: `0x${'5c'.repeat(20)}` as const })),
      storeUrls: [at(65_526), at(65_525)],
      pds: { url: at(65_523), key: `0x${'5b'.repeat(20)}` },
    },
  } as const
  const pages = { chat: at(65_524), explorer: at(65_522) }
  const rows = placeRows(places, 'ethereum-blobs', '/tmp/parley-dev-pfryMW', pages).trimEnd().split('\n')
  expect(rows.filter((row) => row.length > 80)).toEqual([])
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
  const sample = readme.slice(readme.indexOf('$ npm run dev\n'))
  const names = (lines: readonly string[]) => lines.map((row) => row.slice(0, 14).trim())
  const shown = sample.slice(sample.indexOf('\nL1 ') + 1).split('\n')
  expect(names(shown.slice(0, rows.length))).toEqual(names(rows))
})
