import { type BlockFault, BodyKind, type Run, type Segment } from '../../src/index.ts'
import type { TestChain } from '../support/chain.ts'
import { digestOf } from '../support/keys.ts'
import { config, owners } from '../support/world.ts'
import { deposit, now, type Sealed, start, zero } from './scene.ts'

const run = (sealed: Sealed, index: number): Run => sealed.block.runs[index]!
const segment = (sealed: Sealed, r: number, s: number): Segment => run(sealed, r).segments[s]!

/** Moves a segment together with its signatures. */
function splice(sealed: Sealed, r: number, from: number, count: number, to?: number): void {
  const segments = run(sealed, r).segments.splice(from, count)
  const signatures = sealed.witness[r]!.splice(from, count)
  if (to === undefined) return
  run(sealed, r).segments.splice(to, 0, ...segments)
  sealed.witness[r]!.splice(to, 0, ...signatures)
}

/** One way to spoil the good block of the scene. */
export interface Row {
  readonly why: string
  readonly fault: Partial<BlockFault> & { readonly code: BlockFault['code'] }
  readonly plant: (sealed: Sealed, judge: TestChain) => unknown
  /** Leaves the block's own roots as planted. */
  readonly bare?: true
}

const messages = (count: number) => Array.from({ length: count }, () => ({ conversation: 0, member: 1, content: zero }))
const signaturesFor = (count: number) => Array.from({ length: count }, () => new Uint8Array(64))
const inboxSegment = (value: bigint): Segment => ({
  preRoot: zero,
  body: { selector: BodyKind.inboxItem, value },
  postRoot: zero,
})

