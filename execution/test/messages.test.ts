import {
  type Body,
  type ChangeMembers,
  type Conversation,
  messageDigest,
  noSponsor,
  OperationKind,
  operationDigests,
  type Shard,
  ShardType,
  SignedOperationType,
  TransitionError,
} from '@parley/protocol'
import { applyMessages, blockContext } from '@parley/protocol/reference'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ByteWriter } from '../src/codec/bytes.ts'
import { writeRecordOperation } from '../src/codec/record.ts'
import { Lane } from '../src/lane/lane.ts'
import { config, deployment, verifier } from './support/chain.ts'
import { digestOf, members as keys, signer } from './support/identities.ts'
import { laneInProcess, restoreShard } from './support/in-process.ts'
import { packedRun } from './support/packed.ts'

const shardIndex = 3
const timestamp = 2_000_000n
const top = 2n ** 64n - 1n

function shardOf(members: Conversation['members'], messageCount = 0n): Shard {
  const shard = ShardType.defaultValue() as Shard
  shard.conversations = [{ id: digestOf('id'), epoch: 0n, members, messageCount, head: digestOf('id') }]
  return shard
}

const memberOf = (i: number, more: Partial<Conversation['members'][number]> = {}) => ({
  key: (keys[i] as { key: Uint8Array }).key,
  role: 2,
  nonce: 1n,
  sponsor: noSponsor,
  allowance: 1_000_000n,
  priceLimit: 1_000_000n,
  ...more,
})

function sign(i: number, slot: number, nonce: bigint, content: Uint8Array): Uint8Array {
  const digest = messageDigest(config.chainId, digestOf('id'), slot, nonce, content)
  return signer.sign((keys[i] as { secret: Uint8Array }).secret, digest)
}

function packed(body: Body, preRoot: Uint8Array, postRoot: Uint8Array, signatures: Uint8Array[]): Uint8Array {
  return packedRun({ shard: shardIndex, segments: [{ preRoot, body, postRoot }], postRoot }, [signatures])
}

const message = (slot: number, content: Uint8Array): Body => ({
  selector: 0,
  value: [{ conversation: 0, member: slot, content }],
})

describe('a message', () => {
  const edges = [0n, 1n, 2n ** 32n - 1n, 2n ** 32n, 2n ** 32n + 1n, 2n ** 63n, top - 1n, top]
  const edge = fc.tuple(fc.constantFrom(...edges), fc.constantFrom(-1n, 0n, 1n)).map(([value, by]) => {
    const near = value + by
    return near < 0n ? 0n : near > top ? top : near
  })

  test('amounts and counters at their edges › are what the reference makes of them, word by word', () => {
    const lane = laneInProcess(config)
    const accepted: boolean[] = []
    const draw = fc.record({
      settlement: edge,
      allowance: edge,
      limit: edge,
      nonce: edge,
      count: edge,
      // How far allowance and limit are from the price: its own edges come up too seldom otherwise.
      near: fc.constantFrom(undefined, -1n, 0n, 1n),
    })
    fc.assert(
      fc.property(draw, ({ settlement, allowance, limit, nonce, count, near }) => {
        const prices = { coreByte: 0n, witnessByte: 0n, settlement, stateByte: 0n }
        const context = blockContext(config, verifier, timestamp, prices)
        const price = settlement + config.fees.minPrice
        const besidePrice = (value: bigint) => (near === undefined ? value : price + near > top ? top : price + near)
        const member = memberOf(0, {
          nonce,
          allowance: besidePrice(allowance),
          priceLimit: near === 0n ? price & top : limit,
        })
        const shard = shardOf([member, memberOf(1)], count)
        const pre = restoreShard(lane, shardIndex, shard)[shardIndex] as Uint8Array
        const body = message(0, digestOf('content'))
        const signatures = [sign(0, 0, nonce, digestOf('content'))]
        let fault: unknown
        try {
          applyMessages(shard, shardIndex, body.value as never, signatures, context)
        } catch (error) {
          if (!(error instanceof TransitionError)) throw error
          fault = error.fault
        }
        accepted.push(fault === undefined)
        const runs = packed(body, pre, ShardType.hashTreeRoot(shard), signatures)
        const said = lane.verify({ timestamp, prices, items: [] }, runs).fault
        if (fault === undefined) expect(said).toBeUndefined()
        else expect(said).toMatchObject({ code: 'SEGMENT_INVALID', fault })
      }),
      { seed: 19, numRuns: 400 },
    )
    expect(accepted.filter(Boolean).length).toBeGreaterThan(40)
    expect(accepted.filter((each) => !each).length).toBeGreaterThan(40)
  })
})

