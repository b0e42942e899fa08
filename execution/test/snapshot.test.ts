import {
  proveAccount,
  proveConversation,
  proveRevenue,
  type Shard,
  ShardType,
  StateType,
  stateRoot,
  verifyAccount,
  verifyConversation,
  verifyRevenue,
  viewOfBlock,
} from '@parley/protocol'
import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { chunkOfShard } from '../src/codec/shard-chunk.ts'
import { ExecutionError, type ShardChunk } from '../src/index.ts'
import { writeChunk } from '../src/lane/shard-snapshot.ts'
import { config, ReferenceChain } from './support/chain.ts'
import { laneInProcess } from './support/in-process.ts'
import { startLanes, type TestLanes } from './support/lanes.ts'
import { openingOf, playFirst } from './support/prologue.ts'

const started: TestLanes[] = []

async function start(lanes: number): Promise<TestLanes> {
  const each = await startLanes({ lanes })
  started.push(each)
  return each
}

afterEach(async () => {
  await Promise.all(started.splice(0).map(({ execution }) => execution.close()))
})

async function collect(lanes: TestLanes): Promise<ShardChunk[]> {
  const chunks: ShardChunk[] = []
  for await (const chunk of lanes.execution.snapshot()) chunks.push(chunk)
  return chunks
}

async function* given(chunks: readonly ShardChunk[]) {
  yield* chunks
}

const invalid = (shard: number) => ({ fault: { code: 'SNAPSHOT_INVALID', shard } })

