import { zeroHash } from '@chainsafe/persistent-merkle-tree'
import { CodecError } from '../codec/faults.ts'
import type { DataPlace } from '../interfaces/settlement.ts'
import { limits } from '../limits.ts'
import { sameBytes } from '../ssz/bytes.ts'
import { listRoot, merkleize, mixIn } from '../ssz/chunk-roots.ts'
import { hash64, merkleize4 } from '../ssz/merkle.ts'
import type { Bytes32, Signature } from '../ssz/primitives.ts'
import { type BlockHeader, BlockHeaderType, type Body, BodyKind, type Segment, SegmentType } from '../types/block.ts'
import { type Message, MessageType, SignaturesType } from '../types/operation.ts'
import { PackedReader } from './packed-reader.ts'
import { segmentsPerPage } from './pages.ts'
import { readOperation } from './read-operation.ts'
import { uintChunk } from './roots.ts'

/** What a claim commits to, and how many blocks it says it has. */
export interface ClaimedRoots {
  readonly coreRoot: Bytes32
  readonly witnessRoot: Bytes32
  readonly blocks: number
}

/** What a page tells of one run: how many segments it has, the root of their tree, and those that are in the page. */
export interface PagedRun<Entry> {
  readonly segments: number
  readonly tree: Bytes32
  /** Index in the run of the first of `entries`. */
  readonly first: number
  readonly entries: readonly Entry[]
}

export interface PagedCoreRun extends PagedRun<Segment> {
  readonly shard: number
  readonly postRoot: Bytes32
}

/** What stands at a place of a claim's data. */
export type PlacedData =
  | { readonly kind: 'list'; readonly roots: readonly Bytes32[] }
  | { readonly kind: 'core'; readonly header: BlockHeader; readonly runs: readonly PagedCoreRun[] }
  | { readonly kind: 'witness'; readonly runs: readonly PagedRun<Signature[]>[] }

const depths = {
  blocks: Math.log2(limits.blocksPerBatch),
  runs: Math.log2(limits.shards),
  segments: Math.log2(limits.segmentsPerBlock),
} as const

/** Where a page stands in its block: from which segment on, and how many the runs so far had. */
interface Reading {
  readonly reader: PackedReader
  readonly from: number
  passed: number
}

/**
 * Reads what was answered at a place, and holds it against the claim: the inverse of `listOf` and `pageOf`, which takes
 * exactly what `Pages` takes on the L2.
 * @param place - Of a part 0 or 1, and of a block at most `claimed.blocks`.
 * @throws {CodecError} for everything else.
 */
export function readAnswer(data: Uint8Array, place: DataPlace, claimed: ClaimedRoots): PlacedData {
  const { part, block, page } = place
  const { blocks } = claimed
  const expected = part === 0 ? claimed.coreRoot : claimed.witnessRoot
  const what = `${block === blocks ? 'list' : 'page'} of the ${part === 0 ? 'core' : 'witness'}`
  if (block > blocks)
    throw new CodecError({ code: 'CODEC_BOUND', part: what, field: 'block', received: block, maximum: blocks })
  const reader = new PackedReader(data, what)
  const reading = { reader, from: page * segmentsPerPage, passed: 0 }
  const { placed, tree } = block === blocks ? readList(reader, blocks) : readPage(reading, part, block)
  reader.end()
  const received = mixIn(tree, blocks)
  if (!sameBytes(received, expected)) throw new CodecError({ code: 'CODEC_ROOT', part: what, expected, received })
  return placed
}

/** Something that was read, and the root of the part's tree that it leads to. */
interface Read {
  readonly placed: PlacedData
  readonly tree: Bytes32
}

function readList(reader: PackedReader, blocks: number): Read {
  reader.assertAtLeast('roots', 32 * blocks)
  const roots = Array.from({ length: blocks }, () => reader.root('root'))
  const tree = blocks === 0 ? zeroHash(depths.blocks) : merkleize(roots, depths.blocks)
  return { placed: { kind: 'list', roots }, tree }
}

function readPage(reading: Reading, part: number, block: number): Read {
  const { reader } = reading
  if (part !== 0) {
    const { runs, root } = readWitnessRuns(reading)
    return { placed: { kind: 'witness', runs }, tree: reader.rootOf(root, block, depths.blocks) }
  }
  const header = readHeader(reader)
  const { runs, root } = readCoreRuns(reading)
  const leaf = hash64(BlockHeaderType.hashTreeRoot(header), root)
  return { placed: { kind: 'core', header, runs }, tree: reader.rootOf(leaf, block, depths.blocks) }
}

