import { createExecution } from '@parley/execution'
import { chunkOfShard } from '@parley/execution/decoders'
import {
  type Body,
  type Bytes32,
  genesisHeader,
  type InboxItem,
  limits,
  type QueuedItem,
  runsRoot,
  type Shard,
  ShardType,
  type Signature,
  stateRoot,
  viewOfBlock,
} from '@parley/protocol'
import type { Surroundings } from '@parley/protocol/fraud'
import { pino } from 'pino'
import { config } from '../../vectors/people.ts'
import { type Expected, type Outcome, textOf } from './outcome.ts'

/** One segment as lanes are given it, in a block of its own. */
export interface Step {
  readonly shard: Shard
  /** An item by its index 0. */
  readonly body: Body
  readonly signatures: readonly Signature[]
  readonly item?: InboxItem
  readonly around: Surroundings
}

/** The lanes of `execution`, on threads of their own. */
export interface Lanes {
  /**
   * Executes a step on its shard, whose root is `preRoot`, as a node verifies a block, whose roots are those of the reference.
   * @throws {Error} when the lanes say something else.
   */
  compare(step: Step, preRoot: Bytes32, expected: Expected): Promise<void>
  stop(): Promise<void>
}

const emptyRoot = ShardType.hashTreeRoot(ShardType.defaultValue())
const empty = Array.from({ length: limits.shards }, (_, shard) => chunkOfShard(shard, ShardType.defaultValue()))

export async function startLanes(lanes = 1): Promise<Lanes> {
  const execution = await createExecution({ config, log: pino({ level: 'silent' }) }, { lanes })
  /** Of the step given last: lanes have one state, so one step is in them at a time. */
  let last: Promise<unknown> = Promise.resolve()

  async function* chunksWith(shard: Shard, at: number) {
    for (const [index, bytes] of empty.entries())
      yield { shard: index, bytes: index === at ? chunkOfShard(at, shard) : bytes }
  }

  async function compareNow(step: Step, preRoot: Bytes32, { root, fault }: Expected): Promise<void> {
    const { shard, around } = step
    const rootsWith = (root: Bytes32): Bytes32[] => empty.map((_, index) => (index === around.shard ? root : emptyRoot))
    await execution.restore(chunksWith(shard, around.shard), rootsWith(preRoot))
    // An item that is skipped is no fault of the block: its root says what became of it.
    const postRoot = root ?? preRoot
    const items = step.item === undefined ? [] : [queued(step.item, around.timestamp)]
    const block = blockOf(step, preRoot, postRoot, rootsWith(postRoot), items)
    const found = await execution.verify(block, around.prices, items)
    const wanted: Outcome = { code: items.length > 0 ? undefined : fault?.code, root: undefined }
    if (found === undefined && wanted.code === undefined) return
    if (found?.code !== 'SEGMENT_INVALID')
      throw new Error(`lanes say ${found?.code ?? 'valid'} instead of ${textOf(wanted)}`)
    if (items.length > 0 || JSON.stringify(found.fault, asText) !== JSON.stringify(fault, asText))
      throw new Error(`lanes refuse for ${found.fault.code} instead of ${textOf(wanted)}`)
  }

  return {
    compare(step, preRoot, expected) {
      const compared = last.then(() => compareNow(step, preRoot, expected))
      last = compared.catch(() => undefined)
      return compared
    },
    stop: () => execution.close(),
  }
}

const asText = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? `${value}` : value)

const queued = (item: InboxItem, timestamp: bigint): QueuedItem => ({
  index: 0n,
  item,
  time: timestamp as QueuedItem['time'],
  inboxHash: new Uint8Array(32),
})

function blockOf(
  { body, signatures, around }: Step,
  preRoot: Bytes32,
  postRoot: Bytes32,
  shardRoots: readonly Bytes32[],
  items: readonly QueuedItem[],
) {
  const runs = [{ shard: around.shard, segments: [{ preRoot, body, postRoot }], postRoot }]
  const { timestamp, prices } = around
  const inboxCount = BigInt(items.length)
  const header = {
    ...genesisHeader(config),
    number: 1n,
    timestamp,
    inboxCount,
    segmentCount: 1n,
    runsRoot: runsRoot(runs),
    stateRoot: stateRoot(shardRoots, { inboxCount, prices, blockNumber: 1n, timestamp }),
  }
  return viewOfBlock({ header, runs }, [[[...signatures]]])
}
