import {
  type Block,
  type BlockFault,
  type BlockWitness,
  BodyKind,
  type Run,
  runsRoot,
  type Segment,
  ShardType,
  segmentsOf,
} from '@parley/protocol'
import type { VectorChain } from './chain.ts'
import { config, digestOf } from './people.ts'

export interface Sealed {
  readonly block: Block
  readonly witness: BlockWitness
}

/** One way to spoil a good block. */
export interface BlockFlaw {
  readonly why: string
  readonly code: BlockFault['code']
  readonly plant: (sealed: Sealed) => unknown
  /** Leaves the roots of runs and header as planted. */
  readonly bare?: true
}

const other = digestOf('parley vectors/other')
const run = ({ block }: Sealed, index: number): Run => block.runs[index]!
const segment = (sealed: Sealed, r: number, s: number): Segment => run(sealed, r).segments[s]!

/** Moves a segment with its signatures to another place of its run. */
function move(sealed: Sealed, r: number, from: number, to: number): void {
  run(sealed, r).segments.splice(to, 0, ...run(sealed, r).segments.splice(from, 1))
  sealed.witness[r]!.splice(to, 0, ...sealed.witness[r]!.splice(from, 1))
}

function split(sealed: Sealed): void {
  const whole = segment(sealed, 0, 1)
  if (whole.body.selector !== BodyKind.messages) throw new Error('segment 1 of run 0 has no messages')
  const rest = { ...whole, body: { selector: BodyKind.messages, value: whole.body.value.splice(2) } }
  run(sealed, 0).segments.splice(2, 0, rest)
  sealed.witness[0]!.splice(2, 0, sealed.witness[0]![1]!.splice(2))
}

/** Makes runs and header follow from the segments again, so that only the planted flaw is wrong. */
export function relink({ block }: Sealed, before: VectorChain): void {
  for (const each of block.runs) {
    let standing = ShardType.hashTreeRoot(before.state.shards[each.shard] ?? ShardType.defaultValue())
    for (const one of each.segments) {
      one.preRoot = standing
      standing = one.postRoot
    }
    each.postRoot = standing
  }
  block.header.runsRoot = runsRoot(block.runs)
  block.header.segmentCount = before.parent.segmentCount + BigInt(segmentsOf(block.runs))
}

/** The good block: shard 3 has item 2, five messages and a reclaim; shard 4 has item 1. Items 0 to 3 are queued. */
export const blockFlaws: readonly BlockFlaw[] = [
  { why: 'number skipped', code: 'HEADER_LINK', plant: ({ block }) => Object.assign(block.header, { number: 3n }) },
  { why: 'another parent', code: 'HEADER_LINK', plant: ({ block }) => Object.assign(block.header, { parent: other }) },
  {
    why: 'another lineage',
    code: 'HEADER_LINK',
    plant: ({ block }) => Object.assign(block.header, { lineage: other }),
  },
  {
    why: '249 ms after the block before',
    code: 'TIMESTAMP_STEP',
    plant: ({ block }) => Object.assign(block.header, { timestamp: config.genesis.timestamp + 499n }),
  },
  {
    why: 'prices of the state after',
    code: 'PRICES',
    plant: ({ block }) =>
      Object.assign(block.header, { prices: { coreByte: 1n, witnessByte: 1n, settlement: 1n, stateByte: 1n } }),
  },
  {
    why: 'inbox count that falls',
    code: 'INBOX_RANGE',
    plant: ({ block }) => Object.assign(block.header, { inboxCount: 0n }),
  },
  {
    why: 'inbox count beyond the queue',
    code: 'INBOX_RANGE',
    plant: ({ block }) => Object.assign(block.header, { inboxCount: 5n }),
  },
  {
    why: 'due item left out',
    code: 'INBOX_RANGE',
    plant: ({ block }) =>
      Object.assign(block.header, { inboxCount: 2n, timestamp: config.genesis.timestamp + config.forceDelayMs }),
  },
  {
    why: 'hash of another inbox',
    code: 'INBOX_HASH',
    plant: ({ block }) => Object.assign(block.header, { inboxHash: other }),
  },
  {
    why: 'one segment too many counted',
    code: 'SEGMENT_COUNT',
    plant: ({ block }) => Object.assign(block.header, { segmentCount: block.header.segmentCount + 1n }),
    bare: true,
  },
  {
    why: 'shards that descend',
    code: 'RUN_ORDER',
    plant: ({ block, witness }) => [block.runs.reverse(), witness.reverse()],
  },
  { why: 'shard 64', code: 'RUN_ORDER', plant: (sealed) => Object.assign(run(sealed, 1), { shard: 64 }) },
  {
    why: 'neither segments nor items',
    code: 'BLOCK_EMPTY',
    plant: ({ block, witness }) => {
      block.runs.length = 0
      witness.length = 0
      Object.assign(block.header, { inboxCount: 1n, inboxHash: undefined })
    },
  },
  {
    why: 'segment that begins elsewhere',
    code: 'CONTINUITY',
    plant: (sealed) => Object.assign(segment(sealed, 0, 1), { preRoot: other }),
    bare: true,
  },
  {
    why: 'run that ends elsewhere',
    code: 'RUN_ROOT',
    plant: (sealed) => Object.assign(run(sealed, 1), { postRoot: other }),
    bare: true,
  },
  {
    why: 'header over other runs',
    code: 'RUNS_ROOT',
    plant: ({ block }) => Object.assign(block.header, { runsRoot: other }),
    bare: true,
  },
  { why: 'item after messages', code: 'INBOX_MISSING', plant: (sealed) => move(sealed, 0, 0, 1) },
  {
    why: 'run of an item left out',
    code: 'INBOX_MISSING',
    plant: ({ block, witness }) => [block.runs.pop(), witness.pop()],
  },
  {
    why: 'item twice',
    code: 'SEGMENT_ORDER',
    plant: (sealed) => [
      run(sealed, 1).segments.push(structuredClone(segment(sealed, 1, 0))),
      sealed.witness[1]!.push([]),
    ],
  },
  { why: 'message segment of two before another', code: 'FULLNESS', plant: split },
  {
    why: 'message segment of none',
    code: 'FULLNESS',
    plant: (sealed) => {
      segment(sealed, 0, 1).body = { selector: BodyKind.messages, value: [] }
      sealed.witness[0]![1]!.length = 0
    },
  },
  { why: 'witness that lacks a signature', code: 'WITNESS_SHAPE', plant: ({ witness }) => witness[0]![1]!.pop() },
  {
    why: 'witness with a signature for an item',
    code: 'WITNESS_SHAPE',
    plant: ({ witness }) => witness[1]![0]!.push(new Uint8Array(64)),
  },
  {
    why: 'third message with a bad signature',
    code: 'SEGMENT_INVALID',
    plant: ({ witness }) => witness[0]![1]!.splice(2, 1, new Uint8Array(64)),
  },
  {
    why: 'another root after a segment',
    code: 'POST_ROOT',
    plant: (sealed) => Object.assign(segment(sealed, 0, 2), { postRoot: other }),
  },
  {
    why: 'another state root',
    code: 'STATE_ROOT',
    plant: ({ block }) => Object.assign(block.header, { stateRoot: other }),
  },
]
