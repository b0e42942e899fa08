import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readDump } from '../src/migrate/dump.ts'

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'parley-dump-'))
})
afterAll(() => rm(directory, { recursive: true, force: true }))

const key = (digit: string): string => `0x${digit.repeat(64)}`
const address = '0x70997970c51812dc3a010c7d01b50e0d17dc79c8'
const head = { kind: 'dump', version: 1, network: 'chat.example', at: 1 }
const anna = { kind: 'identity', id: 'anna', address, registration: { deadline: '9', signature: '0x00' } }
const bob = { kind: 'identity', id: 'bob' }
const phone = { kind: 'installation', identity: 'anna', installationKey: key('1'), fallbackKey: key('2') }
const lunch = { kind: 'conversation', id: 'lunch', title: '' }
const member = { kind: 'member', conversation: 'lunch', identity: 'anna', role: 'admin' }
const last = { kind: 'last', conversation: 'lunch', digest: key('a'), messages: 3, at: 2 }
const whole = [head, anna, bob, phone, lunch, member, last]

async function read(lines: readonly (object | string)[] | Buffer) {
  const path = join(directory, 'dump.jsonl')
  const text = (each: object | string): string => `${typeof each === 'string' ? each : JSON.stringify(each)}\n`
  await writeFile(path, Buffer.isBuffer(lines) ? lines : (lines as readonly (object | string)[]).map(text).join(''))
  return readDump(path)
}

const refused = (line: number, field: string) => ({ fault: { code: 'DUMP_LINE_INVALID', line, field } })

describe('dump', () => {
  test('is read whole', async () => {
    const { network, identities, conversations } = await read(whole)
    expect(network).toBe('chat.example')
    expect(identities.get('anna')).toEqual({
      id: 'anna',
      address,
      registration: { deadline: 9n, signature: '0x00' },
      installations: [phone],
    })
    expect(identities.get('bob')).toMatchObject({ address: undefined, installations: [] })
    expect(conversations.get('lunch')).toMatchObject({ members: [{ identity: 'anna', role: 'admin' }], last })
  })

  test.each<[string, number, string, readonly (object | string)[]]>([
    ['no JSON', 1, 'line', ['{']],
    ['no object', 1, 'line', ['[]']],
    ['another kind', 2, 'kind', [head, { kind: 'user' }]],
    ['a kind of every object', 2, 'kind', [head, { kind: 'toString' }]],
    ['no head', 1, 'kind', [anna]],
    ['a second head', 2, 'kind', [head, head]],
    ['another version', 1, 'version', [{ ...head, version: 2 }]],
    ['nothing', 1, 'line', []],
    ['an empty line', 2, 'line', [head, '']],
    ['a field too many', 2, 'name', [head, { ...bob, name: 'Bob' }]],
    ['a field too few', 2, 'fallbackKey', [head, { ...phone, fallbackKey: undefined }]],
    ['a name of nothing', 2, 'id', [head, { ...bob, id: '' }]],
    ['a name too long', 2, 'id', [head, { ...bob, id: 'é'.repeat(65) }]],
    ['a name without UTF-8', 2, 'id', [head, '{"kind":"identity","id":"\\ud800"}']],
    ['a title too long', 2, 'title', [head, { ...lunch, title: 'x'.repeat(257) }]],
    ['a key in capitals', 3, 'installationKey', [head, anna, { ...phone, installationKey: key('A') }]],
    ['a wrong checksum', 2, 'address', [head, { ...anna, address: address.replace('c', 'C') }]],
    [
      'a signature of half bytes',
      2,
      'registration.signature',
      [head, { ...anna, registration: { deadline: '9', signature: '0x0' } }],
    ],
    [
      'a registration with more',
      2,
      'registration.by',
      [head, { ...anna, registration: { deadline: '9', signature: '0x00', by: 1 } }],
    ],
    ['a registration of nobody', 2, 'registration', [head, { ...anna, address: undefined }]],
    ['a fraction', 1, 'at', [{ ...head, at: 1.5 }]],
    ['an identity twice', 3, 'id', [head, bob, bob]],
    [
      'an account twice',
      3,
      'address',
      [head, anna, { ...anna, id: 'other', address: address.toUpperCase().replace('0X', '0x').toLowerCase() }],
    ],
    ['a device of nobody', 2, 'identity', [head, phone]],
    ['a conversation twice', 3, 'id', [head, lunch, lunch]],
    ['a member of nothing', 3, 'conversation', [head, anna, member]],
    ['nobody as a member', 3, 'identity', [head, lunch, member]],
    ['another role', 4, 'role', [head, anna, lunch, { ...member, role: 'owner' }]],
    ['a member twice', 5, 'identity', [head, anna, lunch, member, member]],
    ['two last messages', 4, 'conversation', [head, lunch, last, last]],
    ['a line too long', 2, 'line', [head, 'x'.repeat(65_537)]],
  ])('%s › is refused by line and field', async (_, line, field, lines) => {
    await expect(read(lines)).rejects.toMatchObject(refused(line, field))
  })

  test('bytes that are no UTF-8, and a line that is cut off › are refused', async () => {
    const first = Buffer.from(`${JSON.stringify(head)}\n`)
    await expect(read(Buffer.concat([first, Buffer.of(0xff, 0x0a)]))).rejects.toMatchObject(refused(2, 'line'))
    await expect(read(Buffer.concat([first, Buffer.from('{}')]))).rejects.toMatchObject(refused(2, 'line'))
  })

  test('a file that is not there › is an argument', async () => {
    await expect(readDump(join(directory, 'none'))).rejects.toMatchObject({ fault: { code: 'ARGUMENT_INVALID' } })
  })
})