describe('messages of one segment', () => {
  const nonces = [0n, 2n ** 32n - 3n, 2n ** 32n, 2n ** 63n - 2n, top - 3n]
  const draw = fc.record({
    nonces: fc.tuple(fc.constantFrom(...nonces), fc.constantFrom(...nonces)),
    slots: fc.array(fc.constantFrom(0, 0, 0, 1, 1, 1, 2), { minLength: 1, maxLength: 8 }),
    /** Entry whose signature is over another nonce. */
    stale: fc.option(fc.nat(7), { nil: undefined }),
  })

  test('nonces go on from the members’ records › as the reference says, whoever speaks how often', () => {
    const lane = laneInProcess(config)
    const said: unknown[] = []
    fc.assert(
      fc.property(draw, ({ nonces: first, slots, stale }) => {
        const shard = shardOf([memberOf(0, { nonce: first[0] }), memberOf(1, { nonce: first[1] })])
        const pre = restoreShard(lane, shardIndex, shard)[shardIndex] as Uint8Array
        const next = [...first, 0n]
        const value = slots.map((slot, i) => ({ conversation: 0, member: slot, content: digestOf(`content ${i}`) }))
        const signatures = value.map(({ member, content }, i) => {
          const nonce = next[member] as bigint
          next[member] = nonce + 1n
          return sign(member % 2, member, (i === stale ? nonce + 1n : nonce) & top, content)
        })
        const context = blockContext(config, verifier, timestamp, config.genesis.prices)
        let expected: unknown
        try {
          applyMessages(shard, shardIndex, value, signatures, context)
        } catch (error) {
          if (!(error instanceof TransitionError)) throw error
          expected = { code: 'SEGMENT_INVALID', shard: shardIndex, segment: 0, entry: error.entry, fault: error.fault }
        }
        const runs = packed({ selector: 0, value }, pre, ShardType.hashTreeRoot(shard), signatures)
        const { fault } = lane.verify({ timestamp, prices: config.genesis.prices, items: [] }, runs)
        expect(fault).toEqual(expected)
        said.push((expected as { fault?: { code: string } } | undefined)?.fault?.code)
      }),
      { seed: 19, numRuns: 200 },
    )
    expect(new Set(said)).toEqual(new Set([undefined, 'SIGNATURE_INVALID', 'MEMBER_UNKNOWN', 'COUNTER_EXHAUSTED']))
  })
})

describe('the point of a key', () => {
  function countingLane() {
    let expanded = 0
    const counting = {
      ...verifier,
      expandKey: (key: Uint8Array, point: Uint8Array) => {
        expanded += 1
        return verifier.expandKey(key, point)
      },
    }
    const lane = new Lane({
      lane: 0,
      lanes: 1,
      config,
      verifier: counting,
      taken: new Int32Array(1),
      segmentsPerBlock: 1_024,
    })
    return { lane, count: () => expanded }
  }

  /** Sends member `slot`'s next message through a segment of its own. @returns what the lane says but the root. */
  function say(lane: Lane, i: number, slot: number) {
    const { nonce } = lane.shard(shardIndex).conversations.readMember(0, slot)
    const content = digestOf(`content ${nonce}`)
    const pre = lane.shard(shardIndex).root()
    const runs = packed(message(slot, content), pre, pre, [sign(i, slot, nonce, content)])
    const { fault } = lane.verify({ timestamp, prices: config.genesis.prices, items: [] }, runs)
    // The root after is not worked out here: POST_ROOT says that the message itself was valid.
    return fault?.code
  }

  test('is worked out once, however often its member speaks', () => {
    const { lane, count } = countingLane()
    restoreShard(lane, shardIndex, shardOf([memberOf(0), memberOf(1)]))
    for (let i = 0; i < 5; i += 1) expect(say(lane, 0, 0)).toBe('POST_ROOT')
    expect(count()).toBe(1)
    expect(say(lane, 1, 1)).toBe('POST_ROOT')
    expect(count()).toBe(2)
  })

  test.each([
    { how: 'verified', trusted: false },
    { how: 'replayed', trusted: true },
  ])('is another one once the slot has another key, by a change that is $how', ({ trusted }) => {
    const { lane } = countingLane()
    restoreShard(lane, shardIndex, shardOf([memberOf(0), memberOf(1), memberOf(2)]))
    expect(say(lane, 1, 1)).toBe('POST_ROOT')
    const change: ChangeMembers = {
      shard: shardIndex,
      conversation: 0,
      epoch: 0n,
      signer: 0,
      remove: [{ slot: 1 }],
      roles: [],
      add: [{ slot: 1, key: (keys[5] as { key: Uint8Array }).key, role: 1, allowance: 0n, priceLimit: 0n }],
      exchange: [],
    }
    const operation = { selector: OperationKind.changeMembers, value: change } as const
    const standing = lane.shard(shardIndex).conversations.read(0)
    const [own, consent] = operationDigests(operation, deployment, standing) as [Uint8Array, Uint8Array]
    const signatures = trusted
      ? [new Uint8Array(64), new Uint8Array(64)]
      : [
          signer.sign((keys[0] as { secret: Uint8Array }).secret, own),
          signer.sign((keys[5] as { secret: Uint8Array }).secret, consent),
        ]
    if (trusted) replayOperation(lane, operation, signatures)
    else {
      const pre = lane.shard(shardIndex).root()
      const runs = packed({ selector: 1, value: operation }, pre, pre, signatures)
      const { fault } = lane.verify({ timestamp, prices: config.genesis.prices, items: [] }, runs)
      expect(fault?.code).toBe('POST_ROOT')
    }
    expect(say(lane, 1, 1)).toBe('SEGMENT_INVALID')
    fundMember(lane, 1)
    expect(say(lane, 5, 1)).toBe('POST_ROOT')
  })
})

function replayOperation(
  lane: Lane,
  operation: Parameters<typeof operationDigests>[0],
  signatures: Uint8Array[],
): void {
  lane.open(1n, { timestamp, prices: config.genesis.prices, items: [] })
  const writer = new ByteWriter()
  writeRecordOperation(writer, SignedOperationType.serialize({ operation, signatures }))
  lane.block?.replay(writer.written().slice())
  lane.seal()
}

/** Gives a member what it needs to speak, past all rules. */
function fundMember(lane: Lane, slot: number): void {
  const { conversations } = lane.shard(shardIndex)
  const member = conversations.readMember(0, slot)
  conversations.writeMember(0, slot, { ...member, allowance: 1_000_000n, priceLimit: 1_000_000n })
}
