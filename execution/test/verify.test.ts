import {
  type Block,
  BlockError,
  type BlockFault,
  type BlockWitness,
  genesisHeader,
  type Prices,
  type QueuedItem,
  runsRoot,
  type State,
  StateType,
  viewOfBlock,
} from '@parley/protocol'
import { executeBlock } from '@parley/protocol/reference'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Execution, ShardChunk } from '../src/index.ts'
import { config, ReferenceChain, verifier } from './support/chain.ts'
import { startLanes, type TestLanes } from './support/lanes.ts'
import { standing } from './support/prologue.ts'

interface Built {
  readonly block: Block
  readonly witness: BlockWitness
  readonly items: QueuedItem[]
}

interface Flaw {
  readonly why: string
  readonly plant: (built: Built) => void
  readonly code: BlockFault['code']
  readonly place: { readonly shard?: number; readonly segment?: number; readonly entry?: number }
}

const flip = (bytes: Uint8Array, at = 0): void => {
  bytes[at] = (bytes[at] as number) ^ 1
}
const swap = <T>(list: T[], a: number, b: number): void => {
  const held = list[a] as T
  list[a] = list[b] as T
  list[b] = held
}

/** The run of shard `shard` in block 2 and its signatures. Runs: 3, 4, 11; of each: 40 messages, a withdrawal, 2 messages. */
function runOf({ block, witness }: Built, shard: number) {
  const at = block.runs.findIndex((run) => run.shard === shard)
  const run = block.runs[at]
  const signatures = witness[at]
  if (run === undefined || signatures === undefined) throw new Error(`no run of shard ${shard}`)
  return { run, segments: run.segments, signatures }
}

function messagesOf(built: Built, shard: number, segment: number) {
  const body = runOf(built, shard).segments[segment]?.body
  if (body?.selector !== 0) throw new Error('no segment of messages')
  return body.value
}

const flaws: readonly Flaw[] = [
  {
    why: 'a root after a full segment',
    plant: (built) => flip(runOf(built, 4).segments[0]?.postRoot as Uint8Array, 31),
    code: 'POST_ROOT',
    place: { shard: 4, segment: 0 },
  },
  {
    why: 'the last root of the last run',
    plant: (built) => flip(runOf(built, 11).segments.at(-1)?.postRoot as Uint8Array),
    code: 'POST_ROOT',
    place: { shard: 11, segment: 3 },
  },
  {
    why: 'a signature of a message',
    plant: (built) => flip(runOf(built, 4).signatures[0]?.[17] as Uint8Array, 40),
    code: 'SEGMENT_INVALID',
    place: { shard: 4, segment: 0, entry: 17 },
  },
  {
    why: 'a signature of an operation',
    plant: (built) => flip(runOf(built, 11).signatures[2]?.[0] as Uint8Array, 63),
    code: 'SEGMENT_INVALID',
    place: { shard: 11, segment: 2, entry: 0 },
  },
  {
    why: 'two messages changed places with their signatures',
    plant: (built) => {
      swap(messagesOf(built, 3, 0), 4, 5)
      swap(runOf(built, 3).signatures[0] as Uint8Array[], 4, 5)
    },
    code: 'SEGMENT_INVALID',
    place: { shard: 3, segment: 0, entry: 4 },
  },
  {
    why: 'a message with other content',
    plant: (built) => flip((messagesOf(built, 3, 1)[0] as { content: Uint8Array }).content),
    code: 'SEGMENT_INVALID',
    place: { shard: 3, segment: 1, entry: 0 },
  },
  {
    why: 'two flaws: the one in the lower shard is the first',
    plant: (built) => {
      flip(runOf(built, 11).segments[0]?.postRoot as Uint8Array)
      flip(runOf(built, 4).signatures[1]?.[0] as Uint8Array)
    },
    code: 'SEGMENT_INVALID',
    place: { shard: 4, segment: 1, entry: 0 },
  },
  {
    why: 'the state root',
    plant: ({ block }) => flip(block.header.stateRoot),
    code: 'STATE_ROOT',
    place: {},
  },
]

/** Faults that the reference's rules find before anything is executed. */
const onlyLanes: readonly Flaw[] = [
  {
    why: 'a root before a segment',
    plant: (built) => {
      const segment = runOf(built, 11).segments[1]
      // A new array: the one there is the root after the segment before as well.
      if (segment !== undefined) segment.preRoot = new Uint8Array(32).fill(9)
    },
    code: 'CONTINUITY',
    place: { shard: 11, segment: 1 },
  },
  {
    why: 'a signature too few',
    plant: (built) => runOf(built, 4).signatures[1]?.pop(),
    code: 'SEGMENT_INVALID',
    place: { shard: 4, segment: 1, entry: 0 },
  },
  {
    why: 'a shard that does not exist',
    plant: (built) => {
      runOf(built, 11).run.shard = 64
    },
    code: 'RUN_ORDER',
    place: { shard: 64 },
  },
  {
    why: 'an inbox item that is not of the block',
    plant: (built) => {
      const [segment] = runOf(built, 62).segments
      if (segment !== undefined) segment.body = { selector: 2, value: 99n }
    },
    code: 'INBOX_MISSING',
    place: { shard: 62, segment: 0 },
  },
]

