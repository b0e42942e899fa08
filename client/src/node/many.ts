import { placeBytes, readLimits } from '@parley/api'
import {
  type Bytes32,
  type Conversation,
  type ConversationPlace,
  limits,
  type PlacedConversation,
  verifyConversations,
} from '@parley/protocol/light'
import { assertBetween } from '../build/message.ts'
import { ClientError } from '../faults.ts'

/** What a node answers of many conversations. */
interface ConversationsAnswer {
  readonly stateRoot: Bytes32
  readonly conversations: readonly PlacedConversation[]
  readonly unknown: readonly ConversationPlace[]
  readonly nodes: readonly Bytes32[]
}

const sinceBytes = 8
const maxUint64 = 2n ** 64n - 1n

/** One number for each place, in the order of places. */
const orderOf = ({ shard, index }: ConversationPlace): number => shard * limits.conversationsPerShard + index

/** Each place once, ascending by shard and index. */
function sorted(places: readonly ConversationPlace[]): ConversationPlace[] {
  const byOrder = new Map(places.map((place) => [orderOf(place), place]))
  return [...byOrder].sort(([a], [b]) => a - b).map(([, place]) => place)
}

/** Places as a node takes them. @throws {ClientError} `ARGUMENT_OUT_OF_RANGE`. */
export function placesBody(places: readonly ConversationPlace[], since?: bigint): Uint8Array {
  assertBetween('places', places.length, 1, readLimits.places)
  for (const { shard, index } of places) {
    assertBetween('shard', shard, 0, limits.shards - 1)
    assertBetween('index', index, 0, limits.conversationsPerShard - 1)
  }
  const from = since === undefined ? 0 : sinceBytes
  const asked = sorted(places)
  const body = new Uint8Array(from + asked.length * placeBytes)
  const view = new DataView(body.buffer)
  if (since !== undefined) {
    if (since < 0n || since > maxUint64)
      throw new ClientError({
        code: 'ARGUMENT_OUT_OF_RANGE',
        field: 'since',
        value: since,
        minimum: 0n,
        maximum: maxUint64,
      })
    view.setBigUint64(0, since, true)
  }
  asked.forEach(({ shard, index }, i) => {
    view.setUint8(from + i * placeBytes, shard)
    view.setUint32(from + i * placeBytes + 1, index, true)
  })
  return body
}

/**
 * Checks that an answer is of the places asked for, and proven.
 * @returns the conversations in the order of `places`; undefined where the node knows none.
 * @throws {ClientError} `PLACES_MISMATCH`, `PROOF_INVALID`.
 */
export function checkConversations(
  { stateRoot, conversations, unknown, nodes }: ConversationsAnswer,
  places: readonly ConversationPlace[],
): (Conversation | undefined)[] {
  const expected = sorted(places)
  const received = sorted([...conversations, ...unknown])
  const total = conversations.length + unknown.length
  if (total !== expected.length || expected.some((place, i) => orderOf(place) !== orderOf(received[i] ?? nowhere)))
    throw new ClientError({ code: 'PLACES_MISMATCH', expected: expected.length, received: total })
  const [first] = conversations
  if (first !== undefined && !verifyConversations(stateRoot, conversations, nodes)) {
    const { shard, index } = first
    throw new ClientError({
      code: 'PROOF_INVALID',
      of: `${conversations.length} conversations`,
      shard,
      index,
      stateRoot,
    })
  }
  const known = new Map(conversations.map(({ conversation, ...place }) => [orderOf(place), conversation]))
  return places.map((place) => known.get(orderOf(place)))
}

const nowhere: ConversationPlace = { shard: -1, index: -1 }
