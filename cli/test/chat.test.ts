import { readFile } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { chatCommands, helpText } from '../src/chat/commands.ts'
import { Given, parseLine } from '../src/chat/line.ts'
import { linesOf, type Typed } from '../src/chat/lines.ts'
import { linesFor } from '../src/chat/words.ts'

async function linesIn(...chunks: readonly (string | Uint8Array)[]): Promise<(string | undefined)[]> {
  const typed: Typed[] = []
  const input = Readable.from(chunks.map((chunk) => Buffer.from(chunk as string)))
  for await (const line of linesOf(input, new AbortController().signal)) typed.push(line)
  return typed.map((line) => ('text' in line ? line.text : 'reason' in line.fault.fault ? line.fault.fault.reason : ''))
}

describe('lines', () => {
  test('come whole, whatever pieces they are read in, the last one without an end too', async () => {
    expect(await linesIn('on', 'e\ntwo\n\nth', 'ré', 'e')).toEqual(['one', 'two', '', 'thrée'])
    const [first, second] = [Buffer.from('é\n').subarray(0, 1), Buffer.from('é\n').subarray(1)]
    expect(await linesIn(first, second)).toEqual(['é'])
  })

  test('that are too long or no UTF-8 are refused, and those behind them are read', async () => {
    const most = 'x'.repeat(65_536)
    expect(await linesIn(`${most}x`, 'x\n', `${most}\nlast`)).toEqual(['has more than 65536 bytes', most, 'last'])
    expect(await linesIn(Uint8Array.of(0xff, 0x0a, 0x61))).toEqual(['is not UTF-8', 'a'])
  })

  test('end with the signal', async () => {
    const stop = new AbortController()
    const waiting = new Readable({ read: () => undefined })
    const read = linesOf(waiting, stop.signal).next()
    stop.abort()
    expect(await read).toEqual({ done: true, value: undefined })
  })
})

describe('a line', () => {
  test('is something to say, or a command', () => {
    expect(parseLine('  ')).toBeUndefined()
    expect(parseLine('hello /me')).toEqual({ kind: 'say', text: 'hello /me' })
    expect(parseLine('//me')).toEqual({ kind: 'say', text: '/me' })
    expect(parseLine('/me')).toMatchObject({ kind: 'command', given: { name: 'me', words: [] } })
  })

  test('gives words, those in quotes with their spaces, and the rest as it was typed', () => {
    const given = new Given('invite 0x12 "Lunch on  Friday" Noon at "Luigi’s"?')
    expect([given.name, given.words]).toEqual(['invite', ['0x12', 'Lunch on  Friday', 'Noon', 'at', '"Luigi’s"?']])
    expect([given.word(1, 'title'), given.from(2), given.from(9)]).toEqual([
      'Lunch on  Friday',
      'Noon at "Luigi’s"?',
      '',
    ])
    const refused = (argument: string) => expect.objectContaining({ fault: expect.objectContaining({ argument }) })
    expect(() => given.word(5, 'more')).toThrow(refused('more'))
    expect(() => given.atMost(2)).toThrow(refused('invite'))
  })
})

test('people › see nothing that moves their cursor or turns text around', () => {
  const content = { content: 'text', text: 'a\u001b[2J\u202eb\nc\u0007' }
  const message = { type: 'message', conversation: '0/1', position: '5', sender: `0x${'12'.repeat(20)}`, ...content }
  expect(linesFor(message)).toBe('0/1 #5 0x1212…1212: a\ufffd[2J\ufffdb ⏎ c\ufffd')
  expect(linesFor({ ...message, verified: false })).toContain('[a device that the directory does not have]')
})

test('docs/guides/talk.md › lists all commands as /help does', async () => {
  const guide = await readFile(new URL('../../docs/guides/talk.md', import.meta.url), 'utf8')
  for (const { name, form, about } of chatCommands)
    expect(guide).toContain(`| \`${`/${name} ${form}`.trim().replaceAll('|', '\\|')}\` | ${about} |`)
  for (const { name } of chatCommands) expect(helpText()).toContain(`/${name}`)
})
