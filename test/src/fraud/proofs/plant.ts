import { type Block, BlockHeaderType, type BlockWitness, type Run, runsRoot, type Segment } from '@parley/protocol'
import type { Random } from '../../fuzz/random.ts'
import type { Scene } from '../scene.ts'

/** One way to spoil a scene. */
type Plant = (random: Random, scene: Scene) => void

const blockAt = (random: Random, { core }: Scene): Block => random.pick(core)
const flip = (random: Random, bytes: Uint8Array): void => {
  const at = random.below(bytes.length)
  bytes[at] = bytes[at]! ^ (1 << random.below(8))
}
const nudge = (random: Random, value: bigint): bigint => {
  const by = BigInt(random.pick([1, -1, 2, 64, 65, -250, 1_000]))
  return BigInt.asUintN(64, value + by)
}

function runAt(random: Random, scene: Scene): { run: Run; runs: Run[]; signed: Uint8Array[][] | undefined } {
  const touched = scene.core.flatMap(({ runs }, block) =>
    runs.map((run, r) => ({ run, runs, signed: scene.witness[block]?.[r] })),
  )
  return random.pick(touched)
}

function segmentAt(random: Random, scene: Scene): { segment: Segment; at: number; run: Run } {
  const { run } = runAt(random, scene)
  const at = random.below(run.segments.length || 1)
  const segment = run.segments[at]
  return segment === undefined ? segmentAt(random, scene) : { segment, at, run }
}

const counters = ['number', 'timestamp', 'inboxCount', 'segmentCount'] as const
const digests = ['parent', 'lineage', 'inboxHash', 'runsRoot', 'stateRoot'] as const

const ofHeaders: readonly Plant[] = [
  (random, scene) => {
    const { header } = blockAt(random, scene)
    const field = random.pick(counters)
    header[field] = nudge(random, header[field])
  },
  (random, scene) => flip(random, blockAt(random, scene).header[random.pick(digests)]),
  (random, scene) => {
    const { prices } = blockAt(random, scene).header
    const field = random.pick(Object.keys(prices) as (keyof typeof prices)[])
    prices[field] += 1n
  },
  (random, { core, witness }) => {
    if (random.below(2) === 0) core.pop()
    else witness.pop()
  },
  (random, { last }) => flip(random, last[random.pick(digests)]),
]

const ofRuns: readonly Plant[] = [
  (random, scene) => {
    const { run } = runAt(random, scene)
    run.shard = random.pick([(run.shard + 1) % 256, 63, 64, 255, 0])
  },
  (random, scene) => flip(random, runAt(random, scene).run.postRoot),
  (random, scene) => {
    const { run, runs } = runAt(random, scene)
    runs.push(structuredClone({ ...run, shard: random.pick([run.shard, 60]) }))
  },
  (random, scene) => {
    const { runs } = blockAt(random, scene)
    runs.pop()
  },
  (random, scene) => {
    runAt(random, scene).run.segments.length = 0
  },
]

const ofSegments: readonly Plant[] = [
  (random, scene) => flip(random, segmentAt(random, scene).segment.preRoot),
  (random, scene) => flip(random, segmentAt(random, scene).segment.postRoot),
  (random, scene) => {
    const { run, at } = segmentAt(random, scene)
    run.segments.splice(at, 1)
  },
  (random, scene) => {
    const { run, at, segment } = segmentAt(random, scene)
    run.segments.splice(at, 0, structuredClone(segment))
  },
  (random, scene) => {
    const { run, at } = segmentAt(random, scene)
    run.segments.push(...run.segments.splice(at, 1))
  },
  (random, scene) => spoilBody(random, segmentAt(random, scene).segment),
  (random, scene) => spoilBody(random, segmentAt(random, scene).segment),
]

/** Changes what a segment does. */
function spoilBody(random: Random, segment: Segment): void {
  const { body } = segment
  if (body.selector === 2) segment.body = { selector: 2, value: nudge(random, body.value) }
  else if (body.selector === 1) {
    const value = body.value.value
    if (random.below(4) === 0) value.shard = (value.shard + 1) % 64
    else if ('account' in value) value.nonce = nudge(random, value.nonce)
    else value.epoch = nudge(random, value.epoch)
  } else {
    const message = body.value[random.below(body.value.length || 1)]
    if (message === undefined || random.below(3) === 0) body.value.splice(0, 1 + random.below(3))
    else if (random.below(2) === 0) flip(random, message.content)
    else Object.assign(message, random.below(2) === 0 ? { member: random.below(5) } : { conversation: random.below(3) })
  }
}

const ofWitness: readonly Plant[] = [
  (random, scene) => {
    const signatures = signaturesAt(random, scene)
    if (signatures.length > 0) flip(random, random.pick(signatures))
  },
  (random, scene) => {
    signaturesAt(random, scene).pop()
  },
  (random, scene) => {
    signaturesAt(random, scene).push(new Uint8Array(64))
  },
  (random, { witness }) => {
    random.pick(witness).pop()
  },
  (random, { witness }) => {
    const runs = random.pick(witness)
    if (runs.length > 0) random.pick(runs).pop()
  },
]

function signaturesAt(random: Random, { witness }: Scene): Uint8Array[] {
  const lists = witness.flatMap((block: BlockWitness) => block.flat())
  return lists.length === 0 ? [] : random.pick(lists)
}

/** Spoils a scene in `faults` ways, and half the time makes the headers fit what was spoilt below them. */
export function plant(random: Random, scene: Scene, faults: number): void {
  const honest = scene.last
  for (let i = 0; i < faults; i += 1)
    random.pick(random.pick([ofHeaders, ofRuns, ofSegments, ofSegments, ofWitness]))(random, scene)
  if (random.below(4) > 0) relink(scene)
  const header = scene.core.at(-1)?.header
  if (header === undefined || random.below(8) === 0) return
  // What the L2 compares with the chain at the claim cannot be a lie.
  const { number, lineage, inboxCount, inboxHash } = honest
  scene.last = { ...structuredClone(header), number, lineage, inboxCount, inboxHash }
}

/** Makes every header name its parent, its runs and their segments. */
function relink({ core }: Scene): void {
  let parent = core[0]?.header.parent
  let segments = 0n
  for (const { header, runs } of core) {
    segments += BigInt(runs.reduce((sum, run) => sum + run.segments.length, 0))
    Object.assign(header, { parent, segmentCount: segments, runsRoot: runsRoot(runs) })
    parent = BlockHeaderType.hashTreeRoot(header)
  }
}
