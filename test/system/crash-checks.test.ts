import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BlockHeader, BlockHeaderType } from '@parley/protocol'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { AcknowledgedMessage } from '../src/crash/acknowledged.ts'
import { SeenHeaders } from '../src/crash/headers.ts'
import { findLost } from '../src/crash/lost.ts'
import { strayBlobs, strayObjects } from '../src/crash/posted.ts'
import { codeIn, nameOf } from '../src/crash/restores.ts'
import { type ClaimEvent, countLies } from '../src/crash/told-claims.ts'

const { signal } = new AbortController()

describe('crash test › headers', () => {
  const header: BlockHeader = { ...BlockHeaderType.defaultValue(), number: 7n }

  it('the same header shown twice is one', () => {
    const seen = new SeenHeaders()
    seen.record(header)
    seen.record({ ...header })
    expect(seen.doubled).toBe(0)
  })

  it('two headers of one lineage and number are told', () => {
    const seen = new SeenHeaders()
    seen.record(header)
    seen.record({ ...header, timestamp: 1n })
    expect(seen.doubled).toBe(1)
  })

  it('headers of another lineage or number are others', () => {
    const seen = new SeenHeaders()
    seen.record(header)
    seen.record({ ...header, lineage: new Uint8Array(32).fill(1) })
    seen.record({ ...header, number: 8n })
    expect(seen.doubled).toBe(0)
  })
})

describe('crash test › acknowledged messages', () => {
  const content = (byte: number): Uint8Array => new Uint8Array(32).fill(byte)
  const hex = (bytes: Uint8Array): string => `0x${Buffer.from(bytes).toString('hex')}`
  const spoken = (member: number, byte: number) => ({
    event: { kind: 'message', value: { member, content: hex(content(byte)) } },
  })
  const history = [spoken(0, 1), { event: { kind: 'change', value: {} } }, spoken(1, 2)]
  const acknowledged: AcknowledgedMessage[] = [
    { shard: 3, conversation: 0, position: 0n, member: 0, content: content(1), id: '01' },
    { shard: 3, conversation: 0, position: 1n, member: 1, content: content(2), id: '02' },
  ]
  let served: readonly object[] = history
  let server: Server
  let url: string
  beforeAll(async () => {
    // Two entries a page, as a node with a lower limit would answer.
    server = createServer((request, response) => {
      const from = Number(new URL(request.url as string, 'http://node').searchParams.get('from'))
      const entries = served.slice(from, from + 2)
      response.end(JSON.stringify({ from: String(from), total: String(served.length), entries }))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterEach(() => {
    served = history
  })
  afterAll(() => server.close())

  it('are found where they were acknowledged, over pages and changes of members', async () => {
    expect(await findLost(url, acknowledged, signal)).toEqual([])
  })

  it.each([
    ['missing', [spoken(0, 1)], 1],
    ['at another position', [spoken(1, 2), spoken(0, 1)], 2],
    ['of another member', [spoken(0, 1), spoken(0, 2)], 1],
    ['with another content', [spoken(0, 1), spoken(1, 3)], 1],
  ])('are lost when %s', async (_, planted, count) => {
    served = planted
    expect((await findLost(url, acknowledged, signal)).length).toBe(count)
  })

  it('that were told to have fallen are not lost, and what follows them may move up', async () => {
    served = [spoken(1, 2)]
    expect(await findLost(url, acknowledged, signal, new Set(['01']))).toEqual([])
    expect(await findLost(url, acknowledged, signal, new Set(['02']))).toEqual([acknowledged[0]])
  })
})

describe('crash test › older copies', () => {
  it('a start ends with the code of its fault', () => {
    expect(codeIn('COPY_OLDER: a later header is signed (knownBy the mark)')).toBe('COPY_OLDER')
    expect(codeIn('cannot start: HEADERS_UNKNOWN: it cannot be shown')).toBe('HEADERS_UNKNOWN')
    expect(codeIn('it said nothing')).toBe('it said nothing')
  })

  it('a combination is named by what is there', () => {
    expect(nameOf({ mark: false, node: true, feed: false, l2: true })).toBe('no mark, node, no feed, l2')
  })
})

describe('crash test › publications', () => {
  const [first, second] = ['a'.repeat(64), 'b'.repeat(64)] as const

  it('blobs sent twice or named by no claim are counted', () => {
    const pointers = `00${first} 00${second}`
    expect(strayBlobs([`0x${first}`, `0x${second}`], pointers)).toBe(0)
    expect(strayBlobs([`0x${first}`, `0x${first}`, `0x${second}`], pointers)).toBe(1)
    expect(strayBlobs([`0x${first}`, `0x${'c'.repeat(64)}`], pointers)).toBe(1)
  })

  it('objects that no claim names are counted, half-written ones are not', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'parley-objects-'))
    try {
      await mkdir(join(directory, 'incoming'))
      await mkdir(join(directory, 'aa'))
      await writeFile(join(directory, 'aa', first), '')
      await writeFile(join(directory, 'incoming', 'a1b2c3d4-0000'), '')
      expect(await strayObjects(directory, `00${first}`)).toBe(0)
      expect(await strayObjects(directory, `00${second}`)).toBe(1)
    } finally {
      await rm(directory, { recursive: true })
    }
  })
})

describe('crash test › lies', () => {
  const claim = (number: bigint, claimer: string, place = `${claimer} ${number}`): ClaimEvent => ({
    kind: 'claim',
    number,
    claimer,
    place,
  })
  const removal = (standing: bigint): ClaimEvent => ({ kind: 'removal', standing })
  const taken = { lies: 1, removed: 1, unprovoked: 0, claimedTwice: 0 }

  it('are told from what falls with them', () => {
    const events = [claim(1n, '0xb'), claim(2n, '0xA'), claim(3n, '0xb'), removal(1n), claim(2n, '0xb', 'new 2')]
    expect(countLies(events, '0xa')).toEqual(taken)
  })

  it('that stand are not counted as removed', () => {
    expect(countLies([claim(1n, '0xb'), claim(2n, '0xa')], '0xa')).toEqual({ ...taken, removed: 0 })
    expect(countLies([claim(1n, '0xa'), claim(2n, '0xa'), removal(1n)], '0xa')).toEqual({ ...taken, lies: 2 })
  })

  it('removals without one, and claims made twice in a lineage, are told', () => {
    const events = [claim(1n, '0xb', 'old 7'), removal(0n), claim(1n, '0xb', 'old 7')]
    expect(countLies(events, '0xa')).toEqual({ lies: 0, removed: 0, unprovoked: 1, claimedTwice: 1 })
  })
})
