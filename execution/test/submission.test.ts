import { millis, type Operation, OperationKind, operationDigests, type Prices } from '@parley/protocol'
import { afterEach, describe, expect, test } from 'vitest'
import type { BlockOpening, ExecutedBatch, ExecutionOptions, ShardChunk } from '../src/index.ts'
import { config, deployment, ReferenceChain } from './support/chain.ts'
import { digestOf, ownerSecretOf, signer } from './support/identities.ts'
import { laneInProcess } from './support/in-process.ts'
import { encodeMessage, type SentOffer, startLanes, submit, type TestLanes } from './support/lanes.ts'
import { openingOf, playFirst } from './support/prologue.ts'
import { playedShards } from './support/scenario.ts'

const started: TestLanes[] = []

async function start(options: ExecutionOptions): Promise<TestLanes> {
  const lanes = await startLanes(options)
  started.push(lanes)
  return lanes
}

afterEach(async () => {
  await Promise.all(started.splice(0).map(({ execution }) => execution.close()))
})

type Made = Awaited<ReturnType<typeof playFirst>>
type SentMessage = SentOffer & { readonly kind: 'message' }

/** Messages of member 0 of conversation 0 of one played shard. */
function messages(made: Made, count: number, shard = 0): SentMessage[] {
  const entry = { kind: 'message', flaw: 'none', a: shard, b: 0, c: 0, repeat: count } as const
  return made.scenario.block({ stepMs: 500, items: [], entries: [entry] }).offers as SentMessage[]
}

const bodyOf = (offers: readonly SentMessage[]) => Buffer.concat(offers.map(encodeMessage))

/** The next block without items. */
function next(made: Made, number = 2n): BlockOpening {
  const { timestamp } = made.chain.header
  return { number, timestamp: timestamp + 500n * (number - 1n), prices: made.chain.state.prices, items: [] }
}

/** Withdrawals of nothing: the cheapest operations there are. */
function withdrawals(made: Made, count: number, shard: number): SentOffer[] {
  const [account] = made.chain.state.shards[shard]?.accounts ?? []
  if (account === undefined) throw new Error('no account')
  return Array.from({ length: count }, (_, i) => {
    const value = { shard, account: 0, nonce: account.nonce + BigInt(i), amount: 0n }
    const operation: Operation = { selector: OperationKind.withdraw, value }
    const [digest] = operationDigests(operation, deployment)
    const signature = signer.sign(ownerSecretOf(account.owner), digest as Uint8Array)
    return { kind: 'operation', operation, signatures: [signature], nonce: 0n }
  })
}

describe('submitMessages', () => {
  test('a body over many shards › is answered entry by entry under its ticket', async () => {
    const lanes = await start({ lanes: 3 })
    const made = await playFirst(lanes.execution)
    const offers = [0, 1, 2, 3].flatMap((shard) => messages(made, 3, shard))
    lanes.outcomes.clear()
    lanes.execution.open(next(made))
    expect(lanes.execution.submitMessages(bodyOf(offers), 0xffff_fff0)).toBe(true)
    await lanes.execution.seal()
    offers.forEach((_, entry) => {
      expect(lanes.outcomes.get(`4294967280/${entry}`)).toEqual({
        accepted: true,
        block: 2n,
        position: BigInt(entry % 3),
      })
    })
  })

  test.each([
    { why: 'no bytes', length: 0 },
    { why: 'half a message', length: 60 },
    { why: 'a byte too many', length: 112 },
    { why: 'more than a queue holds', length: 65 * 111 },
  ])('$why › ENTRY_INVALID', async ({ length }) => {
    const { execution } = await start({ lanes: 1, queueEntries: 64 })
    const call = () => execution.submitMessages(new Uint8Array(length), 0)
    expect(call).toThrow(expect.objectContaining({ fault: expect.objectContaining({ code: 'ENTRY_INVALID' }) }))
  })

  test('a shard that does not exist › is refused as the reference says it', async () => {
    const lanes = await start({ lanes: 2 })
    const made = await playFirst(lanes.execution)
    const [offer] = messages(made, 1)
    lanes.execution.open(next(made))
    lanes.outcomes.clear()
    submit(lanes.execution, { ...(offer as SentMessage), shard: 67 }, 5)
    const sealed = await lanes.execution.seal()
    const fault = { code: 'FIELD_OUT_OF_RANGE', field: 'shard', value: 67, minimum: 0, maximum: 63 }
    expect(lanes.outcomes.get('5/0')).toEqual({ accepted: false, fault })
    expect(sealed.runs).toEqual([])
  })

  test('the wrong nonce › is refused before price and signature are looked at, naming the right one', async () => {
    const lanes = await start({ lanes: 1 })
    const made = await playFirst(lanes.execution)
    const [offer] = messages(made, 1) as [SentMessage]
    // No limit covers such prices.
    const prices: Prices = { coreByte: 2n ** 60n, witnessByte: 2n ** 60n, settlement: 0n, stateByte: 0n }
    lanes.execution.open({ ...next(made), prices })
    lanes.outcomes.clear()
    submit(lanes.execution, { ...offer, nonce: 9n, signature: new Uint8Array(64) }, 0)
    submit(lanes.execution, offer, 1)
    await lanes.execution.seal()
    const mismatch = { code: 'NONCE_MISMATCH', expected: 1n, received: 9n }
    expect(lanes.outcomes.get('0/0')).toEqual({ accepted: false, fault: mismatch })
    expect(lanes.outcomes.get('1/0')).toMatchObject({ accepted: false, fault: { code: 'PRICE_OVER_LIMIT' } })
  })

  test('an operation beyond the bounds of its type › ENTRY_INVALID', async () => {
    const lanes = await start({ lanes: 1 })
    const made = await playFirst(lanes.execution)
    const [offer] = withdrawals(made, 1, playedShards[0]) as [SentOffer & { kind: 'operation' }]
    const signatures = Array.from({ length: 18 }, () => offer.signatures[0] as Uint8Array)
    const call = () => lanes.execution.submitOperation({ operation: offer.operation, signatures }, 0)
    expect(call).toThrow(/ENTRY_INVALID/)
  })
})

