import { BodyKind, limits, type Message } from '@parley/protocol'
import { type Batch, complete, type DraftBlock, type DraftRun, type DraftSegment } from '../forger/draft.ts'
import { findItem, findMessages, type Scene } from '../forger/scene.ts'
import { type BlockLie, type Need, withLast } from './class.ts'

interface Rule {
  readonly gas: number
  readonly needs?: readonly Need[]
}

const breaks = (
  name: string,
  fault: string,
  { gas, needs = [] }: Rule,
  tell: (scene: Scene) => void,
  claim: (batch: Batch) => Batch = (batch) => batch,
): BlockLie => ({
  name,
  ending: 'malformed',
  fault,
  gas,
  needs,
  forge(scene) {
    tell(scene)
    return claim(complete(scene.ground, scene.blocks))
  },
})

const range: Rule = { gas: 300_000 }
const inbox: Rule = { gas: 350_000, needs: ['items'] }
const shape: Rule = { gas: 500_000 }

const isItem = ({ body }: DraftSegment): boolean => body.selector === BodyKind.inboxItem

/** Moves the items that a block takes into the one after it. */
function postpone({ ground, blocks }: Scene, at: number): void {
  const [from, to] = [blocks[at] as DraftBlock, blocks[at + 1]]
  if (to === undefined) throw new RangeError('there is no block after the one that takes items')
  for (const run of from.runs) {
    const items = run.segments.filter(isItem)
    if (items.length === 0) continue
    run.segments = run.segments.filter((segment) => !isItem(segment))
    const there = to.runs.find(({ shard }) => shard === run.shard)
    if (there === undefined) to.runs.push({ shard: run.shard, segments: items })
    else there.segments.unshift(...items)
  }
  from.runs = from.runs.filter(({ segments }) => segments.length > 0)
  to.runs.sort((a, b) => a.shard - b.shard)
  from.inboxCount = at === 0 ? ground.parent.inboxCount : (blocks[at - 1] as DraftBlock).inboxCount
}

/** No item is taken when it is due: its block says a later time than it had until then. */
function leaveDueOut(scene: Scene): void {
  const { blocks, ground } = scene
  const at = blocks.indexOf(findItem(scene, 'deposit').block)
  const from = at === 0 ? ground.parent.inboxCount : (blocks[at - 1] as DraftBlock).inboxCount
  const item = ground.window.waiting[Number(from - ground.parent.inboxCount)]
  if (item === undefined) throw new RangeError('the honest blocks have no item')
  // The next block takes it, or the claim would be refused for it.
  if (at === blocks.length - 1) blocks.push({ ...(blocks[at] as DraftBlock), runs: [] })
  postpone(scene, at)
  let time = item.time + ground.config.forceDelayMs
  for (const block of blocks.slice(at)) {
    if (block.timestamp < time) block.timestamp = time
    time = block.timestamp + limits.minBlockIntervalMs
  }
}

/** One block takes all items of the batch, more than a block may. */
function takeTooMany(scene: Scene): void {
  const { blocks } = scene
  const last = blocks.length - 1
  for (let at = 0; at < last; at += 1) postpone(scene, at)
  // Claims are bounded by 64 items a block, so that blocks without any are needed beside it.
  const { timestamp, inboxCount } = blocks[last] as DraftBlock
  blocks.push({ timestamp: timestamp + limits.minBlockIntervalMs, inboxCount, runs: [] })
}

const runOf = ({ run }: { readonly run: DraftRun }): DraftSegment[] => run.segments

/** Splits a segment of messages, so that it is not full although another one follows. */
function split(scene: Scene): void {
  const found = findMessages(scene)
  const { body, signatures } = found.segment
  if (body.selector !== BodyKind.messages) return
  const rest = { body: { selector: BodyKind.messages, value: body.value.splice(1) }, signatures: signatures.splice(1) }
  runOf(found).splice(found.at + 1, 0, rest)
}

