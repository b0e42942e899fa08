import { Closing } from '@parley/cli/roles'
import { limits, SignedMessageType, signedMessageBytes } from '@parley/protocol'
import { systemClock } from '@parley/runtime'
import { afterAll, describe, expect, test } from 'vitest'
import { resultOf } from '../../src/bench/peers/bench-peers.ts'
import { openEvmPeer } from '../../src/bench/peers/evm-peer.ts'
import { deriveLoad, peerConversations, peerMessages } from '../../src/bench/peers/messages.ts'
import { openSvmPeer } from '../../src/bench/peers/svm-peer.ts'
import { signStream } from '../../src/bench/prepare.ts'
import { deriveScalar } from '../../src/load/seeded.ts'
import { nativeSigner } from '../../src/load/signer.ts'
import type { Talk } from '../../src/load/talk.ts'
import { benchContext } from '../support/bench-context.ts'

const seed = '7'
const closing = new Closing()
afterAll(() => closing.close())

/** A conversation of the pipeline's load; its index says which. */
function talkOf(number: number): Talk {
  const signer = nativeSigner()
  const seats = [0, 1].map((slot) => {
    const key = signer.key(deriveScalar(deriveLoad(seed), 'key', number, slot))
    return [slot, { slot, key, nonce: 0n, allowance: 0n }] as const
  })
  const shard = number % limits.shards
  return { shard, index: number, id: new Uint8Array(32), epoch: 0n, seats: new Map(seats), messages: 0 }
}

describe('peers’ messages', () => {
  test('peerMessages › are those that the pipeline’s load begins with', () => {
    const messages = 32 * 200
    const stream = 3
    const own = Array.from({ length: limits.shards }, (_, at) => talkOf(stream * limits.shards + at))
    const load = { streams: 32, bodiesPerStream: 1, messagesPerBody: messages / 32 }
    const deps = { chainId: 901n, signer: nativeSigner(), derive: deriveLoad(seed) }
    const [body] = [...signStream(deps, own, load, stream)] as [Uint8Array]
    const sent = Array.from({ length: load.messagesPerBody }, (_, i) => {
      const bytes = body.subarray(i * signedMessageBytes, (i + 1) * signedMessageBytes)
      const { conversation, member, nonce, content } = SignedMessageType.deserialize(bytes)
      return { conversation, member, nonce: Number(nonce), content: Buffer.from(content).toString('hex') }
    })
    const given = peerMessages(seed, messages).filter((_, i) => i % 32 === stream)
    expect(given.map((each) => ({ ...each, content: Buffer.from(each.content).toString('hex') }))).toEqual(sent)
    expect(Math.max(...given.map(({ conversation }) => conversation))).toBeLessThan(peerConversations)
  })

  test('resultOf › compares medians', () => {
    const runs = [1_000, 3_000, 2_000].map((messagesPerSecond) => ({ messagesPerSecond, workPerMessage: 50 }))
    expect(resultOf('evm', 2, runs, 25_000)).toEqual({
      name: 'evm',
      cores: 2,
      messagesPerSecond: { min: 1_000, median: 2_000, max: 3_000 },
      workPerMessage: 50,
      parleyIsTimes: 12.5,
      bound: 8,
    })
  })
})

describe('peers', () => {
  const messages = peerMessages(seed, 64)

  test('EVM peer › takes all messages, as often as it is asked to', async () => {
    const peer = await openEvmPeer({ ...benchContext(), clock: systemClock }, { seed, messages }, closing)
    for (let turn = 0; turn < 2; turn += 1) {
      const { messagesPerSecond, workPerMessage } = await peer.measure()
      expect(messagesPerSecond).toBeGreaterThan(0)
      expect(workPerMessage).toBeGreaterThan(40_000)
    }
  })

  test('SVM peer › takes all messages, as often as it is asked to', async () => {
    const peer = await openSvmPeer({ seed, messages })
    for (let turn = 0; turn < 2; turn += 1) {
      const { messagesPerSecond, workPerMessage } = await peer.measure()
      expect(messagesPerSecond).toBeGreaterThan(0)
      expect(workPerMessage).toBeGreaterThan(100)
    }
  })
})
