import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { keysDerive, keysGenerate, keysShow } from '../src/command/keys.ts'
import { configOf, type Key, keysOf, settingOf } from '../src/config/config.ts'
import { readKeyFile } from '../src/config/key-file.ts'
import { loadConfig } from '../src/config/load.ts'
import { settings } from '../src/config/settings.ts'
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
  return JSON.parse(await printed(command, args, [['run.json', true], ...given]))
}

async function printed(command: typeof keysShow, args: string[], given: [Key, unknown][]): Promise<string> {
  const values = new Map<string, unknown>(keysOf(settings).map((key) => [key, settingOf(settings, key).fallback]))
  const written: string[] = []
  const config = configOf(settings, new Map([...values, ...given]))
  await command.run({ config, out: { write: (text: string) => void written.push(text) } } as unknown as Context, args)
  return written.join('')
}

const file = (name: string): string => join(directory, name)

describe('keys', () => {
  it('generate › writes a file that only its owner reads, and prints no secret', async () => {
    const told = await run(keysGenerate, [], [['run.out', file('generated')]])
    expect(Object.keys(told)).toEqual(['address', 'memberKey'])
    expect(statSync(file('generated')).mode & 0o777).toBe(0o600)
    expect(await run(keysShow, [file('generated')])).toEqual(told)
  })

  it('generate › writes over nothing, and wants to be told where', async () => {
    writeFileSync(file('taken'), 'precious')
    const refusal = { fault: { code: 'ARGUMENT_INVALID', argument: '--out' } }
    await expect(run(keysGenerate, [], [['run.out', file('taken')]])).rejects.toMatchObject(refusal)
    await expect(run(keysGenerate, [])).rejects.toMatchObject(refusal)
    await expect(run(keysGenerate, [], [['run.out', file('taken')]])).rejects.toThrow(/file already exists/)
    expect(readFileSync(file('taken'), 'utf8')).toBe('precious')
  })

  it('show › tells people which digits are public', async () => {
    writeFileSync(file('shown'), second.secret, { mode: 0o600 })
    const text = await printed(keysShow, [file('shown')], [])
    expect(text).toMatch(/^address +0x[0-9a-fA-F]{40}\nmember key \(public\) +0x[0-9a-f]{64}\n$/)
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

  it('a key or phrase in place of its file › is refused and not repeated', async () => {
    const wrong = `${second.secret}0`
    for (const [command, given] of [
      [keysShow, second.secret],
      [keysShow, wrong],
      [keysDerive, phrase],
      [keysDerive, `${phrase}e`],
    ] as const) {
      const refused = expect(run(command, [given], [['keys.reveal', true]])).rejects
      await refused.toThrow(/must be the path of a (key )?file, and is a (key|phrase) itself/)
    }
    expect(() => readKeyFile(second.secret)).toThrow(
      expect.objectContaining({ message: expect.not.stringMatching(/[0-9a-f]{8}/) }),
    )
  })

  it('a key file is taken where a key is configured, unless others may read it', () => {
    writeFileSync(file('key'), `${second.secret}\n`, { mode: 0o600 })
    const env = { PARLEY_SEQUENCER_KEY: `file:${file('key')}` }
    const load = () => loadConfig(settings, { flags: new Map(), env, files: [] }).config.sequencer.key?.reveal()
    expect(load()).toEqual(Buffer.from(second.secret.slice(2), 'hex'))
    for (const mode of [0o604, 0o620, 0o644, 0o660]) {
      chmodSync(file('key'), mode)
      expect(load).toThrow(/must have mode 600/)
    }
  })

  it('a token › is taken as itself or from a file that others may not read, and is not repeated', () => {
    const token = 'eyJhbGciOiJIUzI1NiJ9.e30.abc-_'
    writeFileSync(file('token'), `${token}\n`, { mode: 0o600 })
    const load = (given: string) =>
      loadConfig(settings, { flags: new Map(), env: { PARLEY_DA_CELESTIA_TOKEN: given }, files: [] }).config.da
    expect(load(token).celestiaToken?.reveal()).toBe(token)
    expect(load(`file:${file('token')}`).celestiaToken?.reveal()).toBe(token)
    expect(JSON.stringify(load(token))).not.toContain(token)
    expect(() => load(`${token} and more`)).toThrow(/one word of printable ASCII/)
    expect(() => load(`${token} and more`)).not.toThrow(new RegExp(token))
    chmodSync(file('token'), 0o644)
    expect(() => load(`file:${file('token')}`)).toThrow(/must have mode 600/)
  })

  it.each([
    ['mode 440, as secrets are mounted', (secret: string) => secret, 0o440],
    ['mode 640', (secret: string) => secret, 0o640],
    ['a byte-order mark', (secret: string) => `\uFEFF${secret}`, 0o600],
    ['line ends of Windows', (secret: string) => `${secret}\r\n`, 0o600],
    ['spaces around', (secret: string) => `  ${secret}\t\n\n`, 0o600],
    ['no 0x', (secret: string) => secret.slice(2), 0o600],
  ])('a key file with %s, behind a symbolic link › is taken', (what, written, mode) => {
    const path = file(`mounted ${what}`)
    writeFileSync(path, written(second.secret))
    chmodSync(path, mode)
    symlinkSync(path, `${path} link`)
    const env = { PARLEY_SEQUENCER_KEY: `file:${path} link` }
    const { config } = loadConfig(settings, { flags: new Map(), env, files: [] })
    expect(config.sequencer.key?.reveal()).toEqual(Buffer.from(second.secret.slice(2), 'hex'))
  })

  it.each([
    ['zero', '0'.repeat(64)],
    ['the order of the curve', 'fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141'],
    ['all ones', 'f'.repeat(64)],
  ])('%s › is no key, and is not repeated', (_what, digits) => {
    const env = { PARLEY_SEQUENCER_KEY: `0x${digits}` }
    const load = () => loadConfig(settings, { flags: new Map(), env, files: [] })
    expect(load).toThrow(/no key of secp256k1/)
    expect(load).not.toThrow(new RegExp(digits))
  })

  it('the largest key › is one', () => {
    const env = { PARLEY_SEQUENCER_KEY: '0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364140' }
    expect(loadConfig(settings, { flags: new Map(), env, files: [] }).config.sequencer.key).toBeDefined()
  })
})