describe('snapshot and restore', () => {
  test('from 3 lanes to 2 › same roots, same conversations, and the next block goes on from there', async () => {
    const [from, to] = [await start(3), await start(2)]
    const made = await playFirst(from.execution)
    const chunks = await collect(from)
    const roots = await from.execution.shardRoots()
    // Whatever stood there before is gone.
    await playFirst(to.execution)
    await to.execution.restore(given(chunks), roots)
    expect(await to.execution.shardRoots()).toEqual(made.chain.shardRoots())
    expect(await collect(to)).toEqual(chunks)
    const { offers, items } = made.scenario.block({
      stepMs: 250,
      items: [],
      entries: [{ kind: 'message', flaw: 'none', a: 2, b: 1, c: 1, repeat: 5 }],
    })
    const prices = made.chain.state.prices
    const built = made.chain.build(items, offers, 250n)
    expect(await to.execution.verify(viewOfBlock(built.block, built.witness), prices, built.items)).toBeUndefined()
  })

  test('a shard as values is the one that the reference has; where there is none, undefined', async () => {
    const lanes = await start(2)
    const { chain } = await playFirst(lanes.execution)
    for (const [shard, expected] of chain.state.shards.entries())
      expect(await lanes.execution.shardValues(shard)).toEqual(expected)
    expect(await lanes.execution.shardValues(64)).toBeUndefined()
  })

  test('another root expected › SNAPSHOT_INVALID names the shard, and the state is lost until a restore holds', async () => {
    const lanes = await start(2)
    const chunks = await collect(lanes)
    const roots = [...(await lanes.execution.shardRoots())]
    const wrong = roots.with(17, new Uint8Array(32))
    await expect(lanes.execution.restore(given(chunks), wrong)).rejects.toMatchObject(invalid(17))
    await expect(lanes.execution.shardRoots()).rejects.toMatchObject({ fault: { code: 'STATE_LOST' } })
    const opening = { number: 1n, timestamp: 2_000_000n, prices: config.genesis.prices, items: [] }
    expect(() => lanes.execution.open(opening)).toThrow(/STATE_LOST/)
    await lanes.execution.restore(given(chunks), roots)
    expect(await lanes.execution.shardRoots()).toEqual(roots)
  })

  test.each([
    { why: 'a shard missing', shard: 5, spoil: (chunks: ShardChunk[]) => chunks.filter(({ shard }) => shard !== 5) },
    { why: 'a shard twice', shard: 6, spoil: (chunks: ShardChunk[]) => [...chunks, chunks[6] as ShardChunk] },
    {
      why: 'chunks under another shard’s name',
      shard: 8,
      spoil: (chunks: ShardChunk[]) =>
        chunks.map((chunk) => (chunk.shard === 8 ? { ...chunk, bytes: bytesOf(chunks, 9) } : chunk)),
    },
    {
      why: 'a shard that does not exist',
      shard: 64,
      spoil: (chunks: ShardChunk[]) => [{ shard: 64, bytes: bytesOf(chunks, 0) }, ...chunks],
    },
    {
      why: 'a byte too few',
      shard: 3,
      spoil: (chunks: ShardChunk[]) =>
        chunks.map((chunk) => (chunk.shard === 3 ? { ...chunk, bytes: chunk.bytes.subarray(0, -1) } : chunk)),
    },
    {
      why: 'a byte too many',
      shard: 4,
      spoil: (chunks: ShardChunk[]) =>
        chunks.map((chunk) => (chunk.shard === 4 ? { ...chunk, bytes: new Uint8Array([...chunk.bytes, 0]) } : chunk)),
    },
    {
      why: 'a chunk beyond the bound',
      shard: 2,
      spoil: (chunks: ShardChunk[]) =>
        chunks.map((chunk) => (chunk.shard === 2 ? { ...chunk, bytes: new Uint8Array(9 * 2 ** 20) } : chunk)),
    },
  ])('$why › SNAPSHOT_INVALID', async ({ shard, spoil }) => {
    const lanes = await start(3)
    await playFirst(lanes.execution)
    const chunks = await collect(lanes)
    const roots = await lanes.execution.shardRoots()
    await expect(lanes.execution.restore(given(spoil(chunks)), roots)).rejects.toMatchObject(invalid(shard))
  })

  test('a source that fails › its error comes through, and the state is lost', async () => {
    const lanes = await start(1)
    async function* broken(): AsyncGenerator<ShardChunk> {
      yield { shard: 0, bytes: chunkOfShard(0, ShardType.defaultValue() as Shard) }
      throw new Error('disk gone')
    }
    await expect(lanes.execution.restore(broken(), [])).rejects.toThrow('disk gone')
    await expect(lanes.execution.account(0, 0)).rejects.toMatchObject({ fault: { code: 'STATE_LOST' } })
  })

  test('small chunks › a shard in many pieces comes back whole', async () => {
    const lanes = await start(1)
    const made = await playFirst(lanes.execution)
    const lane = laneInProcess(config)
    lane.restoreBegin()
    for (const [shard, value] of made.chain.state.shards.entries()) lane.restoreChunk(shard, chunkOfShard(shard, value))
    const roots = lane.restoreEnd()
    const copy = laneInProcess(config)
    copy.restoreBegin()
    let pieces = 0
    for (let shard = 0; shard < 64; shard += 1) {
      let cursor: Parameters<typeof writeChunk>[1] | undefined = { part: 0, account: 0, conversation: 0 }
      while (cursor !== undefined) {
        const { bytes, next }: ReturnType<typeof writeChunk> = writeChunk(lane.shard(shard), cursor, 100)
        copy.restoreChunk(shard, bytes)
        cursor = next
        pieces += 1
      }
    }
    expect(copy.restoreEnd()).toEqual(roots)
    expect(pieces).toBeGreaterThan(64 + 10)
  })

  test('random and mutated chunks › SNAPSHOT_INVALID or another root, never anything else', async () => {
    const made = new ReferenceChain()
    const lane = laneInProcess(config)
    const good = chunkOfShard(0, made.state.shards[0] as Shard)
    const mutated = fc.tuple(fc.nat(good.length - 1), fc.integer({ min: 1, max: 255 })).map(([at, change]) => {
      const bytes = good.slice()
      bytes[at] = (bytes[at] as number) ^ change
      return bytes
    })
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), mutated), (bytes) => {
        lane.restoreBegin()
        try {
          lane.restoreChunk(0, bytes)
        } catch (error) {
          expect(error).toBeInstanceOf(ExecutionError)
          return
        }
        expect(lane.shard(0).root()).not.toEqual(ShardType.hashTreeRoot(ShardType.defaultValue()))
      }),
      { seed: 17, numRuns: 300 },
    )
  })
})

