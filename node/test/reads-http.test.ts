import {
  ChangesType,
  noClaim,
  ProvenAccountType,
  ProvenConversationsType,
  ProvenConversationType,
  RecordPageType,
} from '@parley/api'
import { BlockType, verifyAccount, verifyConversation, verifyConversations } from '@parley/protocol'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Rig, type Running } from './support/rig.ts'

const octets = 'application/octet-stream'

let one: Running
let rig: Rig
beforeAll(async () => {
  rig = new Rig()
  rig.prepare()
  one = await rig.start()
  await one.verified(2n)
})
afterAll(() => one.stop())

interface Got {
  readonly status: number
  readonly headers: Headers
  readonly bytes: Uint8Array
  readonly json: () => Record<string, unknown>
}

async function ask(path: string, init: RequestInit = {}): Promise<Got> {
  const response = await fetch((await one.url()) + path, init)
  const bytes = new Uint8Array(await response.arrayBuffer())
  return {
    status: response.status,
    headers: response.headers,
    bytes,
    json: () => JSON.parse(Buffer.from(bytes).toString()),
  }
}

const get = (path: string, headers: Record<string, string> = {}) =>
  ask(path, { headers: { accept: octets, ...headers } })
const post = (path: string, body: Uint8Array | object, accept = octets) =>
  ask(path, {
    method: 'POST',
    headers: { accept, 'content-type': body instanceof Uint8Array ? octets : 'application/json' },
    body: body instanceof Uint8Array ? (body as Uint8Array<ArrayBuffer>) : JSON.stringify(body),
  })

function placesBytes(places: readonly (readonly [shard: number, index: number])[], since?: bigint): Uint8Array {
  const from = since === undefined ? 0 : 8
  const body = new Uint8Array(from + 5 * places.length)
  const view = new DataView(body.buffer)
  if (since !== undefined) view.setBigUint64(0, since, true)
  places.forEach(([shard, index], i) => {
    view.setUint8(from + 5 * i, shard)
    view.setUint32(from + 5 * i + 1, index, true)
  })
  return body
}

describe('reads in octets', () => {
  test('conversation › says what its JSON says, and is proven', async () => {
    const { bytes, headers } = await get('/v1/conversations/3/0')
    const { json } = await get('/v1/conversations/3/0', { accept: 'application/json' })
    const read = ProvenConversationType.deserialize(bytes)
    expect(ProvenConversationType.serialize(read)).toEqual(bytes)
    expect(headers.get('content-type')).toBe(octets)
    expect(read).toMatchObject({ block: 4n, claim: 2n, endsClaim: true, final: false, shard: 3, index: 0 })
    expect(read.conversation).toEqual(rig.chain.conversation(3))
    expect(verifyConversation(rig.chain.parent.stateRoot, 3, 0, read.conversation, read.branch)).toBe(true)
    const { proof } = json() as { proof: { branch: string[]; leaf: string } }
    expect(proof.branch).toEqual(read.branch.map((node) => `0x${Buffer.from(node).toString('hex')}`))
  })

  test('account › says what its JSON says, and is proven', async () => {
    const { account, branch, stateRoot } = ProvenAccountType.deserialize((await get('/v1/accounts/40/0')).bytes)
    expect(verifyAccount(stateRoot, 40, 0, account, branch)).toBe(true)
  })

  test('record › is the pages as they are stored, with signatures', async () => {
    const { bytes } = await get('/v1/conversations/3/0/messages?from=38&limit=3')
    const { from, entries } = RecordPageType.deserialize(bytes)
    const json = (await get('/v1/conversations/3/0/messages?from=38&limit=3', { accept: 'application/json' })).json()
    const told = json.entries as { block: string; signatures: string[]; event: { kind: string } }[]
    expect(from).toBe(38n)
    expect(entries.map(({ event, signatures }) => [event.selector, signatures.length])).toEqual([
      [0, 1],
      [0, 1],
      [1, 2],
    ])
    expect(entries.map(({ block }) => String(block))).toEqual(told.map(({ block }) => block))
    expect((await get('/v1/conversations/3/9/messages')).bytes).toHaveLength(12)
  })

  test('accept › of both, of anything and of nothing known is answered in JSON; quality decides', async () => {
    for (const [accept, type] of [
      ['application/json, application/octet-stream', 'application/json'],
      ['*/*', 'application/json'],
      ['text/html', 'application/json'],
      ['application/json;q=0.1, application/octet-stream', octets],
    ] as const)
      expect((await get('/v1/conversations/3/0', { accept })).headers.get('content-type')).toContain(type)
    expect((await get('/v1/conversations/3/0')).headers.get('vary')).toBe('accept')
  })
})

