import {
  type Block,
  BlockHeaderType,
  coreRoot,
  DaLayer,
  encodeCore,
  encodeWitness,
  hash64,
  limits,
  type MemberKey,
  type MerkleProof,
  messageDigest,
  proveMessage,
  rootOf,
  runsRoot,
  type SegmentPlace,
  signDigest,
  skeletonOf,
  witnessRoot,
} from '@parley/protocol'
import { segmentsPerPage } from '@parley/protocol/fraud'
import { slots } from '../cast/cast.ts'
import { type Batch, complete } from '../forger/draft.ts'
import type { Scene } from '../forger/scene.ts'
import { type Ending, gasOf } from './class.ts'

/** A claim whose data is not what anybody can read off a DA layer. */
export interface Withheld {
  readonly batch: Batch
  readonly coreRoot: Uint8Array
  readonly witnessRoot: Uint8Array
  /** What the DA layer serves; undefined where the pointer leads nowhere. */
  readonly core: Uint8Array | undefined
  readonly witness: Uint8Array | undefined
  /** Number of another layer, which the claim names instead. */
  readonly layer?: number
}

/** A lie about data. */
export interface DataLie {
  readonly name: string
  readonly ending: Ending | 'unanswered'
  /** What the liar answers of what is asked: `first pages` are the lists and page 0 of each block, which show how much more there is. */
  readonly answers: 'nothing' | 'first pages' | 'everything'
  /** The first fault of what is answered; undefined where nothing is. */
  readonly fault: string | undefined
  readonly gas: number
  forge(scene: Scene): Withheld
}

/** Asking takes gas by the place, on top of what a proof or a removal takes. */
const askingGas = 500_000
const gasWithAsking = (ending: Ending | 'unanswered'): number =>
  askingGas + (ending === 'unanswered' ? 350_000 : gasOf[ending])

/** A batch, and exactly its bytes. */
function truth(batch: Batch): Withheld {
  const { core, witness } = batch
  return {
    batch,
    coreRoot: coreRoot(core),
    witnessRoot: witnessRoot(witness),
    core: encodeCore(core.map(skeletonOf)),
    witness: encodeWitness(witness),
  }
}

const unanswered = (name: string, change: (right: Withheld) => Partial<Withheld>): DataLie => ({
  name,
  ending: 'unanswered',
  answers: 'nothing',
  fault: undefined,
  gas: gasWithAsking('unanswered'),
  forge({ ground, blocks }) {
    const right = truth(complete(ground, blocks))
    return { ...right, ...change(right) }
  },
})

const random = new Uint8Array(32).fill(0x5a)

/** The root of a core in which one message is told in a form that no type has. */
function misshapen(
  { batch: { core } }: Withheld,
  change: (proof: MerkleProof, content: Uint8Array) => MerkleProof,
): Partial<Withheld> {
  const place = messagesOf(core)
  const { body } = core[place.block]!.runs[place.run]!.segments[place.segment]!
  const content = body.selector === 0 ? (body.value[0]?.content ?? random) : random
  const root = rootOf(change(proveMessage(core, place, 0), content))
  if (root === undefined) throw new RangeError('there is no such message')
  return { coreRoot: root, core: undefined }
}

/** The first segment of messages, of a shard or of any. */
function messagesOf(core: readonly Block[], shard?: number): SegmentPlace {
  for (const [block, { runs }] of core.entries())
    for (const [run, { segments, shard: index }] of runs.entries()) {
      if (shard !== undefined && index !== shard) continue
      const segment = segments.findIndex(({ body }) => body.selector === 0)
      if (segment >= 0) return { block, run, segment }
    }
  throw new RangeError('the honest blocks have no messages')
}

/** Levels of a list of messages below the chunk of its length, and of that below the chunk of the body's selector. */
const lengthLevel = 5
const selectorLevel = 6

