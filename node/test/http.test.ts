import { BlockType } from '@parley/protocol'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Rig, type Running } from './support/rig.ts'

let one: Running
let rig: Rig
beforeAll(async () => {
  rig = new Rig()
  rig.prepare()
  one = await rig.start({ snapshotEveryBlocks: 2 })
  await one.verified(2n)
})
afterAll(() => one.stop())

const hex = (bytes: Uint8Array): string => `0x${Buffer.from(bytes).toString('hex')}`

describe('node http', () => {
  test('status › tells what is verified, in the form people and programs read', async () => {
    const { status, body } = await one.get('/v1/status')
    expect(status).toBe(200)
    expect(body).toMatchObject({
      state: 'following',
      block: '4',
      stateRoot: hex(rig.chain.parent.stateRoot),
      finality: { claimed: { claim: '2', block: '4' }, verified: { claim: '2', block: '4' } },
    })
    // Monitors ask for it every few seconds; the state root stands for those of all shards.
    expect(body).not.toHaveProperty('shardRoots')
    expect(JSON.stringify(body).length).toBeLessThan(1_000)
    expect(body.rootsEqual).toBe(body.rootsCompared)
  })

  test('conversation › comes with its proof', async () => {
    const { body } = await one.get('/v1/conversations/3/0')
    expect(body).toMatchObject({ shard: 3, index: 0, block: '4', claim: '2', final: false, entries: '42' })
    expect(body.conversation).toMatchObject({ messageCount: '40', epoch: '2' })
    expect((body.proof as { branch: string[] }).branch).toHaveLength(9 + 28)
  })

  test('messages › are paged by place', async () => {
    const { body } = await one.get('/v1/conversations/3/0/messages?from=39&limit=2')
    const entries = body.entries as { entry: string; event: { kind: string } }[]
    expect(entries.map(({ entry, event }) => [entry, event.kind])).toEqual([
      ['39', 'message'],
      ['40', 'change'],
    ])
    expect(body.total).toBe('42')
    expect((await one.get('/v1/conversations/3/0/messages?from=42')).body.entries).toEqual([])
  })

  test('blocks › as a summary and as SSZ', async () => {
    const { body } = await one.get('/v1/blocks/latest')
    expect(body).toMatchObject({ header: { number: '4', stateRoot: hex(rig.chain.parent.stateRoot) }, claim: '2' })
    const url = await one.url()
    const response = await fetch(`${url}/v1/blocks/2`, { headers: { accept: 'application/octet-stream' } })
    const block = BlockType.deserialize(new Uint8Array(await response.arrayBuffer()))
    expect(block).toEqual(rig.built[1]?.block)
  })

  test('claims › by number and by word', async () => {
    const { body } = await one.get('/v1/claims/latest')
    expect(body).toMatchObject({ hash: hex(rig.claims[1]?.hash as Uint8Array), state: 'verified', final: false })
    expect((await one.get('/v1/claims/final')).status).toBe(404)
  })

  test('snapshots › are listed, and none is served before a claim is final', async () => {
    const { body } = await one.get('/v1/snapshots')
    const snapshots = body.snapshots as { block: string; final: boolean; chunks: number }[]
    expect(snapshots.map(({ block, final }) => [block, final])).toEqual([
      ['0', true],
      ['2', false],
      ['4', false],
    ])
    expect((await one.get('/v1/snapshots/latest')).body).toMatchObject({ code: 'SNAPSHOT_UNKNOWN', final: '0' })
    const part = await one.get(`/v1/snapshots/parts/${'0'.repeat(64)}`)
    expect(part.body.code).toBe('SNAPSHOT_PART_UNKNOWN')
  })

  const refused: [path: string, status: number, code: string, field: string | undefined][] = [
    ['/v1/conversations/64/0', 400, 'FIELD_INVALID', 'shard'],
    ['/v1/conversations/-1/0', 400, 'FIELD_INVALID', 'shard'],
    ['/v1/conversations/3/4294967296', 400, 'FIELD_INVALID', 'index'],
    ['/v1/conversations/3/0x0', 400, 'FIELD_INVALID', 'index'],
    ['/v1/conversations/3/7', 404, 'CONVERSATION_UNKNOWN', undefined],
    ['/v1/conversations/3/0/messages?from=-1', 400, 'FIELD_INVALID', 'from'],
    ['/v1/conversations/3/0/messages?limit=0', 400, 'FIELD_INVALID', 'limit'],
    ['/v1/conversations/3/0/messages?limit=1001', 400, 'FIELD_INVALID', 'limit'],
    ['/v1/conversations/3/0/messages?form=1', 400, 'FIELD_UNKNOWN', 'form'],
    ['/v1/accounts/3/9', 404, 'ACCOUNT_UNKNOWN', undefined],
    ['/v1/blocks/5', 404, 'BLOCK_UNKNOWN', undefined],
    ['/v1/blocks/18446744073709551616', 400, 'FIELD_INVALID', 'number'],
    ['/v1/claims/3', 404, 'CLAIM_UNKNOWN', undefined],
    ['/v1/nothing', 404, 'ROUTE_UNKNOWN', undefined],
    ['/v1/blocks/%zz', 400, 'REQUEST_MALFORMED', undefined],
  ]
  test.each(refused)('request › %s is refused with %i %s', async (path, status, code, field) => {
    const answer = await one.get(path)
    expect([answer.status, answer.body.code, answer.body.field]).toEqual([status, code, field])
    expect(answer.body).toHaveProperty('blame')
  })

  test('document › describes every route, and every answer is as it says', async () => {
    const { body } = await one.get('/openapi.json')
    const document = body as unknown as {
      paths: Record<string, { get?: { responses: Record<string, { content: Record<string, { schema: object }> }> } }>
    }
    const examples: Record<string, string> = { shard: '3', index: '0', number: '2', block: '2', chunk: '0' }
    const ajv = new Ajv2020({ allErrors: true, strict: false })
    let checked = 0
    for (const [path, { get }] of Object.entries(document.paths)) {
      const schema = get?.responses['200']?.content['application/json']?.schema
      if (schema === undefined) continue
      const answer = await one.get(path.replaceAll(/\{(\w+)\}/g, (_, name: string) => examples[name] as string))
      expect(answer.status, path).toBe(200)
      expect(ajv.validate(schema, answer.body) ? [] : ajv.errors, path).toEqual([])
      checked += 1
    }
    expect(checked).toBe(13)
  })

  test('document › is the one in docs/api', async () => {
    const { body } = await one.get('/openapi.json')
    await expect(`${JSON.stringify(body, null, 2)}\n`).toMatchFileSnapshot('../../docs/api/node.json')
  })

  test('metrics › tell how far verification is', async () => {
    const text = await (await fetch(`${await one.url()}/metrics`)).text()
    expect(text).toContain('parley_node_verified_block 4')
    expect(text).toContain('parley_node_state{state="following"} 1')
    expect(text).toMatch(/parley_node_messages_total 42\b/)
  })
})
