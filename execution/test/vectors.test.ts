import { readFileSync } from 'node:fs'
import {
  type Block,
  BlockType,
  type BlockWitness,
  BlockWitnessType,
  type Body,
  BodyType,
  type ChainConfig,
  type InboxItem,
  InboxItemType,
  millis,
  type Prices,
  type QueuedItem,
  type Shard,
  ShardType,
  type State,
  StateType,
  viewOfBlock,
} from '@parley/protocol'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chunkOfShard } from '../src/codec/shard-chunk.ts'
import { createExecution, type Execution } from '../src/index.ts'
import { laneInProcess, restoreShard } from './support/in-process.ts'
import { log } from './support/lanes.ts'
import { packedRun } from './support/packed.ts'

type Hex = string
interface Packed {
  readonly ssz: Hex
  readonly root: Hex
}
type Numbers = Readonly<Record<string, string>>
interface Deployment {
  readonly chainId: string
  readonly inbox: Hex
  readonly fees: Numbers
  readonly forceDelayMs: string
  readonly genesis: { readonly timestamp: string; readonly prices: Numbers; readonly lineage: Hex }
}
interface Case {
  readonly name: string
  readonly kind: 'messages' | 'operation' | 'inboxItem'
  /** Of an inbox item: the item. */
  readonly body: Packed
  readonly signatures?: readonly Hex[]
  readonly pre: Packed
  readonly outcome: 'applied' | 'refused' | 'skipped'
  readonly post?: Packed
  readonly fault?: Readonly<Record<string, unknown>>
  readonly entry?: string
}

const read = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../test/vectors/${name}`, import.meta.url), 'utf8')) as unknown
const bytes = (hex: Hex): Uint8Array => Uint8Array.from(Buffer.from(hex.slice(2), 'hex'))
const bigints = <T>(numbers: Numbers): T =>
  Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, BigInt(value)])) as T

function configOf({ chainId, inbox, fees, forceDelayMs, genesis }: Deployment): ChainConfig {
  return {
    chainId: BigInt(chainId),
    inbox: bytes(inbox),
    fees: bigints(fees),
    forceDelayMs: BigInt(forceDelayMs),
    genesis: { timestamp: BigInt(genesis.timestamp), prices: bigints(genesis.prices), lineage: bytes(genesis.lineage) },
  }
}

/** A fault as the vectors spell it: every number as text, bytes as hex. */
function spelled(value: unknown): unknown {
  if (typeof value === 'bigint' || typeof value === 'number') return String(value)
  if (value instanceof Uint8Array) return `0x${Buffer.from(value).toString('hex')}`
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, spelled(inner)]))
}

describe('transition.json', () => {
  const file = read('transition.json') as {
    deployment: Deployment
    shard: string
    timestamp: string
    prices: Numbers
    cases: Case[]
  }
  const lane = laneInProcess(configOf(file.deployment))
  const shard = Number(file.shard)
  const terms = { timestamp: BigInt(file.timestamp), prices: bigints<Prices>(file.prices) }

  test.each(file.cases)('a lane › $name', (each) => {
    const standing = ShardType.deserialize(bytes(each.pre.ssz)) as Shard
    expect(spelled(restoreShard(lane, shard, standing)[shard])).toBe(each.pre.root)
    const forced = each.kind === 'inboxItem'
    const body: Body = forced
      ? { selector: 2, value: 5n }
      : (BodyType.deserialize(bytes(each.body.ssz)) as unknown as Body)
    const item = forced ? [InboxItemType.deserialize(bytes(each.body.ssz)) as unknown as InboxItem] : []
    const items = item.map(
      (queued): QueuedItem => ({ index: 5n, item: queued, time: millis(0n), inboxHash: new Uint8Array(32) }),
    )
    const postRoot = bytes((each.outcome === 'applied' ? each.post?.root : each.pre.root) as Hex)
    const segments = [{ preRoot: bytes(each.pre.root), body, postRoot }]
    const runs = packedRun({ shard, segments, postRoot }, [(each.signatures ?? []).map(bytes)])
    const { fault } = lane.verify({ ...terms, items }, runs)
    if (each.outcome === 'refused')
      expect(spelled(fault)).toEqual({
        code: 'SEGMENT_INVALID',
        shard: file.shard,
        segment: '0',
        entry: each.entry ?? '0',
        fault: each.fault,
      })
    else expect(fault).toBeUndefined()
  })
})

describe('blocks.json', () => {
  const file = read('blocks.json') as {
    deployment: Deployment
    inbox: { index: string; time: string; item: Packed; inboxHash: Hex }[]
    blocks: { block: Packed; witness: Packed; stateRoot: Hex }[]
    invalid: { why: string; block: Packed; witness: Packed; fault: { code: string } }[]
  }
  const config = configOf(file.deployment)
  const inbox = file.inbox.map(
    ({ index, time, item, inboxHash }): QueuedItem => ({
      index: BigInt(index),
      time: millis(BigInt(time)),
      item: InboxItemType.deserialize(bytes(item.ssz)) as unknown as InboxItem,
      inboxHash: bytes(inboxHash),
    }),
  )
  const decode = ({ block, witness }: { block: Packed; witness: Packed }): { block: Block; witness: BlockWitness } => ({
    block: BlockType.deserialize(bytes(block.ssz)) as unknown as Block,
    witness: BlockWitnessType.deserialize(bytes(witness.ssz)) as unknown as BlockWitness,
  })
  const itemsOf = (block: Block, from: bigint) => inbox.slice(Number(from), Number(block.header.inboxCount))
  // Rules that need no execution are the caller's to check; the rest is for lanes to find.
  const found = ['CONTINUITY', 'SEGMENT_INVALID', 'POST_ROOT', 'STATE_ROOT']
  let execution: Execution

  beforeAll(async () => {
    execution = await createExecution({ config, log }, { lanes: 2 })
  })
  afterAll(() => execution.close())

  async function toGenesis() {
    const state = StateType.defaultValue() as State
    const roots = state.shards.map((shard) => ShardType.hashTreeRoot(shard))
    async function* chunks() {
      for (const [shard, each] of state.shards.entries()) yield { shard, bytes: chunkOfShard(shard, each) }
    }
    await execution.restore(chunks(), roots)
  }

  const verified = (block: Block, witness: BlockWitness, items: readonly QueuedItem[]) =>
    execution.verify(viewOfBlock(block, witness), block.header.prices, items)

  test('lanes › follow the chain', async () => {
    await toGenesis()
    let inboxCount = 0n
    for (const each of file.blocks) {
      const { block, witness } = decode(each)
      expect(await verified(block, witness, itemsOf(block, inboxCount))).toBeUndefined()
      expect(spelled(block.header.stateRoot)).toBe(each.stateRoot)
      inboxCount = block.header.inboxCount
    }
  })

  test.each(file.invalid.filter(({ fault }) => found.includes(fault.code)))('lanes › name $why', async (each) => {
    await toGenesis()
    const first = decode(file.blocks[0] as never)
    await verified(first.block, first.witness, itemsOf(first.block, 0n))
    const { block, witness } = decode(each)
    const items = itemsOf(block, first.block.header.inboxCount)
    const fault = await verified(block, witness, items)
    expect(spelled(fault)).toEqual(each.fault)
  })
})
