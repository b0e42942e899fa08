import {
  type BatchClaim,
  type Block,
  type BlockSkeleton,
  type BlockWitness,
  BodyKind,
  completeBlocks,
  coreRoot,
  type DataPlace,
  decodeBatchColumns,
  encodeCore,
  encodeWitness,
  genesisHeader,
  limits,
  ShardType,
  signaturesOf,
  skeletonOf,
  witnessRoot,
} from '@parley/protocol'
import {
  BatchTrees,
  listOf,
  pageOf,
  segmentsPerPage,
  writeLastHeader,
  writeRunOrder,
  writeSegmentCount,
  writeWitnessShape,
} from '@parley/protocol/fraud'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { knowClaim, placesAtMost, type ServedParts } from '../src/answers/claim.ts'
import { samePlace } from '../src/l2/question-log.ts'
import { config, digestOf, TestChain } from './support/chain.ts'
import { claimOf, SpoilableDa } from './support/l2.ts'

const chain = new TestChain()
chain.deposit(3)
chain.deposit(40)
const built = [
  chain.build([chain.create(3), chain.create(40)], 2),
  chain.build(chain.say(3, 40)),
  chain.build([...chain.say(40, 2), ...chain.say(3, 3)]),
  chain.build(chain.say(40, 1)),
]
const window = { waiting: chain.queue, hashBefore: new Uint8Array(32) }
const state = {
  header: genesisHeader(config),
  prices: config.genesis.prices,
  shardRoots: Array.from({ length: limits.shards }, () => ShardType.hashTreeRoot(ShardType.defaultValue())),
}
const lineage = config.genesis.lineage

/** A block of three pages in two runs, or of more; nothing about it need be valid. */
function long(of: BlockSkeleton, [first, second] = [40, 50]): BlockSkeleton {
  const [run] = of.runs
  const times = (count: number) => Array.from({ length: count }, (_, i) => run!.segments[i % run!.segments.length]!)
  return {
    ...of,
    runs: [
      { shard: 3, segments: times(first as number) },
      { shard: 9, segments: times(second as number) },
    ],
  }
}

const skeletons = built.map(({ block }) => skeletonOf(block))
const right: readonly BlockSkeleton[] = [skeletons[0]!, long(skeletons[1]!), ...skeletons.slice(1), skeletons[3]!]
const count = right.length

const witnessOf = (blocks: readonly BlockSkeleton[]): BlockWitness[] =>
  blocks.map(({ runs }, b) =>
    runs.map(({ shard, segments }) =>
      segments.map(({ body }, s) =>
        Array.from({ length: signaturesOf(body) }, (_, i) => {
          const half = digestOf(`signature ${b} ${shard} ${s} ${i}`)
          return new Uint8Array([...half, ...half])
        }),
      ),
    ),
  )

/** Says something else in one message of a block, if it has one. */
function otherWord(blocks: readonly BlockSkeleton[], at: number): BlockSkeleton[] {
  return blocks.map((block, index) =>
    index !== at
      ? block
      : {
          ...block,
          runs: block.runs.map((run) => ({
            ...run,
            segments: run.segments.map((segment, s) => {
              const { body } = segment
              if (s !== run.segments.length - 1 || body.selector !== BodyKind.messages) return segment
              const value = body.value.map((message) => ({ ...message, content: digestOf('another word') }))
              return { ...segment, body: { ...body, value } }
            }),
          })),
        },
  )
}

type Lie = (blocks: Block[], at: number) => void
const one = new Uint8Array(32).fill(1)
/** What no bytes of a DA layer say. */
const lies: readonly Lie[] = [
  (blocks, at) => {
    blocks[at] = { ...blocks[at]!, header: { ...blocks[at]!.header, parent: one } }
  },
  (blocks, at) => {
    blocks[at] = { ...blocks[at]!, header: { ...blocks[at]!.header, inboxHash: one, inboxCount: 7n } }
  },
  (blocks, at) => {
    blocks[at] = { ...blocks[at]!, header: { ...blocks[at]!.header, runsRoot: one } }
  },
  (blocks, at) => {
    const { header, runs } = blocks[at]!
    blocks[at] = { header, runs: runs.map((run) => ({ ...run, shard: run.shard + 30, postRoot: one })) }
  },
  (blocks, at) => {
    const { header, runs } = blocks[at]!
    const segments = (of: Block['runs'][number]) => of.segments.map((each) => ({ ...each, preRoot: one }))
    blocks[at] = { header, runs: runs.map((run, i) => (i === 0 ? { ...run, segments: segments(run) } : run)) }
  },
  (blocks, at) => {
    blocks[at] = { ...blocks[at]!, runs: [] }
  },
  (blocks, at) => {
    const { header, runs } = blocks[at]!
    blocks[at] = { header, runs: runs.map((run) => ({ ...run, segments: [] })) }
  },
]

