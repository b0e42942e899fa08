import { availableParallelism } from 'node:os'
import { createExecution, type Execution } from '@parley/execution'
import { benchConfig, SyntheticLoad, skewed } from '@parley/execution/bench'
import { signedMessageBytes } from '@parley/protocol'
import type { BenchContext } from '../bench-context.ts'
import { type BenchFrame, benchFrame, seedOf } from '../frame.ts'
import { type ColumnName, columnNames, type EncodedSizes, measureColumns } from './columns.ts'
import { BlockExecutor, type ExecutedBlock } from './execute-blocks.ts'
import { type LayerModel, layerModels } from './layers.ts'
import { type PlannedBlock, planBatches, planBlocks } from './plan-batches.ts'

/** Sizes of one workload, bytes a message where nothing else is said. */
export interface DaResult {
  /** Rate at which messages come; null where blocks of a size are made instead. */
  readonly messagesPerSecond: number | null
  readonly messages: number
  readonly blocks: number
  readonly batches: number
  readonly messagesPerBlock: number
  readonly bytesPerMessage: Readonly<Record<ColumnName, number>> & {
    readonly core: number
    readonly all: number
    /** What deflating saved, counted in the columns already. */
    readonly saved: number
  }
  /** Dollars for a million messages, both parts on the layer, as batched here. */
  readonly dollarsPerMillion: Readonly<Record<LayerModel['layer'], number>>
}

/** What a layer carries of messages as dense as those of the highest rate. */
export interface LayerCapacity {
  readonly layer: LayerModel['layer']
  readonly bytesPerSecond: LayerModel['bytesPerSecond'] | null
  /** Messages a second with both parts on it, or the core alone; null where only disks bound it. */
  readonly messagesPerSecond: { readonly all: Rates; readonly core: Rates } | null
}

interface Rates {
  readonly sustained: number
  readonly most: number
}

/** What `parley bench da --json` prints. */
export interface DaReport extends BenchFrame {
  readonly bounds: { readonly messagesPerBlock: number; readonly core: number; readonly all: number }
  /** At 1,000 messages a block, then by rate. */
  readonly results: readonly DaResult[]
  readonly layers: readonly LayerCapacity[]
  readonly prices: Readonly<Record<string, number>>
}

/** How much is measured. */
export interface DaSize {
  readonly conversations: number
  readonly blocksOfOneSize: number
  /** Messages a second, with how many of them are made. */
  readonly rates: readonly (readonly [messagesPerSecond: number, messages: number])[]
}

const bounds = { messagesPerBlock: 1_000, core: 38, all: 102 }
const sizes = {
  full: {
    conversations: 100_000,
    blocksOfOneSize: 10,
    rates: [[1, 600], [10, 1_000], [100, 5_000], [1_000, 20_000], [10_000, 100_000]], // biome-ignore format: pairs
  },
  quick: {
    conversations: 10_000,
    blocksOfOneSize: 5,
    rates: [[1, 300], [10, 500], [100, 2_000], [1_000, 10_000], [10_000, 50_000]], // biome-ignore format: pairs
  },
} as const

/** Executes signed messages under the rules of the sequencer and the batcher, and measures what would be published. */
export async function benchDa(
  context: BenchContext,
  size: DaSize = sizes[context.config.bench.quick ? 'quick' : 'full'],
): Promise<DaReport> {
  const { config, log, signal, err } = context
  const models = layerModels(config)
  const seed = seedOf(config)
  const results: DaResult[] = []
  const workloads: (readonly [number | null, PlannedBlock[]])[] = [
    [null, Array.from({ length: size.blocksOfOneSize }, (_, at) => oneSize(at))],
    ...size.rates.map(([messagesPerSecond, messages]) => {
      return [messagesPerSecond, planBlocks({ messagesPerSecond, messages }, sealingOf(context))] as const
    }),
  ]
  for (const [messagesPerSecond, blocks] of workloads) {
    signal.throwIfAborted()
    const lanes = availableParallelism()
    const execution = await createExecution({ config: benchConfig, log }, { lanes, verifier: config.run.verifier })
    try {
      const result = await measure(context, execution, new SyntheticLoad(size.conversations, seed), blocks)
      results.push({ messagesPerSecond, ...result })
    } finally {
      await execution.close()
    }
    const { core, all } = (results.at(-1) as DaResult).bytesPerMessage
    err.write(`${messagesPerSecond ?? `${bounds.messagesPerBlock} a block`}: ${core} core, ${all} bytes a message\n`)
  }
  const { etherUsd, l1GasGwei, blobGasGwei, tiaUsd, celestiaGasUtia } = config.bench
  const workload = `messages of ${size.conversations} conversations of two, drawn evenly`
  return {
    ...benchFrame(context, { workload, repeats: 1 }),
    bounds,
    results,
    layers: models.map((model) => capacityOf(model, (results.at(-1) as DaResult).bytesPerMessage)),
    prices: { etherUsd, l1GasGwei, blobGasGwei, tiaUsd, celestiaGasUtia },
  }
}

