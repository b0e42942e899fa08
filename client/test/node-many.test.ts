import { ChangesType, noClaim, ProvenConversationsType, ProvenConversationType, RecordPageType } from '@parley/api'
import {
  type Conversation,
  type ConversationPlace,
  prove,
  proveConversations,
  type State,
  StateType,
} from '@parley/protocol'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type ClientError, createNodeClient } from '../src/index.ts'
import { digestOf } from './support/blocks.ts'
import { type Answer, type Received, TestServer } from './support/server.ts'
import { config } from './support/state.ts'

const conversationOf = (label: string): Conversation => ({
  id: digestOf(label),
  epoch: 1n,
  members: [{ key: digestOf(`${label} key`), role: 2, nonce: 3n, sponsor: 0, allowance: 4n, priceLimit: 5n }],
  messageCount: 6n,
  head: digestOf(`${label} head`),
})

const state: State = StateType.defaultValue()
for (const shard of [2, 5]) state.shards[shard]!.conversations = [0, 1, 2].map((i) => conversationOf(`${shard}/${i}`))
const stateRoot = StateType.hashTreeRoot(state)
const proven = { block: 9n, timestamp: 5n, claim: noClaim, endsClaim: false, final: false, stateRoot }

const asked: ConversationPlace[] = [
  { shard: 5, index: 1 },
  { shard: 2, index: 0 },
  { shard: 5, index: 3 },
  { shard: 2, index: 2 },
]
/** What a node is asked: ascending, each once. */
const places = [asked[1]!, asked[3]!, asked[0]!, asked[2]!]
const known = places.slice(0, 3)

const honest = () => ({
  ...proven,
  conversations: known.map(({ shard, index }) => ({
    shard,
    index,
    conversation: state.shards[shard]!.conversations[index]!,
  })),
  unknown: places.slice(3),
  nodes: proveConversations(state, known),
})

let server: TestServer
let answer: (request: Received) => Answer
beforeAll(async () => {
  server = await TestServer.start()
  server.answer = (request) => answer(request)
})
beforeEach(() => {
  server.received.length = 0
  answer = () => ({ body: ProvenConversationsType.serialize(honest()) })
})
afterAll(() => server.close())

const client = (maxAttempts = 1) => createNodeClient({ url: server.url }, { chainId: config.chainId, maxAttempts })

async function faultOf(use: Promise<unknown>): Promise<ClientError['fault']> {
  const error: unknown = await use.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  return (error as ClientError).fault
}