const withSibling = (proof: MerkleProof, level: number, first: number): MerkleProof => ({
  ...proof,
  branch: proof.branch.map((each, i) => (i === level ? new Uint8Array(32).fill(first, 0, 1) : each)),
})

/** A message whose member has more bytes than its number. */
function dirtyLeaf(content: Uint8Array): Uint8Array {
  const dirty = new Uint8Array(32).fill(1)
  return hash64(hash64(new Uint8Array(32), dirty), hash64(content, new Uint8Array(32)))
}

/** Everything is answered, and then proven wrong. @param change - What a claim says that bytes on a DA layer cannot say, or do not. */
const answered = (
  name: string,
  ending: Ending,
  fault: string,
  change: (core: Block[], batch: Batch, scene: Scene) => void,
  served: (right: Withheld) => Partial<Withheld> = ({ core, witness }) => ({ core, witness }),
): DataLie => ({
  name,
  ending,
  answers: 'everything',
  fault,
  gas: gasWithAsking(ending),
  forge(scene) {
    const batch = complete(scene.ground, scene.blocks)
    const right = truth(structuredClone(batch))
    change(batch.core, batch, scene)
    relink(batch)
    const { core, witness } = batch
    return { ...right, batch, coreRoot: coreRoot(core), witnessRoot: witnessRoot(witness), ...served(right) }
  },
})

/** Makes every header but the first name the one before it, and the claim the last one. */
function relink(batch: Batch): void {
  batch.core.forEach(({ header }, i) => {
    const before = batch.core[i - 1]?.header
    if (before !== undefined) header.parent = BlockHeaderType.hashTreeRoot(before)
  })
  batch.last = structuredClone((batch.core.at(-1) as Block).header)
}

const firstBlock = (core: readonly Block[]): Block => {
  const [first, second] = core
  if (first === undefined || second === undefined) throw new RangeError('the honest blocks are fewer than two')
  return first
}

const flip = (bytes: Uint8Array): Uint8Array => bytes.map((byte, i) => (i === 3 ? byte ^ 1 : byte))

/** The first block with runs is committed to as it is now. */
function recommit(block: Block): void {
  block.header.runsRoot = runsRoot(block.runs)
}

function blockWithRuns(core: readonly Block[]): Block {
  const found = core.slice(0, -1).find(({ runs }) => runs.length > 0)
  if (found === undefined) throw new RangeError('no honest block but the last has runs')
  return found
}

/** The talker says something else than what the layer serves, and signs it. */
function otherMessage(core: Block[], { witness }: Batch, { cast, ground }: Scene): void {
  const { block, run, segment } = messagesOf(core, cast.shard)
  const { body } = core[block]!.runs[run]!.segments[segment]!
  const said = body.selector === 0 ? body.value[0] : undefined
  const conversation = ground.state.shards[cast.shard]?.conversations[cast.conversation]
  if (said === undefined || conversation === undefined) throw new RangeError('nothing was said')
  said.content = flip(said.content)
  const nonce = conversation.members[slots.talker]?.nonce ?? 0n
  const digest = messageDigest(ground.config.chainId, conversation.id, slots.talker, nonce, said.content)
  witness[block]![run]![segment]![0] = signDigest((cast.keys[slots.talker] as MemberKey).secret, digest)
  recommit(core[block]!)
}

/** Shows how long a block is, and nothing of what is in it but its first page. */
const firstPagesOnly: DataLie = {
  name: 'first-pages-only',
  ending: 'unanswered',
  answers: 'first pages',
  fault: 'SEGMENT_COUNT',
  gas: gasWithAsking('unanswered') + askingGas,
  forge({ ground, blocks }) {
    const batch = complete(ground, blocks)
    const block = blockWithRuns(batch.core)
    const signatures = batch.witness[batch.core.indexOf(block)]![0]!
    const run = block.runs[0]!
    const segments = segmentsPerPage + 1
    run.segments = Array.from({ length: segments }, () => structuredClone(run.segments[0]!))
    signatures.splice(0, signatures.length, ...run.segments.map(() => structuredClone(signatures[0]!)))
    recommit(block)
    relink(batch)
    return { ...truth(batch), core: undefined, witness: undefined }
  },
}