describe('many conversations', () => {
  const places = [
    [3, 0],
    [3, 1],
    [40, 0],
    [63, 16_777_215],
  ] as const

  test('answer › has the known ones with one proof, names the others, and says the same in JSON', async () => {
    const { bytes } = await post('/v1/conversations', placesBytes(places))
    const read = ProvenConversationsType.deserialize(bytes)
    expect(ProvenConversationsType.serialize(read)).toEqual(bytes)
    expect(read.unknown).toEqual([
      { shard: 3, index: 1 },
      { shard: 63, index: 16_777_215 },
    ])
    expect(read.conversations.map(({ conversation }) => conversation)).toEqual([
      rig.chain.conversation(3),
      rig.chain.conversation(40),
    ])
    expect(verifyConversations(rig.chain.parent.stateRoot, read.conversations, read.nodes)).toBe(true)
    const asked = places.map(([shard, index]) => ({ shard, index }))
    const json = (await post('/v1/conversations', { places: asked }, 'application/json')).json()
    expect(json).toMatchObject({ block: '4', claim: '2', endsClaim: true, final: false })
    expect((json.nodes as string[]).length).toBe(read.nodes.length)
    expect((json.conversations as object[]).length).toBe(2)
  })

  test('answer › of none that is known has no proof', async () => {
    const read = ProvenConversationsType.deserialize((await post('/v1/conversations', placesBytes([[9, 9]]))).bytes)
    expect([read.conversations, read.nodes, read.unknown]).toEqual([[], [], [{ shard: 9, index: 9 }]])
  })

  const many = Array.from({ length: 1001 }, (_, index) => [0, index] as const)
  const refused: [what: string, body: () => Uint8Array | object, status: number, code: string, field?: string][] = [
    ['nothing', () => new Uint8Array(0), 400, 'BODY_SIZE'],
    ['half a place', () => new Uint8Array(7), 400, 'BODY_SIZE'],
    ['too many places', () => placesBytes(many), 413, 'BODY_SIZE'],
    ['far too many places', () => new Uint8Array(200_000), 413, 'BODY_SIZE'],
    ['a place twice', () => placesBytes([places[0], places[0]]), 400, 'FIELD_INVALID', 'places[1]'],
    ['places that descend', () => placesBytes([places[2], places[0]]), 400, 'FIELD_INVALID', 'places[1]'],
    ['a shard beyond the state', () => placesBytes([[64, 0]]), 400, 'FIELD_INVALID', 'places[0].shard'],
    ['an index beyond the shard', () => placesBytes([[0, 2 ** 24]]), 400, 'FIELD_INVALID', 'places[0].index'],
    ['JSON without places', () => ({}), 400, 'FIELD_INVALID', 'places'],
    ['an empty list', () => ({ places: [] }), 400, 'FIELD_INVALID', 'places'],
    ['a list too long', () => ({ places: many.map(() => 0) }), 400, 'FIELD_INVALID', 'places'],
  ]
  test.each(refused)('request › %s is refused', async (_what, body, status, code, field) => {
    const answer = await post('/v1/conversations', body(), 'application/json')
    expect([answer.status, answer.json().code, answer.json().field]).toEqual([status, code, field])
  })

  test('request › in another content type, by another method or of a state that is not kept is refused', async () => {
    const body = placesBytes(places) as Uint8Array<ArrayBuffer>
    const text = await ask('/v1/conversations', { method: 'POST', headers: { 'content-type': 'text/plain' }, body })
    expect([text.status, text.json().code]).toEqual([415, 'CONTENT_TYPE'])
    expect((await ask('/v1/conversations')).status).toBe(405)
    const final = await post('/v1/conversations?at=final', placesBytes(places))
    expect([final.status, final.json().code]).toEqual([503, 'NOT_READY'])
    const other = await post('/v1/conversations?at=now', placesBytes(places))
    expect([other.status, other.json().field]).toEqual([400, 'at'])
  })
})