describe('the queue', () => {
  test('without an open block › fills up, refuses whole bodies, and is executed in order by the next block', async () => {
    const lanes = await start({ lanes: 2, queueEntries: 64 })
    const made = await playFirst(lanes.execution)
    const [even, odd] = [messages(made, 64, 1), messages(made, 1, 0)]
    lanes.outcomes.clear()
    expect(lanes.execution.submitMessages(bodyOf(even.slice(0, 60)), 1)).toBe(true)
    expect(lanes.execution.load()).toMatchObject({ queued: 60, segments: 0, full: false })
    // One lane has room for the other shard's message, and the body is refused all the same.
    expect(lanes.execution.submitMessages(bodyOf([...odd, ...even.slice(60), even[0] as SentMessage]), 2)).toBe(false)
    expect(lanes.execution.submitMessages(bodyOf(even.slice(60)), 3)).toBe(true)
    expect(lanes.execution.submitMessages(bodyOf(even.slice(0, 1)), 4)).toBe(false)
    lanes.execution.open(next(made))
    const { runs } = await lanes.execution.seal()
    expect([...lanes.outcomes.keys()].sort()).toHaveLength(64)
    expect([...lanes.outcomes.values()].every(({ accepted }) => accepted)).toBe(true)
    expect(runs.map(({ segments }) => segments.map(({ body }) => (body.value as unknown[]).length))).toEqual([[32, 32]])
    expect(lanes.execution.load().queued).toBe(0)
  })

  test('more than it holds, in turns › nothing is lost, doubled or out of order', async () => {
    const lanes = await start({ lanes: 3, queueEntries: 64 })
    const made = await playFirst(lanes.execution)
    const offers = messages(made, 500, 2)
    lanes.outcomes.clear()
    lanes.execution.open(next(made))
    const waiters: (() => void)[] = []
    lanes.execution.onExecuted((batch: ExecutedBatch) => {
      for (const { ticket, outcome } of batch.outcomes) lanes.outcomes.set(`${ticket}`, outcome)
      for (const wake of waiters.splice(0)) wake()
    })
    for (const [ticket, offer] of offers.entries())
      while (!lanes.execution.submitMessages(encodeMessage(offer), ticket))
        await new Promise<void>((resolve) => waiters.push(resolve))
    await lanes.execution.seal()
    expect([...lanes.outcomes.values()].map((outcome) => outcome.accepted && outcome.position)).toEqual(
      offers.map((_, i) => BigInt(i)),
    )
  })
})