function oneSize(at: number): PlannedBlock {
  return { sealedAtMs: 500 * (at + 1), messages: bounds.messagesPerBlock }
}

function sealingOf({ config }: BenchContext) {
  const { minAgeMs, minOperations, maxWaitMs } = config.sequencer
  return { minAgeMs, minOperations, maxWaitMs, maxAheadMs: 0 }
}

async function measure(
  { config }: BenchContext,
  execution: Execution,
  load: SyntheticLoad,
  planned: readonly PlannedBlock[],
): Promise<Omit<DaResult, 'messagesPerSecond'>> {
  async function* chunks() {
    yield* load.chunks()
  }
  await execution.restore(chunks(), load.shardRoots())
  const messages = planned.reduce((count, block) => count + block.messages, 0)
  const signed = load.messages(messages, skewed(load.conversations, 0, seedOf(config)))
  const executor = new BlockExecutor(execution)
  const blocks: ExecutedBlock[] = []
  let from = 0
  for (const { messages: count, sealedAtMs } of planned) {
    const end = from + count * signedMessageBytes
    blocks.push(await executor.execute(signed.subarray(from, end), sealedAtMs))
    from = end
  }
  const models = layerModels(config)
  // The strictest layer's bound, so that one encoding is told of.
  const maxPartBytes = Math.min(...models.map((model) => model.maxPartBytes))
  const counts = planBatches(planned, { ...config.batcher, maxPartBytes })
  const batches = encodeBatches(blocks, counts)
  return {
    messages,
    blocks: blocks.length,
    batches: batches.length,
    ...sizesOf(batches, blocks.length, messages, models),
  }
}

function encodeBatches(blocks: readonly ExecutedBlock[], counts: readonly number[]): EncodedSizes[] {
  let first = 0
  return counts.map((count) => {
    const batch = blocks.slice(first, first + count)
    first += count
    return measureColumns(
      batch,
      batch.map(({ witness }) => witness),
    )
  })
}

function sizesOf(
  batches: readonly EncodedSizes[],
  blocks: number,
  messages: number,
  models: readonly LayerModel[],
): Pick<DaResult, 'messagesPerBlock' | 'bytesPerMessage' | 'dollarsPerMillion'> {
  const each = (of: (sizes: EncodedSizes) => number): number => {
    return batches.reduce((sum, sizes) => sum + of(sizes), 0) / messages
  }
  const perMessage = (of: (sizes: EncodedSizes) => number): number => rounded(each(of))
  const columns = columnNames.map((name) => [name, perMessage((sizes) => sizes.columns[name])])
  const dollars = models.map(({ layer, dollars: of }) => {
    return [layer, rounded(1e6 * each((sizes) => of(sizes.core) + of(sizes.witness)))]
  })
  return {
    messagesPerBlock: rounded(messages / blocks),
    bytesPerMessage: {
      ...(Object.fromEntries(columns) as Record<ColumnName, number>),
      core: perMessage(({ core }) => core),
      all: perMessage(({ core, witness }) => core + witness),
      saved: perMessage(({ core, plainCore }) => plainCore - core),
    },
    dollarsPerMillion: Object.fromEntries(dollars) as DaResult['dollarsPerMillion'],
  }
}

/** Messages a second that a layer carries at so many bytes a message. */
export function capacityOf(
  { layer, bytesPerSecond }: Pick<LayerModel, 'layer' | 'bytesPerSecond'>,
  { core, all }: { readonly core: number; readonly all: number },
): LayerCapacity {
  if (bytesPerSecond === undefined) return { layer, bytesPerSecond: null, messagesPerSecond: null }
  const of = (bytes: number): Rates => ({
    sustained: Math.floor(bytesPerSecond.sustained / bytes),
    most: Math.floor(bytesPerSecond.most / bytes),
  })
  return { layer, bytesPerSecond, messagesPerSecond: { all: of(all), core: of(core) } }
}

function rounded(value: number): number {
  return Number(value.toFixed(3))
}