describe('reads', () => {
  test('conversations and accounts › are proven against the state root', async () => {
    const { execution } = await start(2)
    const made = await playFirst(execution)
    const { state } = made.chain
    const shards = await execution.shardRoots()
    const root = StateType.hashTreeRoot(state)
    const rest = { ...state, shards: [...shards] }
    expect(stateRoot(shards, state)).toEqual(root)
    for (const shard of [3, 62])
      for (const index of [0, 1, 2]) {
        const conversation = await execution.conversation(shard, index)
        const account = await execution.account(shard, index)
        if (conversation === undefined || account === undefined) throw new Error('not found')
        expect(conversation.conversation).toEqual(state.shards[shard]?.conversations[index])
        expect(account.account).toEqual(state.shards[shard]?.accounts[index])
        const proof = proveConversation(rest, shard, index, conversation.conversation, conversation.branch)
        expect(verifyConversation(root, shard, index, conversation.conversation, proof.branch)).toBe(true)
        const accountProof = proveAccount(rest, shard, index, account.account, account.branch)
        expect(verifyAccount(root, shard, index, account.account, accountProof.branch)).toBe(true)
      }
  })

  test('a shard › shows its fee fields and proves its revenue', async () => {
    const { execution } = await start(2)
    const made = await playFirst(execution)
    const { state } = made.chain
    const read = await execution.shard(4)
    const standing = state.shards[4] as Shard
    const { feeExcess, feeTime, revenue } = standing
    expect(read).toMatchObject({ feeExcess, feeTime, revenue, conversations: 3, accounts: 3 })
    const rest = { ...state, shards: [...(await execution.shardRoots())] }
    const proof = proveRevenue(rest, 4, revenue, read?.revenueBranch ?? [])
    expect(revenue).toBeGreaterThan(0n)
    expect(verifyRevenue(StateType.hashTreeRoot(state), 4, revenue, proof.branch)).toBe(true)
    expect(await execution.shard(64)).toBeUndefined()
  })

  test('what is not there › undefined', async () => {
    const { execution } = await start(2)
    await playFirst(execution)
    expect(await execution.conversation(3, 3)).toBeUndefined()
    expect(await execution.conversation(5, 0)).toBeUndefined()
    expect(await execution.conversation(64, 0)).toBeUndefined()
    expect(await execution.account(3, 4_294_967_295)).toBeUndefined()
  })
})

describe('replay', () => {
  async function recorded() {
    const lanes = await start(2)
    const made = await playFirst(lanes.execution)
    return { made, records: lanes.records, opening: openingOf(made.first) }
  }

  test('records of another block, cut or unknown ones › RECORD_INVALID before anything is done', async () => {
    const { made, records, opening } = await recorded()
    const { execution } = await start(3)
    execution.open({ ...opening, number: 9n, items: [] })
    const record = records[0] as Uint8Array
    const code = { fault: { code: 'RECORD_INVALID' } }
    await expect(execution.replay(record)).rejects.toMatchObject(code)
    await expect(execution.replay(record.subarray(0, 5))).rejects.toMatchObject(code)
    await expect(execution.replay(record.with(0, 2))).rejects.toMatchObject(code)
    await execution.seal()
    execution.open(opening)
    await expect(execution.replay(record.subarray(0, -1))).rejects.toMatchObject(code)
    await expect(execution.replay(record.with(9, 7))).rejects.toMatchObject(code)
    for (const each of records) await execution.replay(each)
    const sealed = await execution.seal()
    expect(sealed.shardRoots).toEqual(made.chain.shardRoots())
  })

  test('an entry that the state refuses › RECORD_INVALID, and the state is lost', async () => {
    const { records, opening } = await recorded()
    const { execution } = await start(1)
    execution.open(opening)
    const record = records[0] as Uint8Array
    await execution.replay(record)
    await expect(execution.replay(record)).rejects.toMatchObject({ fault: { code: 'RECORD_INVALID' } })
    await expect(execution.seal()).rejects.toMatchObject({ fault: { code: 'STATE_LOST' } })
  })
})

const bytesOf = (chunks: readonly ShardChunk[], shard: number): Uint8Array => (chunks[shard] as ShardChunk).bytes
