import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { keysDerive, keysGenerate, keysShow } from '../src/command/keys.ts'
import { configOf, type Key, keys, settingOf } from '../src/config/config.ts'
import { loadConfig } from '../src/config/load.ts'
import type { Context } from '../src/process/context.ts'

let directory: string
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'parley-keys-'))
})
afterAll(() => rmSync(directory, { recursive: true }))

const phrase = 'test test test test test test test test test test test junk'
/** What every wallet derives from the phrase at index 1. */
const second = {
  address: '0x70997970C51812dc3A010C7d01b50e0d17dc79C8',
  secret: '0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d',
}

async function run(command: typeof keysShow, args: string[], given: [Key, unknown][] = []) {
  const values = new Map<Key, unknown>(keys.map((key) => [key, settingOf(key).fallback]))
  const written: string[] = []
  const config = configOf(new Map([...values, ['run.json', true], ...given]))
  await command.run({ config, out: { write: (text: string) => void written.push(text) } } as unknown as Context, args)
  return JSON.parse(written.join(''))
}

const file = (name: string): string => join(directory, name)

describe('keys', () => {
  it('generate › writes a file that only its owner reads, and prints no secret', async () => {
    const told = await run(keysGenerate, [], [['run.out', file('generated')]])
    expect(Object.keys(told)).toEqual(['address', 'key'])
    expect(statSync(file('generated')).mode & 0o777).toBe(0o600)
    expect(await run(keysShow, [file('generated')])).toEqual(told)
  })

  it('generate › writes over nothing, and wants to be told where', async () => {
    writeFileSync(file('taken'), 'precious')
    const refusal = { fault: { code: 'ARGUMENT_INVALID', argument: '--out' } }
    await expect(run(keysGenerate, [], [['run.out', file('taken')]])).rejects.toMatchObject(refusal)
    await expect(run(keysGenerate, [])).rejects.toMatchObject(refusal)
    expect(readFileSync(file('taken'), 'utf8')).toBe('precious')
  })

  it('derive › gives what wallets give', async () => {
    writeFileSync(file('phrase'), `${phrase}\n`)
    const given: [Key, unknown][] = [
      ['keys.index', 1],
      ['keys.reveal', true],
    ]
    expect(await run(keysDerive, [file('phrase')], given)).toMatchObject(second)
  })

  it('derive › does not repeat words that make no phrase', async () => {
    writeFileSync(file('words'), 'my secret words')
    const refused = run(keysDerive, [file('words')], [['keys.reveal', true]])
    await expect(refused).rejects.toMatchObject({ fault: { code: 'ARGUMENT_INVALID', argument: 'phrase-file' } })
    await expect(refused).rejects.not.toThrow(/secret words/)
  })

  it('a key file is taken where a key is configured, unless others may read it', () => {
    writeFileSync(file('key'), `${second.secret}\n`, { mode: 0o600 })
    const env = { PARLEY_SEQUENCER_KEY: `file:${file('key')}` }
    const load = () => loadConfig({ flags: new Map(), env, files: [] }).config.sequencer.key?.reveal()
    expect(load()).toEqual(Buffer.from(second.secret.slice(2), 'hex'))
    chmodSync(file('key'), 0o640)
    expect(load).toThrow(/must have mode 600/)
  })
})
