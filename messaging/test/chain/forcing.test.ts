import { ClientError, type SequencerClient } from '@parley/client'
import { type Bytes32, millis, type SignedMessage } from '@parley/protocol/light'
import { expect, test } from 'vitest'
import { ChainLog } from '../../src/chain/chain-log.ts'
import { Forcing } from '../../src/chain/forcing.ts'

const { signal } = new AbortController()
const place = { shard: 3, index: 5 }
const deployment = { chainId: 901n, inbox: new Uint8Array(20) } as never
const outgoing = { slot: 1, nonce: 7n, content: new Uint8Array(32).fill(1) as Bytes32, signature: new Uint8Array(64) }
const silent = new ClientError({ code: 'OUTCOME_UNKNOWN', url: 'sequencer', reason: 'the connection was cut' } as never)

/** A log whose sequencer answers as told, at a time that is set. */
function logOf(answer: () => Promise<unknown>, force: (message: SignedMessage) => Promise<void>) {
  let now = 0
  let asked = 0
  const sequencer = {
    submitMessages: async () => {
      asked += 1
      return [await answer()]
    },
  } as unknown as SequencerClient
  const clock = { now: () => millis(BigInt(now)), wait: async () => undefined }
  const log = new ChainLog(sequencer, deployment, sequencer, new Forcing({ clock, force }, 1_000))
  return {
    send: () => log.send(place, outgoing, signal),
    asked: () => asked,
    at: (ms: number) => {
      now = ms
    },
  }
}

test('a sequencer that does not answer › is gone past after the time, once', async () => {
  const forced: SignedMessage[] = []
  const { send, asked, at } = logOf(
    () => Promise.reject(silent),
    async (message) => void forced.push(message),
  )
  await expect(send()).rejects.toBe(silent)
  at(999)
  await expect(send()).rejects.toBe(silent)
  expect(forced).toEqual([])
  at(1_000)
  await send()
  const { slot: member, ...rest } = outgoing
  expect(forced).toEqual([{ shard: 3, conversation: 5, member, ...rest }])
  at(60_000)
  await send()
  expect([forced.length, asked()]).toEqual([1, 3])
})

test('a sequencer that answers late › is not gone past, and begins its time anew', async () => {
  const answers = [() => Promise.reject(silent), async () => ({ accepted: true }), () => Promise.reject(silent)]
  const { send, at } = logOf(
    () => (answers.shift() as () => Promise<unknown>)(),
    () => expect.unreachable('nothing is to be forced'),
  )
  await expect(send()).rejects.toBe(silent)
  at(5_000)
  await send()
  await expect(send()).rejects.toBe(silent)
})

test('a refusal › is an answer, and nothing is forced', async () => {
  const { send, at } = logOf(
    async () => ({ accepted: false, refusal: 'NONCE_MISMATCH', expected: 8n }),
    () => expect.unreachable('nothing is to be forced'),
  )
  at(5_000)
  await expect(send()).rejects.toMatchObject({ fault: { code: 'NONCE_MISMATCH', expected: 8n } })
})

test('a queue that cannot be reached › is tried again', async () => {
  const away = new Error('the L2 is away')
  const outcomes = [() => Promise.reject(away), async () => undefined]
  const { send, at } = logOf(
    () => Promise.reject(silent),
    () => (outcomes.shift() as () => Promise<void>)(),
  )
  await expect(send()).rejects.toBe(silent)
  at(1_000)
  await expect(send()).rejects.toBe(away)
  await send()
  expect(outcomes).toEqual([])
})