describe('seal', () => {
  test('leaving the queue › entries not executed yet go to the next block, none twice', async () => {
    const lanes = await start({ lanes: 2 })
    const made = await playFirst(lanes.execution)
    const offers = messages(made, 900, 3)
    lanes.outcomes.clear()
    lanes.execution.open(next(made))
    expect(lanes.execution.submitMessages(bodyOf(offers), 0)).toBe(true)
    const first = await lanes.execution.seal({ leaveQueued: true })
    lanes.execution.open(next(made, 3n))
    const second = await lanes.execution.seal()
    const count = ({ runs }: typeof first) =>
      runs.flatMap(({ segments }) => segments).reduce((sum, { body }) => sum + (body.value as unknown[]).length, 0)
    expect(count(first)).toBeLessThan(900)
    expect(count(first) + count(second)).toBe(900)
    const blocks = offers.map((_, entry) => lanes.outcomes.get(`0/${entry}`))
    expect(blocks).toEqual(
      offers.map((_, i) => ({ accepted: true, block: i < count(first) ? 2n : 3n, position: BigInt(i) })),
    )
  })

  test('an empty block › has no runs and the roots there were', async () => {
    const { execution } = await start({ lanes: 2 })
    const made = await playFirst(execution)
    execution.open(next(made))
    const sealed = await execution.seal()
    const reference = made.chain.build([], [], 500n)
    expect([sealed.runs, sealed.witness, sealed.view.runs]).toEqual([[], [], []])
    expect(sealed.runsRoot).toEqual(reference.block.header.runsRoot)
    expect(sealed.shardRoots).toEqual([...made.chain.shardRoots()])
  })
})

describe('a full block', () => {
  test('1,024 segments › the rest waits, the block is the largest there may be', async () => {
    const lanes = await start({ lanes: 3, queueEntries: 4096 })
    const made = await playFirst(lanes.execution)
    const offers = [3, 4].flatMap((shard) => withdrawals(made, 560, shard))
    lanes.outcomes.clear()
    const full = Promise.withResolvers<void>()
    lanes.execution.onExecuted(({ outcomes, block }) => {
      for (const { ticket, outcome } of outcomes) lanes.outcomes.set(`${ticket}`, outcome)
      if (block === 2n && lanes.outcomes.size >= 1_020) full.resolve()
    })
    const items = [
      { index: 3n * 4n, item: { selector: 0, value: depositTo(made) }, time: millis(0n), inboxHash: digestOf('x') },
    ] as const
    lanes.execution.open({ ...next(made), items })
    offers.forEach((offer, ticket) => {
      submit(lanes.execution, offer, ticket)
    })
    await full.promise
    const sealed = await lanes.execution.seal()
    const segments = sealed.runs.reduce((sum, run) => sum + run.segments.length, 0)
    // A lane may hold one segment it did not come to use.
    expect(segments).toBeLessThanOrEqual(1_024)
    expect(segments).toBeGreaterThanOrEqual(1_024 - 3)
    expect([...lanes.outcomes.values()].every(({ accepted }) => accepted)).toBe(true)
    expect(lanes.outcomes.size).toBe(segments - 1)
    expect(lanes.execution.load()).toMatchObject({ full: false, segments: 0 })
    lanes.execution.open(next(made, 3n))
    await lanes.execution.seal()
    expect(lanes.outcomes.size).toBe(offers.length)
  })

  test('segmentsPerBlock › is the bound, and what is over it makes the next block', async () => {
    const lanes = await start({ lanes: 2, queueEntries: 4096, segmentsPerBlock: 100 })
    const made = await playFirst(lanes.execution)
    lanes.execution.open(next(made))
    ;[3, 4]
      .flatMap((shard) => withdrawals(made, 60, shard))
      .forEach((offer, ticket) => {
        submit(lanes.execution, offer, ticket)
      })
    await expect.poll(() => lanes.execution.load().full, { timeout: 360_000 }).toBe(true)
    const first = await lanes.execution.seal()
    lanes.execution.open(next(made, 3n))
    const second = await lanes.execution.seal()
    const segmentsOf = ({ runs }: typeof first): number => runs.reduce((sum, run) => sum + run.segments.length, 0)
    expect(segmentsOf(first)).toBeLessThanOrEqual(100)
    expect(segmentsOf(first)).toBeGreaterThanOrEqual(98)
    expect(segmentsOf(first) + segmentsOf(second)).toBe(120)
  })

  test('says that it is full until it is sealed', async () => {
    const lanes = await start({ lanes: 1, queueEntries: 4096 })
    const made = await playFirst(lanes.execution)
    const offers = withdrawals(made, 1_030, 3)
    lanes.execution.open(next(made))
    const told = Promise.withResolvers<void>()
    let count = 0
    lanes.execution.onExecuted(({ outcomes }) => {
      count += outcomes.length
      if (count === 1_024) told.resolve()
    })
    offers.forEach((offer, ticket) => {
      submit(lanes.execution, offer, ticket)
    })
    await told.promise
    await expect
      .poll(() => lanes.execution.load(), { timeout: 360_000 })
      .toEqual({ full: true, segments: 1_024, queued: 6 })
    await lanes.execution.seal()
    expect(lanes.execution.load()).toEqual({ full: false, segments: 0, queued: 6 })
  })
})

