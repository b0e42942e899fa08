import { limits, type MemberKey, messageDigest, SignedMessageType, signedMessageBytes } from '@parley/protocol'
import { createDelivery } from '../load/delivery.ts'
import { operationOffers } from '../load/operations.ts'
import { highestPrices } from '../load/prices.ts'
import { type Derive, deriveScalar } from '../load/seeded.ts'
import type { SessionDeps } from '../load/session.ts'
import { ShardStream } from '../load/shard-stream.ts'
import type { LoadSigner } from '../load/signer.ts'
import type { Seat, Talk } from '../load/talk.ts'
import type { PreparedLoad } from './prepared-load.ts'

export type PrepareDeps = Pick<SessionDeps, 'client' | 'config' | 'prices' | 'gateway' | 'derive' | 'signer' | 'clock'>

/** Members of each conversation; they speak in turn. */
const members = 2

/** Creates `count` conversations of two, spread over the shards, with allowances for `messages` messages each. */
export async function createTalks(
  deps: PrepareDeps,
  { count, messages }: { readonly count: number; readonly messages: number },
  signal: AbortSignal,
): Promise<Talk[]> {
  const { config, prices, derive, clock } = deps
  const operations = operationOffers(deps)
  const highest = highestPrices(config.fees, prices).message
  const failing = new AbortController()
  const either = AbortSignal.any([signal, failing.signal])
  const delivery = createDelivery(deps, { persistMs: 30_000, retryEveryMs: 200 })
  const onAnswer = ({ delivered }: { delivered: { accepted: unknown } }): void => {
    if (delivered.accepted === false) failing.abort(new RangeError('a creation was refused'))
  }
  const streamDeps = { delivery, clock, onAnswer, onFailure: (error: unknown) => failing.abort(error) }
  const streams = Array.from({ length: limits.shards }, () => {
    return new ShardStream(streamDeps, { maxWaiting: count, maxMessages: 1 }, either)
  })
  const talks: Talk[] = []
  for (let number = 0; number < count; number += 1) {
    const talk = newTalk(deps, number, highest * BigInt(messages))
    talks.push(talk)
    await streams[talk.shard]?.push(operations.create(talk, derive('creation', number), highest))
  }
  await Promise.all(streams.map((stream) => stream.drain()))
  either.throwIfAborted()
  return talks
}

function newTalk({ signer, derive }: PrepareDeps, number: number, allowance: bigint): Talk {
  const seats = new Map<number, Seat>()
  for (let slot = 0; slot < members; slot += 1) {
    const key: MemberKey = signer.key(deriveScalar(derive, 'key', number, slot))
    seats.set(slot, { slot, key, nonce: 1n, allowance })
  }
  return { shard: number % limits.shards, index: -1, id: new Uint8Array(32), epoch: 0n, seats, messages: 0 }
}

export interface SignDeps {
  readonly chainId: bigint
  readonly signer: LoadSigner
  readonly derive: Derive
}

/** Signs the bodies of one stream in the order they must be sent. @param own - Conversations that no other stream speaks in. */
export function* signStream(
  { chainId, signer, derive }: SignDeps,
  own: readonly Talk[],
  load: PreparedLoad,
  stream: number,
): Generator<Uint8Array> {
  let turn = 0
  for (let number = 0; number < load.bodiesPerStream; number += 1) {
    const body = new Uint8Array(load.messagesPerBody * signedMessageBytes)
    for (let i = 0; i < load.messagesPerBody; i += 1) {
      const talk = own[turn % own.length] as Talk
      const seat = talk.seats.get(Math.floor(turn / own.length) % members) as Seat
      turn += 1
      const content = derive('content', stream, turn)
      const { slot: member, nonce, key } = seat
      seat.nonce += 1n
      const signature = signer.sign(key.secret, messageDigest(chainId, talk.id, member, nonce, content))
      const message = { shard: talk.shard, conversation: talk.index, member, nonce, content, signature }
      body.set(SignedMessageType.serialize(message), i * signedMessageBytes)
    }
    yield body
  }
}