export const rows: readonly Row[] = [
  {
    why: 'number skipped',
    fault: { code: 'HEADER_LINK', field: 'number', expected: 2n, received: 3n },
    plant: ({ block }) => Object.assign(block.header, { number: 3n }),
  },
  {
    why: 'another parent',
    fault: { code: 'HEADER_LINK', field: 'parent', received: zero },
    plant: ({ block }) => Object.assign(block.header, { parent: zero }),
  },
  {
    why: 'another lineage',
    fault: { code: 'HEADER_LINK', field: 'lineage', expected: zero },
    plant: ({ block }) => Object.assign(block.header, { lineage: digestOf('other') }),
  },
  {
    why: 'timestamp 249 ms after the last',
    fault: { code: 'TIMESTAMP_STEP', previous: start + 250n, received: start + 499n, minimumStep: 250n },
    plant: ({ block }) => Object.assign(block.header, { timestamp: start + 499n }),
  },
  {
    why: 'prices of the wrong moment',
    fault: { code: 'PRICES', field: 'settlement', expected: 7n, received: 8n },
    plant: ({ block }) => Object.assign(block.header.prices, { settlement: 8n }),
  },
  {
    why: 'count that falls',
    fault: { code: 'INBOX_RANGE', reason: 'count falls', expected: 1n, received: 0n },
    plant: ({ block }) => Object.assign(block.header, { inboxCount: 0n }),
  },
  {
    why: '65 items',
    fault: { code: 'INBOX_RANGE', reason: 'too many items', expected: 65n, received: 66n },
    plant: ({ block }, judge) => {
      judge.enqueue(now, ...Array.from({ length: 70 }, () => deposit(3, owners.ann.name)))
      block.header.inboxCount = 66n
    },
  },
  {
    why: 'more items than are queued',
    fault: { code: 'INBOX_RANGE', reason: 'beyond the queue', expected: 4n, received: 5n },
    plant: ({ block }) => Object.assign(block.header, { inboxCount: 5n }),
  },
  {
    why: 'item that was due left out',
    fault: { code: 'INBOX_RANGE', reason: 'due items left out', expected: 3n, received: 2n },
    plant: ({ block }) => {
      block.header.timestamp = start + config.forceDelayMs
      block.header.inboxCount = 2n
    },
  },
  {
    why: 'hash of another inbox',
    fault: { code: 'INBOX_HASH', received: zero },
    plant: ({ block }) => Object.assign(block.header, { inboxHash: zero }),
  },
  {
    why: 'hash of another inbox while nothing is consumed',
    fault: { code: 'INBOX_HASH', received: zero },
    plant: ({ block }) => Object.assign(block.header, { inboxCount: 1n, inboxHash: zero }),
  },
  {
    why: '1,025 segments',
    fault: { code: 'BLOCK_SIZE', segments: 1025, maximum: 1024 },
    plant: (sealed) => {
      const filler = Array.from({ length: 1020 }, () => inboxSegment(9n))
      run(sealed, 0).segments.push(...filler)
    },
  },
  {
    why: 'one segment too few counted',
    fault: { code: 'SEGMENT_COUNT' },
    plant: ({ block }) => Object.assign(block.header, { segmentCount: block.header.segmentCount - 1n }),
    bare: true,
  },
  {
    why: 'the segments of the block alone counted',
    fault: { code: 'SEGMENT_COUNT' },
    plant: ({ block }, judge) =>
      Object.assign(block.header, { segmentCount: block.header.segmentCount - judge.parent.segmentCount }),
    bare: true,
  },
  {
    why: 'shards that descend',
    fault: { code: 'RUN_ORDER', shard: 3, previousShard: 4 },
    plant: ({ block, witness }) => {
      block.runs.reverse()
      witness.reverse()
    },
  },
  {
    why: 'shard twice',
    fault: { code: 'RUN_ORDER', shard: 3, previousShard: 3 },
    plant: ({ block, witness }) => {
      block.runs.splice(1, 0, structuredClone(block.runs[0]!))
      witness.splice(1, 0, structuredClone(witness[0]!))
    },
  },
  {
    why: 'shard 64',
    fault: { code: 'RUN_ORDER', shard: 64, previousShard: 3 },
    plant: (sealed) => Object.assign(run(sealed, 1), { shard: 64 }),
  },
  {
    why: 'run without segments',
    fault: { code: 'RUN_ORDER', shard: 4, previousShard: 3 },
    plant: (sealed) => splice(sealed, 1, 0, 1),
  },
  {
    why: 'neither segments nor items',
    fault: { code: 'BLOCK_EMPTY' },
    plant: ({ block, witness }, judge) => {
      block.runs = []
      witness.length = 0
      Object.assign(block.header, { inboxCount: 1n, inboxHash: judge.reference.window.hashBefore })
    },
  },
  {
    why: 'first segment that begins elsewhere',
    fault: { code: 'CONTINUITY', shard: 3, segment: 0, received: zero },
    plant: (sealed) => Object.assign(segment(sealed, 0, 0), { preRoot: zero }),
    bare: true,
  },
  {
    why: 'later segment that begins elsewhere',
    fault: { code: 'CONTINUITY', shard: 3, segment: 2, received: zero },
    plant: (sealed) => Object.assign(segment(sealed, 0, 2), { preRoot: zero }),
    bare: true,
  },
  {
    why: 'run that ends elsewhere than its last segment',
    fault: { code: 'RUN_ROOT', shard: 4, received: zero },
    plant: (sealed) => Object.assign(run(sealed, 1), { postRoot: zero }),
    bare: true,
  },
  {
    why: 'header over other runs',
    fault: { code: 'RUNS_ROOT', received: zero },
    plant: ({ block }) => Object.assign(block.header, { runsRoot: zero }),
    bare: true,
  },
  {
    why: 'item after messages',
    fault: { code: 'INBOX_MISSING', shard: 3, segment: 0, item: 2n },
    plant: (sealed) => splice(sealed, 0, 0, 1, 2),
  },
  {
    why: 'item left out',
    fault: { code: 'INBOX_MISSING', shard: 3, segment: 0, item: 2n },
    plant: (sealed) => splice(sealed, 0, 0, 1),
  },
  {
    why: 'item of a shard without a run left out',
    fault: { code: 'INBOX_MISSING', shard: 4, item: 1n },
    plant: ({ block, witness }) => {
      block.runs.pop()
      witness.pop()
    },
  },
  {
    why: 'second item of a shard left out at the end of its run',
    fault: { code: 'INBOX_MISSING', shard: 4, item: 4n },
    plant: ({ block }, judge) => {
      judge.enqueue(now, deposit(4, owners.ben.name))
      block.header.inboxCount = 5n
      block.header.inboxHash = judge.queue.at(-1)!.inboxHash
    },
  },
  {
    why: 'item of the other shard',
    fault: { code: 'INBOX_MISSING', shard: 4, segment: 0, item: 1n },
    plant: (sealed) => Object.assign(segment(sealed, 1, 0).body, { value: 2n }),
  },
  {
    why: 'item twice',
    fault: { code: 'SEGMENT_ORDER', shard: 4, segment: 1 },
    plant: (sealed) => {
      run(sealed, 1).segments.push(structuredClone(segment(sealed, 1, 0)))
      sealed.witness[1]!.push([])
    },
  },
  {
    why: 'item that is not of this block',
    fault: { code: 'SEGMENT_ORDER', shard: 3, segment: 4 },
    plant: (sealed) => {
      run(sealed, 0).segments.push(inboxSegment(0n))
      sealed.witness[0]!.push([])
    },
  },
  {
    why: 'message segment of 31 before another',
    fault: { code: 'FULLNESS', shard: 3, segment: 1, messages: 31 },
    plant: (sealed) => (segment(sealed, 0, 1).body.value as unknown[]).pop(),
  },
  {
    why: 'message segment of none',
    fault: { code: 'FULLNESS', shard: 3, segment: 2, messages: 0 },
    plant: (sealed) => Object.assign(segment(sealed, 0, 2).body, { value: [] }),
  },
  {
    why: 'message segment of 33',
    fault: { code: 'FULLNESS', shard: 3, segment: 4, messages: 33 },
    plant: (sealed) => {
      run(sealed, 0).segments.push({ preRoot: zero, body: { selector: 0, value: messages(33) }, postRoot: zero })
      sealed.witness[0]!.push(signaturesFor(33))
    },
  },
  {
    why: 'witness with a run too few',
    fault: { code: 'WITNESS_SHAPE', expected: 2, received: 1 },
    plant: ({ witness }) => witness.pop(),
  },
  {
    why: 'witness with a segment too many',
    fault: { code: 'WITNESS_SHAPE', shard: 4, expected: 1, received: 2 },
    plant: ({ witness }) => witness[1]!.push([]),
  },
  {
    why: 'witness that lacks a signature',
    fault: { code: 'WITNESS_SHAPE', shard: 3, segment: 2, expected: 8, received: 7 },
    plant: ({ witness }) => witness[0]![2]!.pop(),
  },
  {
    why: 'witness with a signature for an inbox item',
    fault: { code: 'WITNESS_SHAPE', shard: 4, segment: 0, expected: 0, received: 1 },
    plant: ({ witness }) => witness[1]![0]!.push(new Uint8Array(64)),
  },
  {
    why: 'message with a bad signature, named by its place in the segment',
    fault: {
      code: 'SEGMENT_INVALID',
      shard: 3,
      segment: 1,
      entry: 17,
      fault: { code: 'SIGNATURE_INVALID', index: 0 },
    },
    plant: ({ witness }) => witness[0]![1]!.splice(17, 1, new Uint8Array(64)),
  },
  {
    why: 'operation that is invalid',
    fault: {
      code: 'SEGMENT_INVALID',
      shard: 3,
      segment: 3,
      entry: 0,
      fault: { code: 'NONCE_MISMATCH', expected: 1n, received: 5n },
    },
    plant: (sealed) => {
      const { body } = segment(sealed, 0, 3)
      if (body.selector === BodyKind.operation) Object.assign(body.value.value, { nonce: 5n })
    },
  },
  {
    why: 'segment with another root',
    fault: { code: 'POST_ROOT', shard: 3, segment: 3, received: zero },
    plant: (sealed) => Object.assign(segment(sealed, 0, 3), { postRoot: zero }),
  },
  {
    why: 'state with another root',
    fault: { code: 'STATE_ROOT', received: zero },
    plant: ({ block }) => Object.assign(block.header, { stateRoot: zero }),
  },
]