describe('changes', () => {
  const read = async (since: bigint) => {
    const places = [
      [3, 0],
      [3, 1],
      [40, 0],
    ] as const
    return ChangesType.deserialize((await post('/v1/changes', placesBytes(places, since))).bytes)
  }

  test('places › are told whose records grew after a block', async () => {
    const blocks = (await read(0n)).changed
    expect(blocks).toEqual([
      { shard: 3, index: 0, block: 4n, entries: 42n },
      { shard: 40, index: 0, block: 3n, entries: 2n },
    ])
    expect((await read(3n)).changed.map(({ shard }) => shard)).toEqual([3])
    expect(await read(4n)).toMatchObject({ head: 4n, through: 4n, changed: [] })
    expect((await read(0n)).lineage).toEqual(rig.chain.parent.lineage)
  })

  test('all › are told in whole blocks, and as the places are', async () => {
    const page = async (since: number, limit: number) =>
      ChangesType.deserialize((await get(`/v1/changes?since=${since}&limit=${limit}`)).bytes)
    const asked = (await read(0n)).changed
    const byPlace = (a: { shard: number }, b: { shard: number }) => a.shard - b.shard
    expect((await page(0, 1000)).changed.sort(byPlace)).toEqual(asked)
    const told = new Map<number, unknown>()
    let since = 0
    for (let pages = 0; since < 4; pages += 1) {
      const { through, changed, head } = await page(since, 1)
      expect([head, pages < 4, through > since]).toEqual([4n, true, true])
      for (const each of changed) told.set(each.shard, each)
      since = Number(through)
    }
    expect([...told.values()].sort((a, b) => byPlace(a as never, b as never))).toEqual(asked)
    expect(await page(4, 5)).toMatchObject({ head: 4n, through: 4n, changed: [] })
  })

  test('a block beyond the head › is refused by its number', async () => {
    for (const answer of [await post('/v1/changes', placesBytes([[3, 0]], 5n)), await get('/v1/changes?since=5')])
      expect([answer.status, answer.json()]).toMatchObject([404, { code: 'BLOCK_UNKNOWN', block: '5', verified: '4' }])
  })

  test('the far ends of all numbers › are answered, empty or by a fault', async () => {
    const end = 2n ** 64n - 1n
    expect((await get(`/v1/conversations/3/0/messages?from=${end}&limit=1000`)).bytes).toHaveLength(12)
    expect((await get(`/v1/conversations/63/4294967295/messages`)).bytes).toHaveLength(12)
    expect((await get(`/v1/changes?since=${end}`)).json().code).toBe('BLOCK_UNKNOWN')
    expect((await post('/v1/changes', placesBytes([[3, 0]], end))).json().code).toBe('BLOCK_UNKNOWN')
    expect((await get('/v1/conversations/3/4294967295')).json().code).toBe('CONVERSATION_UNKNOWN')
  })

  test('bad input › is refused by its field', async () => {
    const field = async (path: string) => (await get(path)).json().field
    expect(await field('/v1/changes?since=-1')).toBe('since')
    expect(await field('/v1/changes?limit=0')).toBe('limit')
    expect(await field('/v1/changes?limit=4097')).toBe('limit')
    expect((await post('/v1/changes', new Uint8Array(8))).json().code).toBe('BODY_SIZE')
    expect((await post('/v1/changes', { since: '-1', places: [] }, octets)).json().field).toBe('since')
  })
})