function secondBlock() {
  const { chain, scenario, first } = standing()
  const block = scenario.block({
    stepMs: 500,
    items: [{ kind: 'deposit', a: 3, b: 1 }],
    entries: [0, 1, 2].flatMap((a) => [
      { kind: 'message', flaw: 'none', a, b: 0, c: 0, repeat: 40 } as const,
      { kind: 'withdraw', flaw: 'none', a, b: 1, c: 5, repeat: 1 } as const,
      { kind: 'message', flaw: 'none', a, b: 1, c: 1, repeat: 2 } as const,
    ]),
  })
  const parentPrices = chain.state.prices
  const hashBefore = chain.header.inboxHash
  const second = chain.build(block.items, block.offers, 500n)
  expect(second.refusals.every((refusal) => refusal === undefined)).toBe(true)
  return { first, second, parentPrices, hashBefore }
}

const verified = (execution: Execution, { block, witness, items }: Built, prices: Prices) =>
  execution.verify(viewOfBlock(block, witness), prices, items)

describe('verify', () => {
  const made = secondBlock()
  const genesis: ShardChunk[] = []
  let lanes: TestLanes

  async function* genesisChunks() {
    yield* genesis
  }

  beforeAll(async () => {
    lanes = await startLanes({ lanes: 2 })
    for await (const chunk of lanes.execution.snapshot()) genesis.push(chunk)
  })
  afterAll(() => lanes.execution.close())

  beforeEach(async () => {
    const { execution } = lanes
    await execution.restore(genesisChunks(), new ReferenceChain().shardRoots())
    expect(await verified(execution, made.first, config.genesis.prices)).toBeUndefined()
  })

  const planted = ({ plant }: Flaw): Built => {
    const built = structuredClone({ block: made.second.block, witness: made.second.witness, items: made.second.items })
    plant(built)
    return built
  }

  function referenceFault({ block, witness, items }: Built): BlockFault | undefined {
    const state = StateType.defaultValue() as State
    state.prices = config.genesis.prices
    state.timestamp = config.genesis.timestamp
    const base = { config, verifier, lineage: config.genesis.lineage }
    executeBlock(state, made.first.block, made.first.witness, {
      ...base,
      parent: genesisHeader(config),
      window: { waiting: made.first.items, hashBefore: new Uint8Array(32) },
    })
    try {
      executeBlock(state, block, witness, {
        ...base,
        parent: made.first.block.header,
        window: { waiting: items, hashBefore: made.hashBefore },
      })
      return undefined
    } catch (error) {
      if (error instanceof BlockError) return error.fault
      throw error
    }
  }

  test('a right block › is found right, and its state goes on', async () => {
    expect(await verified(lanes.execution, made.second, made.parentPrices)).toBeUndefined()
    expect(referenceFault(made.second)).toBeUndefined()
  })

  test.each([...flaws, ...onlyLanes])('a block with $why › is refused, naming it', async (flaw) => {
    const fault = await verified(lanes.execution, planted(flaw), made.parentPrices)
    expect(fault).toMatchObject({ code: flaw.code, block: 2n, ...flaw.place })
    await expect(lanes.execution.shardRoots()).rejects.toMatchObject({ fault: { code: 'STATE_LOST' } })
  })

  test('two blocks at once › are executed one after the other, and found right', async () => {
    const { execution } = lanes
    await execution.restore(genesisChunks(), new ReferenceChain().shardRoots())
    const first = verified(execution, made.first, config.genesis.prices)
    const second = verified(execution, made.second, made.parentPrices)
    await expect(execution.restore(genesisChunks(), [])).rejects.toMatchObject({ fault: { code: 'BUSY' } })
    expect(await Promise.all([first, second])).toEqual([undefined, undefined])
  })

  test.each([...flaws, ...onlyLanes])(
    'two blocks at once › with $why in the first the second is given up',
    async (flaw) => {
      const { execution } = lanes
      const first = verified(execution, planted(flaw), made.parentPrices)
      const second = verified(execution, made.second, made.parentPrices)
      const [wrong, lost] = await Promise.allSettled([first, second])
      expect(wrong).toMatchObject({ value: { code: flaw.code, block: 2n, ...flaw.place } })
      expect(lost).toMatchObject({ reason: { fault: { code: 'STATE_LOST' } } })
      await execution.restore(genesisChunks(), new ReferenceChain().shardRoots())
      expect(await verified(execution, made.first, config.genesis.prices)).toBeUndefined()
    },
  )

  test.each(flaws.filter(({ code }) => code === 'SEGMENT_INVALID' || code === 'STATE_ROOT'))(
    'a block with $why › lanes say what the reference says',
    async (flaw) => {
      const built = planted(flaw)
      const fault = await verified(lanes.execution, built, made.parentPrices)
      const said = referenceFault({ ...built, block: withRunsRoot(built.block) })
      expect(fault).toEqual(said)
    },
  )
})

/** The block with a header that commits to its runs, so that the reference looks further. */
function withRunsRoot(block: Block): Block {
  return { ...block, header: { ...block.header, runsRoot: runsRoot(block.runs) } }
}