function readHeader(reader: PackedReader): BlockHeader {
  return {
    number: reader.uint('number', 8),
    parent: reader.root('parent'),
    timestamp: reader.uint('timestamp', 8),
    lineage: reader.root('lineage'),
    inboxCount: reader.uint('inboxCount', 8),
    segmentCount: reader.uint('segmentCount', 8),
    inboxHash: reader.root('inboxHash'),
    prices: {
      coreByte: reader.uint('coreByte', 8),
      witnessByte: reader.uint('witnessByte', 8),
      settlement: reader.uint('settlement', 8),
      stateByte: reader.uint('stateByte', 8),
    },
    runsRoot: reader.root('runsRoot'),
    stateRoot: reader.root('stateRoot'),
  }
}

function readCoreRuns(reading: Reading): { readonly runs: readonly PagedCoreRun[]; readonly root: Bytes32 } {
  const { reader } = reading
  const roots: Bytes32[] = []
  const runs = Array.from({ length: reader.byte('runs', limits.shards) }, () => {
    const shard = reader.byte('shard')
    const segments = reader.small('segments', 2, limits.segmentsPerBlock)
    const postRoot = reader.root('postRoot')
    const range = readRange(reading, segments, readSegment, (segment) => SegmentType.hashTreeRoot(segment))
    roots.push(merkleize4(uintChunk(shard), mixIn(range.tree, segments), postRoot, zeroHash(0)))
    return { ...range, shard, postRoot }
  })
  return { runs, root: listRoot(roots, depths.runs) }
}

function readWitnessRuns(reading: Reading): {
  readonly runs: readonly PagedRun<Signature[]>[]
  readonly root: Bytes32
} {
  const { reader } = reading
  const roots: Bytes32[] = []
  const runs = Array.from({ length: reader.byte('runs', limits.shards) }, () => {
    const segments = reader.small('segments', 2, limits.segmentsPerBlock)
    const range = readRange(reading, segments, readSignatures, (signatures) => SignaturesType.hashTreeRoot(signatures))
    roots.push(mixIn(range.tree, segments))
    return range
  })
  return { runs, root: listRoot(roots, depths.runs) }
}

/** Reads what of a run is in the page and what leads to the root of its tree; that root where nothing is. */
function readRange<Entry>(
  reading: Reading,
  segments: number,
  read: (reader: PackedReader) => Entry,
  rootOf: (entry: Entry) => Bytes32,
): PagedRun<Entry> {
  const { reader, from, passed } = reading
  reading.passed += segments
  const first = Math.max(0, from - passed)
  const end = Math.min(segments, from + segmentsPerPage - passed)
  if (first >= end) {
    const tree = reader.root('tree')
    if (segments === 0 && !sameBytes(tree, zeroHash(depths.segments)))
      throw reader.invalid('tree', 'is not that of a run without segments')
    return { segments, tree, first: 0, entries: [] }
  }
  const entries = Array.from({ length: end - first }, () => read(reader))
  return { segments, tree: readTree(reader, entries.map(rootOf), first, segments), first, entries }
}

/** Root of the tree of `count` leaves in which `leaves` stand from `first` on; what stands beside them is read. */
function readTree(reader: PackedReader, leaves: readonly Bytes32[], first: number, count: number): Bytes32 {
  let nodes = leaves
  let at = first
  let length = count
  for (let height = 0; height < depths.segments; height += 1) {
    const end = at + nodes.length
    const left = at % 2 === 1 ? [reader.root('sibling')] : []
    const right = end % 2 === 0 ? [] : [end < length ? reader.root('sibling') : zeroHash(height)]
    const row = [...left, ...nodes, ...right]
    nodes = Array.from({ length: row.length / 2 }, (_, i) => hash64(row[2 * i] as Bytes32, row[2 * i + 1] as Bytes32))
    at = Math.floor(at / 2)
    length = Math.ceil(length / 2)
  }
  return nodes[0] as Bytes32
}

function readSegment(reader: PackedReader): Segment {
  const preRoot = reader.root('preRoot')
  const postRoot = reader.root('postRoot')
  return { preRoot, postRoot, body: readBody(reader) }
}

function readBody(reader: PackedReader): Body {
  const selector = reader.byte('kind')
  if (selector === BodyKind.messages) return { selector, value: readMessages(reader) }
  if (selector === BodyKind.operation) return { selector, value: readOperation(reader) }
  if (selector === BodyKind.inboxItem) return { selector, value: reader.uint('item', 8) }
  throw reader.invalid('kind', `${selector} is none`)
}

function readMessages(reader: PackedReader): Message[] {
  const count = reader.byte('messages', limits.messagesPerSegment)
  return Array.from({ length: count }, () =>
    MessageType.deserialize(reader.bytes('message', MessageType.fixedSize as number).slice()),
  )
}

function readSignatures(reader: PackedReader): Signature[] {
  const count = reader.byte('signatures', limits.messagesPerSegment)
  return Array.from({ length: count }, () => reader.bytes('signature', 64).slice())
}