export const dataLies: readonly DataLie[] = [
  unanswered('core-withheld', () => ({ core: undefined })),
  unanswered('witness-withheld', () => ({ witness: undefined })),
  unanswered('other-bytes-on-da', ({ batch }) => {
    const other = structuredClone(batch.core)
    other[0]!.header.stateRoot = random
    return { core: encodeCore(other.map(skeletonOf)) }
  }),
  // Only what the contract took as a rescue is in calldata, whatever a claim says.
  unanswered('calldata-layer-to-dodge-challenges', () => ({ layer: DaLayer.calldata })),
  unanswered('random-core-root', () => ({ coreRoot: random })),
  unanswered('random-witness-root', () => ({ witnessRoot: random })),
  unanswered('length-33', (right) => misshapen(right, (proof) => withSibling(proof, lengthLevel, 33))),
  unanswered('unknown-selector', (right) => misshapen(right, (proof) => withSibling(proof, selectorLevel, 7))),
  unanswered('dirty-padding', (right) =>
    misshapen(right, (proof, content) => ({ ...proof, leaf: dirtyLeaf(content) })),
  ),
  unanswered('witness-one-short', ({ batch: { witness } }) => ({
    witnessRoot: witnessRoot(witness.slice(0, -1)),
    witness: encodeWitness(witness.slice(0, -1)),
  })),
  firstPagesOnly,
  answered('parent-broken', 'malformed', 'HEADER_LINK', (core) => {
    const { header } = firstBlock(core)
    header.parent = flip(header.parent)
  }),
  answered('prices-in-header', 'malformed', 'PRICES', (core) => {
    const { header } = firstBlock(core)
    header.prices = { ...header.prices, settlement: header.prices.settlement + 1n }
  }),
  answered('segment-count', 'malformed', 'SEGMENT_COUNT', (core) => {
    firstBlock(core).header.segmentCount += 1n
  }),
  answered('block-too-large', 'malformed', 'BLOCK_SIZE', (core) => {
    const block = blockWithRuns(core)
    const run = block.runs[0]!
    const segment = run.segments[0]!
    // One more than a block may have: nobody can be asked for its last pages.
    run.segments = Array.from({ length: limits.segmentsPerBlock }, () => structuredClone(segment))
    block.runs.push({ ...run, shard: limits.shards - 1, segments: [structuredClone(segment)] })
    recommit(block)
  }),
  answered('pre-root', 'malformed', 'CONTINUITY', (core) => {
    const block = blockWithRuns(core)
    const segment = block.runs[0]!.segments[0]!
    segment.preRoot = flip(segment.preRoot)
    recommit(block)
  }),
  answered('run-post-root', 'malformed', 'RUN_ROOT', (core) => {
    const block = blockWithRuns(core)
    const run = block.runs[0]!
    run.postRoot = flip(run.postRoot)
    recommit(block)
  }),
  answered('runs-root', 'malformed', 'RUNS_ROOT', (core) => {
    const { header } = blockWithRuns(core)
    header.runsRoot = flip(header.runsRoot)
  }),
  answered('inbox-hash-in-the-middle', 'malformed', 'INBOX_HASH', (core) => {
    const { header } = firstBlock(core)
    header.inboxHash = flip(header.inboxHash)
  }),
  answered('one-message-other-than-on-da', 'messages', 'POST_ROOT', otherMessage),
  answered(
    'all-withheld-all-answered',
    'stateRoot',
    'STATE_ROOT',
    (core) => {
      firstBlock(core).header.stateRoot = random
    },
    () => ({ core: undefined, witness: undefined }),
  ),
]
