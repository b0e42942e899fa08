import {
  noSponsor,
  OperationKind,
  type Shard,
  ShardType,
  type SignedMessage,
  SignedMessageType,
  SignedOperationType,
} from '@parley/protocol'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ByteWriter } from '../src/codec/bytes.ts'
import { writeRecordMessage, writeRecordOperation } from '../src/codec/record.ts'
import { ExecutionError } from '../src/index.ts'
import type { Lane } from '../src/lane/lane.ts'
import { config } from './support/chain.ts'
import { digestOf, members as keys } from './support/identities.ts'
import { laneInProcess, restoreShard } from './support/in-process.ts'

const shardIndex = 3
const plenty = 2n ** 40n

function startState(): Shard {
  const shard = ShardType.defaultValue() as Shard
  const member = (i: number) => ({
    key: (keys[i] as { key: Uint8Array }).key,
    role: 2,
    nonce: 1n,
    sponsor: noSponsor,
    allowance: plenty,
    priceLimit: plenty,
  })
  shard.accounts = [{ owner: new Uint8Array(20).fill(1), nonce: 0n, balance: plenty, withdrawn: 0n }]
  shard.conversations = [0, 1].map((i) => ({
    id: digestOf(`id ${i}`),
    epoch: 0n,
    members: [member(2 * i), member(2 * i + 1)],
    messageCount: 0n,
    head: digestOf(`id ${i}`),
  }))
  return shard
}

/** Entries of one shard as a journal has them; signatures are not looked at by a replay. */
class Recording {
  readonly entries: Uint8Array[] = []
  private readonly nonces = new Map<string, bigint>()
  private withdrawals = 0n

  say(conversation: number, member: number, change: Partial<SignedMessage> = {}): void {
    const place = `${conversation} ${member}`
    const nonce = this.nonces.get(place) ?? 1n
    this.nonces.set(place, nonce + 1n)
    const content = digestOf(`${place} ${nonce}`)
    const signature = new Uint8Array(64).fill(this.entries.length)
    const message = { shard: shardIndex, conversation, member, nonce, content, signature, ...change }
    this.add((writer) => writeRecordMessage(writer, SignedMessageType.serialize(message)))
  }

  /** An operation whose length moves what follows off the words. */
  withdraw(): void {
    const value = { shard: shardIndex, account: 0, nonce: this.withdrawals, amount: 1n }
    this.withdrawals += 1n
    const operation = { selector: OperationKind.withdraw, value } as const
    const bytes = SignedOperationType.serialize({ operation, signatures: [new Uint8Array(64)] })
    this.add((writer) => writeRecordOperation(writer, bytes))
  }

  together(): Uint8Array {
    return new Uint8Array(Buffer.concat(this.entries))
  }

  private add(write: (writer: ByteWriter) => void): void {
    const writer = new ByteWriter()
    write(writer)
    this.entries.push(writer.written().slice())
  }
}

function opened(): Lane {
  const lane = laneInProcess(config)
  restoreShard(lane, shardIndex, startState())
  lane.open(1n, { timestamp: config.genesis.timestamp + 250n, prices: config.genesis.prices, items: [] })
  return lane
}

function replayed(parts: readonly Uint8Array[]): unknown {
  const lane = opened()
  for (const part of parts) lane.block?.replay(part)
  const { runs, roots } = lane.seal()
  return { runs: Buffer.from(runs).toString('hex'), root: Buffer.from(roots[shardIndex]!.root).toString('hex') }
}

function faultOf(entries: Uint8Array): unknown {
  try {
    opened().block?.replay(entries)
    return undefined
  } catch (error) {
    if (!(error instanceof ExecutionError)) throw error
    return error.fault
  }
}

describe('replay in a lane', () => {
  test('many entries at once › are what they are one by one', () => {
    const step = fc.oneof(
      { weight: 1, arbitrary: fc.constant('withdraw' as const) },
      { weight: 3, arbitrary: fc.tuple(fc.nat(1), fc.nat(1), fc.integer({ min: 1, max: 70 })) },
    )
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 6 }), (steps) => {
        const recording = new Recording()
        for (const drawn of steps) {
          if (drawn === 'withdraw') recording.withdraw()
          else for (let i = 0; i < drawn[2]; i += 1) recording.say(drawn[0], (drawn[1] + i) % 2)
        }
        expect(replayed([recording.together()])).toEqual(replayed(recording.entries))
      }),
      { seed: 7, numRuns: 60 },
    )
  })

  test.each([
    { why: 'a nonce that is not the next', change: { nonce: 9n }, code: 'NONCE_MISMATCH' },
    { why: 'a conversation that is not there', change: { conversation: 7 }, code: 'CONVERSATION_UNKNOWN' },
    { why: 'a shard of another lane', change: { shard: 64 }, code: 'FIELD_OUT_OF_RANGE' },
  ])('$why › RECORD_INVALID says which entry', ({ change, code }) => {
    const recording = new Recording()
    recording.withdraw()
    for (let i = 0; i < 40; i += 1) recording.say(0, 0)
    const { length } = recording.together()
    recording.say(1, 1, change)
    recording.say(1, 0)
    expect(faultOf(recording.together())).toEqual({
      code: 'RECORD_INVALID',
      reason: `entry is refused: ${code}`,
      offset: length,
    })
  })

  test('a message that is cut › RECORD_INVALID', () => {
    const recording = new Recording()
    recording.say(0, 0)
    const { length } = recording.together()
    recording.say(0, 1)
    expect(faultOf(recording.together().subarray(0, -1))).toMatchObject({ code: 'RECORD_INVALID', offset: length })
  })
})