interface Told {
  readonly core: Block[]
  readonly witness: BlockWitness[]
  /** That the claim's last header counts, where it is not the core's. */
  readonly segmentCount?: bigint
}

function claimedOf({ core, witness, segmentCount }: Told): BatchClaim {
  const layers = { core: new SpoilableDa('core', 0), witness: new SpoilableDa('witness', 2) }
  const { claim } = claimOf(built, undefined, layers)
  const { header } = core.at(-1)!
  const number = state.header.number + BigInt(count)
  const lastHeader = { ...header, number, segmentCount: segmentCount ?? header.segmentCount }
  return { ...claim, lastHeader, coreRoot: coreRoot(core), witnessRoot: witnessRoot(witness) }
}

/** Asks as long as something is missing, and answers it. @param fits - Rounds that fit when it begins. */
function asked(told: Told, served: ServedParts, follows = true, fits = 5) {
  const claim = claimedOf(told)
  const trees = new BatchTrees(told)
  const answers: { place: DataPlace; data: Uint8Array }[] = []
  const refused = (error: Error): void => {
    throw error
  }
  for (let rounds = 0; ; rounds += 1) {
    const known = knowClaim(
      claim,
      { blocks: count, segmentsBefore: 0n },
      answers,
      served,
      follows ? { state, window } : undefined,
      fits - rounds,
      refused,
    )
    if (known.missing.length === 0) return { known, rounds, answers }
    const before = answers.map((each) => each.place)
    for (const place of known.missing) {
      const part = place.part === 0 ? 'core' : 'witness'
      expect(before).not.toContainEqual(place)
      // The L2 takes no other question.
      const shown = before.some((each) => samePlace(each, { ...place, page: 0 })) ? pagesIn(told[part][place.block]) : 0
      if (place.page > 0) expect(place.page).toBeLessThan(shown)
      const data = place.block === count ? listOf(trees, part) : pageOf(trees, part, place.block, place.page)
      answers.push({ place, data })
    }
  }
}

/** As page 0 shows it on the L2. */
function pagesIn(block: Block | BlockWitness | undefined): number {
  const lists = block === undefined ? [] : 'runs' in block ? block.runs.map(({ segments }) => segments) : block
  const sum = lists.reduce((all, list) => all + list.length, 0)
  return sum > limits.segmentsPerBlock ? 1 : Math.max(1, Math.ceil(sum / segmentsPerPage))
}

const columns = (blocks: readonly BlockSkeleton[]) => decodeBatchColumns(encodeCore(blocks))
const nothing: ServedParts = { core: undefined, witness: undefined }
const rightCore = () => completeBlocks(right, state, window, lineage)
const segments = BigInt(right.reduce((sum, { runs }) => runs.reduce((all, run) => all + run.segments.length, sum), 0))