describe('node client › many conversations', () => {
  test('places › are asked in their order, each once, and answered in the order given', async () => {
    const read = await client().conversations([...asked, asked[0]!], { at: 'final' })
    expect(read).toMatchObject({ grade: 'node', block: 9n, stateRoot, claim: undefined })
    const of = (shard: number, index: number) => state.shards[shard]!.conversations[index]
    expect(read.conversations).toEqual([of(5, 1), of(2, 0), undefined, of(2, 2), of(5, 1)])
    const [{ method, url, body, headers }] = server.received as [Received]
    expect([method, url, headers.accept]).toEqual(['POST', '/v1/conversations?at=final', 'application/octet-stream'])
    expect([...body]).toEqual(places.flatMap(({ shard, index }) => [shard, index, 0, 0, 0]))
  })

  test('forgery › any bit of the answer that is flipped is refused, or says nothing that is proven', async () => {
    const bytes = ProvenConversationsType.serialize(honest())
    const expected = (await client().conversations(asked)).conversations
    // What the node only says: block, timestamp, claim, and whether that ends here and is final.
    const said = 26
    for (let bit = 0; bit < 8 * bytes.length; bit += bit < 8 * 60 ? 1 : 97) {
      const flipped = bytes.with(bit >> 3, bytes[bit >> 3]! ^ (1 << (bit & 7)))
      answer = () => ({ body: flipped })
      const read = await client()
        .conversations(asked)
        .catch((error: ClientError) => error.fault.code)
      if (typeof read === 'string') expect(read).toMatch(/^(PROOF_INVALID|PLACES_MISMATCH|ANSWER_INVALID)$/)
      else expect([bit < 8 * said, read.conversations, read.grade]).toEqual([true, expected, 'node'])
    }
  })

  type Forge = (value: ReturnType<typeof honest>) => Partial<ReturnType<typeof honest>>
  const forgeries: [string, string, Forge][] = [
    ['a conversation left out', 'PLACES_MISMATCH', ({ conversations }) => ({ conversations: conversations.slice(1) })],
    [
      'a conversation called unknown, with its proof',
      'PROOF_INVALID',
      ({ conversations, unknown }) => ({ conversations: conversations.slice(1), unknown: [places[0]!, ...unknown] }),
    ],
    [
      'another conversation in its place',
      'PLACES_MISMATCH',
      ({ conversations: [first, ...rest] }) => ({ conversations: [{ ...first!, index: 1 }, ...rest] }),
    ],
    ['an unknown one left out', 'PLACES_MISMATCH', () => ({ unknown: [] })],
    ['an unknown one twice', 'PLACES_MISMATCH', ({ unknown }) => ({ unknown: [...unknown, ...unknown] })],
    [
      'conversations exchanged',
      'PROOF_INVALID',
      ({ conversations }) => ({ conversations: conversations.toReversed() }),
    ],
    ['a node left out', 'PROOF_INVALID', ({ nodes }) => ({ nodes: nodes.slice(1) })],
    ['a node too many', 'PROOF_INVALID', ({ nodes }) => ({ nodes: [...nodes, digestOf('node')] })],
    ['no proof at all', 'PROOF_INVALID', () => ({ nodes: [] })],
  ]
  test.each(forgeries)('forgery › %s is %s', async (_what, code, forge) => {
    answer = () => ({ body: ProvenConversationsType.serialize({ ...honest(), ...forge(honest()) }) })
    expect(await faultOf(client().conversations(asked))).toMatchObject({ code })
  })

  test('state root › another than asked for is refused', async () => {
    const other = digestOf('another')
    const fault = await faultOf(client().conversations(asked, { stateRoot: other }))
    expect(fault).toMatchObject({ code: 'STATE_ROOT_MISMATCH', expected: other, received: stateRoot })
  })

  test('bounds › are those of one request, and are checked before anything is sent', async () => {
    const many = Array.from({ length: 1001 }, (_, index) => ({ shard: 0, index }))
    for (const wrong of [[], many, [{ shard: 64, index: 0 }], [{ shard: 0, index: 2 ** 24 }]])
      expect(await faultOf(client().conversations(wrong))).toMatchObject({ code: 'ARGUMENT_OUT_OF_RANGE' })
    expect(await faultOf(client().changes(-1n, asked))).toMatchObject({ code: 'ARGUMENT_OUT_OF_RANGE', field: 'since' })
    expect(server.received).toHaveLength(0)
  })

  test('a server that goes away › is asked again, for nothing was taken', async () => {
    let answers = 0
    answer = () => {
      answers += 1
      return answers === 1 ? { drop: true } : { body: ProvenConversationsType.serialize(honest()) }
    }
    expect((await client(3).conversations(asked)).conversations).toHaveLength(asked.length)
  })

  test('changes › are asked for places and for all', async () => {
    const lineage = digestOf('lineage')
    const value = { head: 12n, lineage, through: 12n, changed: [{ shard: 5, index: 1, block: 11n, entries: 7n }] }
    answer = () => ({ body: ChangesType.serialize(value) })
    expect(await client().changes(10n, asked)).toEqual(value)
    const [{ body }] = server.received as [Received]
    expect([...body.subarray(0, 8)]).toEqual([10, 0, 0, 0, 0, 0, 0, 0])
    expect(body).toHaveLength(8 + 5 * places.length)
    answer = () => ({ status: 404, body: { code: 'BLOCK_UNKNOWN', message: '' } })
    expect(await faultOf(client().changes(10n, asked))).toMatchObject({ fault: { code: 'BLOCK_UNKNOWN' } })
    expect(await faultOf(client().changedSince(10n))).toMatchObject({ fault: { code: 'BLOCK_UNKNOWN' } })
  })

  test('one conversation and its record › are read as octets where the server has them', async () => {
    const conversation = state.shards[5]!.conversations[1]!
    const { branch } = prove(StateType, state, ['shards', 5, 'conversations', 1])
    answer = ({ url }) => ({
      body: url.includes('/messages')
        ? RecordPageType.serialize({ from: 0n, entries: [] })
        : ProvenConversationType.serialize({ ...proven, shard: 5, index: 1, branch: [...branch], conversation }),
    })
    expect(await client().conversation(5, 1)).toMatchObject({ conversation, grade: 'node', branch })
    expect(await faultOf(client().completeConversation(5, 1))).toMatchObject({ code: 'HISTORY_INCOMPLETE' })
    answer = () => ({ body: new Uint8Array(3) })
    expect(await faultOf(client().conversation(5, 1))).toMatchObject({ code: 'ANSWER_INVALID' })
  })
})