const depositTo = (made: Made) => ({
  shard: playedShards[0],
  account: 0,
  owner: made.chain.state.shards[playedShards[0]]?.accounts[0]?.owner as Uint8Array,
  amount: 5n,
})

test('a refused first message › leaves the fee fields alone, a refused operation the open segment', async () => {
  const lanes = await start({ lanes: 2 })
  const made = await playFirst(lanes.execution)
  const offers = messages(made, 3)
  const bad = { ...(offers[0] as SentMessage), signature: new Uint8Array(64).fill(1) }
  const [refused] = withdrawals(made, 1, playedShards[0]) as [SentOffer & { kind: 'operation' }]
  const order: SentOffer[] = [bad, ...offers, { ...refused, signatures: [] }, ...messages(made, 0)]
  const built = made.chain.build([], order, 500n)
  lanes.execution.open(openingOf(built))
  order.forEach((offer, ticket) => {
    submit(lanes.execution, offer, ticket)
  })
  const sealed = await lanes.execution.seal()
  expect(built.refusals.map((refusal) => refusal?.code)).toEqual([
    'SIGNATURE_INVALID',
    undefined,
    undefined,
    undefined,
    'SIGNATURE_COUNT',
  ])
  expect(sealed.runs).toEqual(built.block.runs)
  expect(sealed.runs[0]?.segments).toHaveLength(1)
  // The shard's neighbours in the lanes have had no segment at all.
  expect(sealed.shardRoots[5]).toEqual(new ReferenceChain().shardRoots()[5])
})

test('messages that wait while the state is replaced › are signed for the conversations of the new one', async () => {
  const lanes = await start({ lanes: 1, queueEntries: 4096 })
  const { execution } = lanes
  const made = await playFirst(execution)
  const before: ShardChunk[] = []
  for await (const chunk of execution.snapshot()) before.push(chunk)
  const roots = await execution.shardRoots()
  // The block is full before the messages' turn comes, so they are looked at and wait.
  const offers = [...withdrawals(made, 1_024, 3), ...messages(made, 3, 1)]
  const told = Promise.withResolvers<void>()
  lanes.execution.onExecuted(({ outcomes }) => {
    for (const { ticket, outcome } of outcomes) lanes.outcomes.set(`${ticket}`, outcome)
    if (lanes.outcomes.has('1023')) told.resolve()
  })
  lanes.outcomes.clear()
  execution.open(next(made))
  offers.forEach((offer, ticket) => {
    submit(execution, offer, ticket)
  })
  await told.promise
  await expect.poll(() => execution.load().full, { timeout: 360_000 }).toBe(true)
  await execution.seal()
  // Another state: the same conversation indices, other ids.
  const elsewhere = before.map(({ shard, bytes }) => ({ shard, bytes: withOtherIds(shard, bytes) }))
  await expect(execution.restore(given(elsewhere), roots)).rejects.toThrow(/SNAPSHOT_INVALID/)
  await execution.restore(given(elsewhere), await rootsOf(elsewhere))
  execution.open(next(made, 3n))
  await execution.seal()
  for (const ticket of [1024, 1025, 1026]) expect(lanes.outcomes.get(`${ticket}`)).toMatchObject({ accepted: false })
  expect(lanes.outcomes.get('1024')).toMatchObject({ fault: { code: 'SIGNATURE_INVALID' } })
})

async function* given(chunks: readonly ShardChunk[]) {
  yield* chunks
}

/** The snapshot of a played shard with the ids of its conversations changed. */
function withOtherIds(shard: number, bytes: Uint8Array): Uint8Array {
  if (shard !== playedShards[1]) return bytes
  const changed = bytes.slice()
  // Header, fee fields, count and three accounts, count: then the first conversation's id.
  const id = 12 + 24 + 4 + 3 * 44 + 4
  changed[id] = (changed[id] as number) ^ 1
  return changed
}

async function rootsOf(chunks: readonly ShardChunk[]): Promise<Uint8Array[]> {
  const lane = laneInProcess(config)
  lane.restoreBegin()
  for (const { shard, bytes } of chunks) lane.restoreChunk(shard, bytes)
  return lane.restoreEnd().map(({ root }) => root)
}