describe('caches', () => {
  const paths = [
    '/v1/conversations/3/0',
    '/v1/accounts/3/0',
    '/v1/conversations/3/0/messages?from=0&limit=5',
    '/v1/blocks/2',
  ]
  test.each(paths)('%s › is not sent again to who has it, in either form', async (path) => {
    const tags: string[] = []
    for (const accept of [octets, 'application/json']) {
      const first = await get(path, { accept })
      const tag = first.headers.get('etag')
      if (tag === null) {
        // The record's JSON names the length of the whole record, and is for people.
        expect([accept, path]).toEqual(['application/json', paths[2]])
        continue
      }
      tags.push(tag)
      for (const known of [tag, `W/${tag}`, `"other", ${tag}`, '*']) {
        const again = await get(path, { accept, 'if-none-match': known })
        expect([again.status, again.bytes.length, again.headers.get('etag')]).toEqual([304, 0, tag])
      }
      const other = await get(path, { accept, 'if-none-match': '"other"' })
      expect(other.bytes).toEqual(first.bytes)
    }
    expect(new Set(tags).size).toBe(tags.length)
    expect(tags.every((tag) => /^"[^"]+"$/.test(tag))).toBe(true)
  })

  test('what may still change › is asked for again; what is final is kept for ever', async () => {
    const fresh = new Rig()
    fresh.prepare()
    const other = await fresh.start()
    await other.verified(2n)
    const url = await other.url()
    const lasts = async (path: string) =>
      (await fetch(url + path, { headers: { accept: octets } })).headers.get('cache-control')
    const block = await fetch(`${url}/v1/blocks/2`, { headers: { accept: octets } })
    expect(await lasts('/v1/blocks/2')).toBe('no-cache')
    fresh.l2.mine({ kind: 'final', number: 1n, hash: fresh.claims[0]?.hash as Uint8Array })
    const forever = 'public, max-age=31536000, immutable'
    while ((await lasts('/v1/blocks/2')) !== forever) await new Promise(setImmediate)
    expect(await lasts('/v1/blocks/3')).toBe('no-cache')
    expect(await lasts('/v1/blocks/latest')).toBe('no-cache')
    expect(await lasts('/v1/conversations/3/0')).toBe('no-cache')
    // Blocks 1 and 2 are final; they have the first 36 entries.
    const ended = RecordPageType.deserialize(
      new Uint8Array(
        await (
          await fetch(`${url}/v1/conversations/3/0/messages?from=0&limit=1000`, { headers: { accept: octets } })
        ).arrayBuffer(),
      ),
    ).entries.filter(({ block: of }) => of <= 2n).length
    expect(await lasts(`/v1/conversations/3/0/messages?from=0&limit=${ended}`)).toBe(forever)
    expect(await lasts(`/v1/conversations/3/0/messages?from=0&limit=${ended + 1}`)).toBe('no-cache')
    expect(await lasts('/v1/conversations/3/0/messages?from=0&limit=1000')).toBe('no-cache')
    const stored = BlockType.deserialize(new Uint8Array(await block.arrayBuffer()))
    expect(stored).toEqual(fresh.built[1]?.block)
    await other.stop()
  })

  test('what is not there › is not found, whatever the reader has', async () => {
    for (const path of ['/v1/conversations/3/7', '/v1/accounts/3/9', '/v1/blocks/5'])
      expect((await get(path, { 'if-none-match': '*' })).status).toBe(404)
    expect(noClaim).toBe(2n ** 64n - 1n)
  })
})
