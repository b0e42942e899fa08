import { ClientError, type Receipt } from '@parley/client'
import { ownerAddress, portableVerifier, type SignedMessage, signDigest, type TransitionFault } from '@parley/protocol'
import type { Clock } from '@parley/runtime'
import { describe, expect, it, test } from 'vitest'
import { createDelivery, type LoadClient } from '../src/load/delivery.ts'
import { drive, type LoadOptions } from '../src/load/driver.ts'
import { createPlanner } from '../src/load/planner.ts'
import { deriveFrom, type RandomStream, randomStream } from '../src/load/seeded.ts'
import type { Answer } from '../src/load/shard-stream.ts'
import { portableSigner } from '../src/load/signer.ts'
import { syntheticTrace } from '../src/load/synthetic.ts'
import { ReferenceSequencer, testConfig } from './support/reference-sequencer.ts'

const secret = new Uint8Array(32).fill(3)
const trusting = { ...portableVerifier, verifyMember: () => true, verifyOwner: () => true }
const newSequencer = () => new ReferenceSequencer(ownerAddress(secret), 10n ** 12n, trusting)

/** Time that passes only by waiting. */
function steppingClock(): Clock {
  let now = 0
  return {
    now: () => now,
    elapsed: () => now,
    sleep: async (ms) => {
      now += ms
    },
  }
}

const receiptOf = (fault: TransitionFault | undefined, position: number): Receipt =>
  fault === undefined
    ? { accepted: true, block: 1n, position: BigInt(position) }
    : { accepted: false, refusal: fault.code, expected: 'expected' in fault ? BigInt(fault.expected) : 0n }

/** What a sequencer answers, except that `trouble` sometimes loses the request or the answer. */
function clientOf(sequencer: ReferenceSequencer, trouble: (moment: 'before' | 'after') => void): LoadClient {
  return {
    async submitMessages(messages) {
      trouble('before')
      const receipts = (messages as SignedMessage[]).map((message) => receiptOf(sequencer.message(message), 0))
      trouble('after')
      return receipts
    },
    async submitOperation(operation) {
      trouble('before')
      const fault = sequencer.operation(operation)
      trouble('after')
      return receiptOf(fault, sequencer.shard(operation.operation.value.shard).conversations.length - 1)
    },
    conversation: async (shard, index) => sequencer.shard(shard).conversations[index],
    account: async (shard, index) => sequencer.shard(shard).accounts[index],
  }
}

function unreliable(random: RandomStream, share: number): (moment: 'before' | 'after') => void {
  return (moment) => {
    if (random.unit() >= share) return
    const [url, reason] = ['http://sequencer', 'planted']
    throw new ClientError(
      moment === 'after' || random.unit() < 0.5
        ? { code: 'OUTCOME_UNKNOWN', url, reason }
        : { code: 'SERVER_UNREACHABLE', url, reason },
    )
  }
}

const standard: LoadOptions = {
  messages: 60,
  messagesPerSecond: undefined,
  roundOffers: undefined,
  lookaheadLines: 8,
  maxMessages: 10,
}

async function run(client: LoadClient, options: LoadOptions, clock = steppingClock()) {
  const answers: Answer[] = []
  const derive = deriveFrom('1')
  const planner = createPlanner({
    config: testConfig,
    prices: testConfig.genesis.prices,
    gateway: {
      sign: (digest) => signDigest(secret, digest),
      accounts: Array.from({ length: 64 }, () => ({ account: 0, nonce: 0n })),
    },
    signer: portableSigner,
    derive,
  })
  const lines = syntheticTrace(derive, { concurrent: 4, messagesPerMinute: 60 })
  const delivery = createDelivery({ client, clock }, { persistMs: 10_000, retryEveryMs: 100 })
  const onAnswer = (answer: Answer): void => {
    answers.push(answer)
  }
  const { offers } = await drive({ lines, planner, delivery, clock, onAnswer }, options, new AbortController().signal)
  return { answers, offers }
}

const messageCount = (sequencer: ReferenceSequencer): bigint =>
  sequencer.conversations().reduce((sum, conversation) => sum + conversation.messageCount, 0n)

describe('drive', () => {
  it('sends every message once and none is refused', async () => {
    const sequencer = newSequencer()
    const { answers, offers } = await run(
      clientOf(sequencer, () => undefined),
      standard,
    )
    expect(messageCount(sequencer)).toBe(60n)
    expect(answers.length).toBe(offers)
    expect(answers.filter(({ delivered }) => delivered.accepted !== true)).toEqual([])
  })

  it('sends every message once over lost requests and lost answers', async () => {
    const sequencer = newSequencer()
    const trouble = unreliable(randomStream(deriveFrom('7'), 'trouble'), 0.3)
    const { answers } = await run(clientOf(sequencer, trouble), standard)
    expect(messageCount(sequencer)).toBe(60n)
    expect(answers.filter(({ delivered }) => delivered.accepted === false)).toEqual([])
    expect(answers.filter(({ delivered }) => delivered.accepted === 'found').length).toBeGreaterThan(5)
  })

  it('goes on with a speaker whose message was refused for its price', async () => {
    const sequencer = newSequencer()
    const client = clientOf(sequencer, () => undefined)
    let requests = 0
    const dear: LoadClient = {
      ...client,
      async submitMessages(messages, signal) {
        requests += 1
        if (requests % 4 !== 0) return client.submitMessages(messages, signal)
        return (messages as SignedMessage[]).map(() => ({
          accepted: false,
          refusal: 'PRICE_OVER_LIMIT',
          expected: 1n,
        }))
      },
    }
    const { answers } = await run(dear, standard)
    const refusals = answers.flatMap(({ delivered }) => (delivered.accepted === false ? [delivered.refusal] : []))
    expect(new Set(refusals)).toEqual(new Set(['PRICE_OVER_LIMIT']))
    expect(messageCount(sequencer)).toBe(60n - BigInt(refusals.length))
  })

  it('gives up on a sequencer that stays away', async () => {
    const client = clientOf(newSequencer(), () => {
      throw new ClientError({ code: 'SERVER_UNREACHABLE', url: 'http://sequencer', reason: 'planted' })
    })
    await expect(run(client, standard)).rejects.toMatchObject({ fault: { code: 'SERVER_UNREACHABLE' } })
  })

  it('does not exceed the rate', async () => {
    const clock = steppingClock()
    const options = { ...standard, messagesPerSecond: 20 }
    await run(
      clientOf(newSequencer(), () => undefined),
      options,
      clock,
    )
    expect(clock.now()).toBe(2_950)
  })
})

test('drive › with rounds, nothing is in flight together across their boundaries', async () => {
  let offered = 0
  let answered = 0
  const client = clientOf(newSequencer(), () => undefined)
  const watched: LoadClient = {
    ...client,
    async submitMessages(messages, signal) {
      offered += messages.length
      expect(Math.floor((offered - 1) / 16)).toBe(Math.floor(answered / 16))
      const receipts = await client.submitMessages(messages, signal)
      answered += messages.length
      return receipts
    },
    async submitOperation(operation, signal) {
      offered += 1
      expect(Math.floor((offered - 1) / 16)).toBe(Math.floor(answered / 16))
      const receipt = await client.submitOperation(operation, signal)
      answered += 1
      return receipt
    },
  }
  await run(watched, { ...standard, roundOffers: 16 })
  expect(answered).toBeGreaterThan(60)
})