/** A block in which two shards have runs: made of the first, where the honest ones have one shard each. */
function twoRuns({ blocks }: Scene): DraftBlock {
  const found = blocks.find(({ runs }) => runs.length > 1)
  if (found !== undefined) return found
  throw new RangeError('no honest block has two runs')
}

const emptySegment = (): DraftSegment => ({
  body: { selector: BodyKind.messages, value: [] as Message[] },
  signatures: [],
})

export const ruleLies: readonly BlockLie[] = [
  breaks('due-item-left-out', 'INBOX_RANGE', { ...range, needs: ['items'] }, leaveDueOut),
  breaks('sixty-five-items', 'INBOX_RANGE', { ...range, needs: ['flood'] }, takeTooMany),
  breaks('item-missing', 'INBOX_MISSING', inbox, (scene) => {
    const found = findItem(scene, 'exit')
    runOf(found).splice(found.at, 1)
  }),
  breaks('item-twice', 'SEGMENT_ORDER', inbox, (scene) => {
    const found = findItem(scene, 'exit')
    const last = runOf(found).findLastIndex(isItem)
    runOf(found).splice(last + 1, 0, { ...found.segment })
  }),
  breaks('item-of-other-shard', 'SEGMENT_ORDER', inbox, (scene) => {
    const { block, segment } = findItem(scene, 'exit')
    const { otherShard } = scene.cast
    const there = block.runs.find(({ shard }) => shard === otherShard)
    if (there !== undefined) there.segments.unshift({ ...segment })
    else block.runs.push({ shard: otherShard, segments: [{ ...segment }] })
    block.runs.sort((a, b) => a.shard - b.shard)
  }),
  breaks('item-after-message', 'INBOX_MISSING', inbox, (scene) => {
    const found = findItem(scene, 'deposit')
    const { segment } = findMessages(scene)
    runOf(found).splice(found.at, 0, { body: structuredClone(segment.body), signatures: [...segment.signatures] })
  }),
  breaks('item-invented', 'SEGMENT_ORDER', inbox, (scene) => {
    const found = findItem(scene, 'exit')
    const last = runOf(found).findLastIndex(isItem)
    runOf(found).splice(last + 1, 0, {
      body: { selector: BodyKind.inboxItem, value: found.block.inboxCount + 1_000n },
      signatures: [],
    })
  }),
  breaks('not-full', 'FULLNESS', shape, split),
  breaks('empty-segment', 'FULLNESS', shape, (scene) => {
    const found = findMessages(scene)
    runOf(found).splice(found.at + 1, 0, emptySegment())
  }),
  breaks('runs-out-of-order', 'RUN_ORDER', shape, (scene) => void twoRuns(scene).runs.reverse()),
  breaks('empty-run', 'RUN_ORDER', shape, ({ blocks }) => {
    blocks[0]?.runs.push({ shard: limits.shards - 1, segments: [] })
  }),
  breaks('empty-block', 'BLOCK_EMPTY', shape, ({ blocks }) => {
    const { timestamp, inboxCount } = blocks.at(-1) as DraftBlock
    blocks.push({ timestamp: timestamp + limits.minBlockIntervalMs, inboxCount, runs: [] })
  }),
  breaks('timestamps-too-close', 'TIMESTAMP_STEP', range, ({ blocks }) => {
    const { timestamp, inboxCount } = blocks.at(-1) as DraftBlock
    blocks.push({ timestamp: timestamp + 100n, inboxCount, runs: [] })
  }),
  breaks(
    'last-header-of-other-block',
    'LAST_HEADER',
    { gas: 350_000 },
    () => undefined,
    (batch) => withLast(batch, { stateRoot: new Uint8Array(32).fill(9) }),
  ),
  breaks(
    'block-count',
    'BLOCK_COUNT',
    { gas: 350_000 },
    () => undefined,
    (batch) => withLast(batch, { number: batch.last.number + 1n }),
  ),
]