describe('answers', () => {
  test('nothing served › all pages make up the claim, in two rounds', () => {
    const told = { core: rightCore(), witness: witnessOf(right) }
    for (const follows of [true, false]) {
      const { known, rounds, answers } = asked(told, nothing, follows)
      expect(known.claim?.parts).toEqual(told)
      expect(known.claim?.blocks.map(({ header }) => header)).toEqual(told.core.map(({ header }) => header))
      expect(rounds).toBe(2)
      expect(answers.length).toBeLessThanOrEqual(placesAtMost(count, segments, [false, false]))
    }
  })

  test('all served › nothing is asked', () => {
    const told = { core: rightCore(), witness: witnessOf(right) }
    const served = { core: columns(right), witness: encodeWitness(told.witness) }
    expect(asked(told, served)).toMatchObject({ rounds: 0, known: { claim: { parts: told } } })
  })

  test('witness alone withheld › its first pages are asked for, then the others', () => {
    const told = { core: rightCore(), witness: witnessOf(right) }
    const { known, rounds, answers } = asked(told, { core: columns(right), witness: undefined })
    expect(known.claim?.parts).toEqual(told)
    expect(rounds).toBe(2)
    expect(answers.every(({ place }) => place.part === 1)).toBe(true)
  })

  test('another core served › list, first page, pages of the run that differs: three rounds and no more places', () => {
    const core = completeBlocks(otherWord(right, 1), state, window, lineage)
    const told = { core, witness: witnessOf(right) }
    const { known, rounds, answers } = asked(told, { core: columns(right), witness: encodeWitness(told.witness) })
    expect(known.claim?.parts).toEqual(told)
    expect(rounds).toBe(3)
    expect(answers.map(({ place }) => place)).toEqual([
      { part: 0, block: count, page: 0 },
      { part: 0, block: 1, page: 0 },
      { part: 0, block: 1, page: 1 },
      { part: 0, block: 1, page: 2 },
    ])
  })

  test('another core and another witness served › both are asked for beside each other, in three rounds', () => {
    const core = completeBlocks(otherWord(right, 1), state, window, lineage)
    const witness = witnessOf(right)
    witness[1] = witness[1]!.map((run) => run.map((list) => list.map((each) => each.with(0, 9))))
    const served = { core: columns(right), witness: encodeWitness(witnessOf(right)) }
    const { known, rounds, answers } = asked({ core, witness }, served)
    expect(known.claim?.parts).toEqual({ core, witness })
    expect(rounds).toBe(3)
    expect(answers.filter(({ place }) => place.part === 1).map(({ place }) => place)).toEqual([
      { part: 1, block: count, page: 0 },
      { part: 1, block: 1, page: 0 },
      { part: 1, block: 1, page: 1 },
      { part: 1, block: 1, page: 2 },
    ])
  })

  test.each([
    { fits: 4, places: 9 },
    { fits: 3, places: 10 },
    { fits: 2, places: 10 },
  ])(
    'two long blocks of another core served › $fits rounds are enough where no more fit, of $places places',
    (each) => {
      const long2 = right.map((block, i) => (i === 3 ? long(block) : block))
      const core = completeBlocks(otherWord(otherWord(long2, 1), 3), state, window, lineage)
      const told = { core, witness: witnessOf(long2) }
      const served = { core: columns(long2), witness: encodeWitness(told.witness) }
      const { known, rounds, answers } = asked(told, served, true, each.fits)
      expect(known.claim?.parts).toEqual(told)
      expect(rounds).toBe(each.fits)
      expect(answers).toHaveLength(each.places)
    },
  )

  test('a block that follows what is not verified › is not asked for where something is served', () => {
    const told = { core: rightCore(), witness: witnessOf(right) }
    const { known, answers } = asked(told, { core: columns(right), witness: encodeWitness(told.witness) }, false)
    expect(known.claim).toBeUndefined()
    expect(answers).toEqual([])
  })

  test('a witness of another shape › is named, and the blocks are there all the same', () => {
    const witness = witnessOf(right)
    witness[2] = witness[2]!.map((run) => run.slice(0, -1))
    const told = { core: rightCore(), witness }
    const { known } = asked(told, { core: columns(right), witness: undefined })
    expect(known.claim?.parts).toEqual(told)
    expect([...known.claim!.misshapen]).toMatchObject([[2, { code: 'WITNESS_SHAPE', block: 3n }]])
  })

  const tooLong = [skeletons[0]!, long(skeletons[1]!, [1_000, 25]), ...right.slice(2)]

  test.each([
    ['nothing', nothing],
    ['another core', { core: columns(right), witness: undefined }],
    ['another core and its witness', { core: columns(right), witness: encodeWitness(witnessOf(right)) }],
  ])('a block too large, %s served › is known by its lengths, and the proof is that of the whole', (_what, served) => {
    const core = completeBlocks(tooLong, state, window, lineage)
    const told = { core, witness: witnessOf(tooLong) }
    const { known, answers } = asked(told, served)
    expect(answers.every(({ place }) => place.page < 32)).toBe(true)
    expect(known.claim?.misshapen.get(1)).toEqual({ code: 'BLOCK_SIZE', block: 2n, segments: 1_025, maximum: 1_024 })
    const { parts } = known.claim!
    expect(parts.core[1]?.runs.map(({ segments }) => segments.length)).toEqual([0, 0])
    for (const block of [1, 2])
      expect(writeSegmentCount(new BatchTrees(parts), block)).toEqual(writeSegmentCount(new BatchTrees(told), block))
  })

  test('a witness too large › is known by its lengths, and the proof is that of the whole', () => {
    const told = { core: rightCore(), witness: witnessOf(tooLong) }
    const { known, answers } = asked(told, nothing)
    expect(answers.every(({ place }) => place.page < 32)).toBe(true)
    expect(known.claim?.misshapen.get(1)).toMatchObject({
      code: 'WITNESS_SHAPE',
      shard: 3,
      expected: 40,
      received: 1_000,
    })
    const { parts } = known.claim!
    for (const run of [0, 1]) {
      const proof = writeWitnessShape(new BatchTrees(parts), 1, run)
      expect(proof).toEqual(writeWitnessShape(new BatchTrees(told), 1, run))
    }
  })

  const allLong = right.map((of) => long(of, [100, 60]))

  test('more segments than the last header counts › are not asked for: first pages show it, and the proof is that of the whole', () => {
    const core = completeBlocks(allLong, state, window, lineage)
    const last = count - 1
    core[last] = { ...core[last]!, header: { ...core[last]!.header, segmentCount: segments } }
    const told = { core, witness: witnessOf(allLong) }
    const { known, rounds, answers } = asked(told, nothing)
    expect(rounds).toBe(1)
    expect(answers.length).toBeLessThanOrEqual(placesAtMost(count, segments, [false, false]))
    const fault = { code: 'SEGMENT_COUNT', block: BigInt(count), expected: BigInt(160 * count), received: segments }
    expect(known.claim?.byLengths).toEqual([{ index: last, fault }])
    const { parts } = known.claim!
    expect(writeSegmentCount(new BatchTrees(parts), last)).toEqual(writeSegmentCount(new BatchTrees(told), last))
  })

  test('a witness with more segments than the core › is not asked for beyond its first pages', () => {
    const told = { core: rightCore(), witness: witnessOf(allLong) }
    const { known, answers } = asked(told, nothing)
    expect(answers.length).toBeLessThanOrEqual(placesAtMost(count, segments, [false, false]))
    expect(known.claim?.byLengths).toMatchObject([{ index: 0, fault: { code: 'WITNESS_SHAPE', block: 1n } }])
    const { parts } = known.claim!
    expect(writeWitnessShape(new BatchTrees(parts), 0)).toEqual(writeWitnessShape(new BatchTrees(told), 0))
  })

  test('first pages of a core that ends otherwise than the claim › show it, and the proof is that of the whole', () => {
    const core = completeBlocks(allLong, state, window, lineage)
    const told = { core, witness: witnessOf(allLong), segmentCount: segments }
    const { known, rounds, answers } = asked(told, nothing)
    expect(rounds).toBe(1)
    expect(answers.length).toBeLessThanOrEqual(placesAtMost(count, segments, [false, false]))
    expect(known.claim?.byLengths).toEqual([])
    expect(known.claim?.blocks.at(-1)?.header.segmentCount).toBe(BigInt(160 * count))
    const { parts } = known.claim!
    expect(writeLastHeader(new BatchTrees(parts))).toEqual(writeLastHeader(new BatchTrees(told)))
  })

  test('runs out of order under a witness that is too long › are what is shown, and the proof is that of the whole', () => {
    const core = rightCore()
    const [first, second] = core[1]!.runs
    core[1] = { ...core[1]!, runs: [second!, first!] }
    const told = { core, witness: witnessOf(allLong) }
    const { known, rounds, answers } = asked(told, nothing)
    expect(rounds).toBe(1)
    expect(answers.length).toBeLessThanOrEqual(placesAtMost(count, segments, [false, false]))
    const fault = { code: 'RUN_ORDER', block: 2n, shard: 3, previousShard: 9 }
    expect(known.claim?.byLengths).toEqual([{ index: 1, fault }])
    const { parts } = known.claim!
    expect(writeRunOrder(new BatchTrees(parts), 1, 1)).toEqual(writeRunOrder(new BatchTrees(told), 1, 1))
  })

  test('whatever is claimed and served › the claim is known in the end, in few rounds', () => {
    const choices = fc.record({
      words: fc.uniqueArray(fc.nat(count - 1), { maxLength: 4 }),
      lies: fc.array(fc.tuple(fc.constantFrom(...lies), fc.nat(count - 1)), { maxLength: 3 }),
      core: fc.constantFrom('right', 'none', 'shorter', 'longer', 'other'),
      witness: fc.constantFrom('right', 'none', 'short', 'other'),
      signatures: fc.uniqueArray(fc.nat(count - 1), { maxLength: 3 }),
      shape: fc.option(fc.nat(count - 1)),
    })
    fc.assert(
      fc.property(choices, (choice) => {
        const said = choice.words.reduce(otherWord, right as BlockSkeleton[])
        const core = completeBlocks(said, state, window, lineage)
        for (const [lie, at] of choice.lies) lie(core, at)
        const witness = witnessOf(right)
        for (const at of choice.signatures)
          witness[at] = witness[at]!.map((run) => run.map((list) => list.map((each) => each.with(0, 9))))
        if (choice.shape !== null) witness[choice.shape] = []
        const served: ServedParts = {
          core: {
            right: columns(right),
            none: undefined,
            shorter: columns(right.slice(0, -2)),
            longer: columns([...right, right.at(-1)!]),
            other: columns(otherWord(right, 0).map((block) => ({ ...block, stateRoot: one }))),
          }[choice.core],
          witness: {
            right: encodeWitness(witnessOf(right)),
            none: undefined,
            short: encodeWitness(witnessOf(right.slice(1))),
            other: encodeWitness(
              witnessOf(right).map((block) =>
                block.map((run) => run.map((list) => list.map(() => new Uint8Array(64)))),
              ),
            ),
          }[choice.witness],
        }
        const told = { core, witness }
        for (const fits of [2, 3, 4]) {
          const { known, rounds } = asked(told, served, true, fits)
          expect(known.claim?.parts).toEqual(told)
          expect(rounds, `of ${fits} that fit`).toBeLessThanOrEqual(fits)
        }
      }),
      { numRuns: 20 },
    )
  })
})
