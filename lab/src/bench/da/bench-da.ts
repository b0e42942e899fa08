import { availableParallelism } from 'node:os'
import { curveThrough, isFull } from '@parley/batcher'
import { usableBytesPerBlob } from '@parley/da-adapters'
import { createExecution, type Execution } from '@parley/execution'
import { benchConfig, SyntheticLoad, skewed } from '@parley/execution/bench'
import { signedMessageBytes } from '@parley/protocol'
import { inputs } from '../../costs/inputs.ts'
import type { BenchContext } from '../bench-context.ts'
import { type BenchFrame, benchFrame, seedOf } from '../frame.ts'
import { type ColumnName, columnNames, type EncodedSizes, measureColumns } from './columns.ts'
import { BlockExecutor, type ExecutedBlock } from './execute-blocks.ts'
import { type LayerModel, layerModels } from './layers.ts'
import { type PlannedBlock, planBatches, planBlocks, signatureBytes } from './plan-batches.ts'

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
  readonly dollarsPerMillion: DollarsByLayer
  /** The same of each part alone, with its bytes a message. */
  readonly parts: { readonly [part in 'core' | 'witness']: PartCost }
}

type DollarsByLayer = Readonly<Record<LayerModel['layer'], number>>

export interface PartCost {
  readonly bytesPerMessage: number
  readonly dollarsPerMillion: DollarsByLayer
}

/**
 * What waiting saves on blobs where messages come one a second: batches closed after five seconds, and as a batcher closes them,
 * once they are full by its policy or after ten minutes.
 */
export interface Waiting {
  readonly messagesPerSecond: number
  readonly layer: 'ethereum-blobs'
  /** Milliseconds that the oldest block of a batch waits at most: that is the delay to `published`. */
  readonly maxAgeMs: readonly [number, number]
  readonly batches: readonly [number, number]
  readonly dollarsPerMillion: readonly [number, number]
  readonly saved: number
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
  /** Null where one message a second was not measured. */
  readonly waiting: Waiting | null
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
  let waiting: Waiting | null = null
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
      const { waited, ...sizes } = result
      results.push({ messagesPerSecond, ...sizes })
      if (messagesPerSecond === 1) waiting = { messagesPerSecond, ...waited }
    } finally {
      await execution.close()
    }
    const { core, all } = (results.at(-1) as DaResult).bytesPerMessage
    err.write(`${messagesPerSecond ?? `${bounds.messagesPerBlock} a block`}: ${core} core, ${all} bytes a message\n`)
  }
  const { etherUsd, l1GasGwei, blobGasGwei, l2GasGwei, tiaUsd, celestiaGasUtia } = config.bench
  const { eigenSymbolWei, storageUsd, egressUsd } = inputs
  const stated = { etherUsd, l1GasGwei, blobGasGwei, l2GasGwei, tiaUsd, celestiaGasUtia }
  const workload = `messages of ${size.conversations} conversations of two, drawn evenly`
  return {
    ...benchFrame(context, { workload, repeats: 1 }),
    bounds,
    results,
    waiting,
    layers: models.map((model) => capacityOf(model, (results.at(-1) as DaResult).bytesPerMessage)),
    prices: { ...stated, eigenSymbolWei, storageUsd, egressUsd },
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
): Promise<Omit<DaResult, 'messagesPerSecond'> & { readonly waited: Omit<Waiting, 'messagesPerSecond'> }> {
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
  const hasty = { ...config.batcher, maxAgeMs: hasteMs, maxPartBytes, isFull: () => false }
  const batches = encodeBatches(blocks, planBatches(planned, hasty))
  const full = fullOnBlobs(config, models, batches.reduce((sum, { core }) => sum + core, 0) / messages)
  const patient = { ...config.batcher, maxAgeMs: patienceMs, maxPartBytes, isFull: full }
  const waited = encodeBatches(blocks, planBatches(planned, patient))
  return {
    waited: waitingOf(batches, waited, { models, messages }),
    messages,
    blocks: blocks.length,
    batches: batches.length,
    ...sizesOf(batches, blocks.length, messages, models),
  }
}

/** How long a batch waits that is posted soon, full or not. */
const hasteMs = 5_000
/** How long a batch waits that waits for fullness. */
const patienceMs = 600_000

/** How precisely dollars are priced: the policy counts in whole units of a token. */
const pricePrecision = 1e12

/** The batcher's policy, with both parts on blobs. @param coreBytes - Of a message. */
function fullOnBlobs(
  { batcher }: BenchContext['config'],
  models: readonly LayerModel[],
  coreBytes: number,
): (messages: number) => boolean {
  const { dollars, maxPartBytes } = models.find(({ layer }) => layer === 'ethereum-blobs') as LayerModel
  const price = (bytes: number): bigint => BigInt(Math.round(pricePrecision * dollars(bytes)))
  const curve = curveThrough(price(1), price(maxPartBytes), maxPartBytes, usableBytesPerBlob)
  const part = { maxBytes: maxPartBytes, curve }
  const rules = { targetFixedShare: batcher.maxFixedPercent / 100 }
  return (messages) =>
    isFull({ core: messages * coreBytes, witness: messages * signatureBytes }, { core: part, witness: part }, rules)
}

function waitingOf(
  batches: readonly EncodedSizes[],
  waited: readonly EncodedSizes[],
  { models, messages }: { readonly models: readonly LayerModel[]; readonly messages: number },
): Omit<Waiting, 'messagesPerSecond'> {
  const layer = 'ethereum-blobs'
  const { dollars } = models.find((model) => model.layer === layer) as LayerModel
  const of = (some: readonly EncodedSizes[]): number =>
    (1e6 * some.reduce((sum, { core, witness }) => sum + dollars(core) + dollars(witness), 0)) / messages
  const [hasty, patient] = [of(batches), of(waited)]
  return {
    layer,
    maxAgeMs: [hasteMs, patienceMs],
    batches: [batches.length, waited.length],
    dollarsPerMillion: [rounded(hasty), rounded(patient)],
    saved: rounded(hasty / patient),
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
): Pick<DaResult, 'messagesPerBlock' | 'bytesPerMessage' | 'dollarsPerMillion' | 'parts'> {
  const each = (of: (sizes: EncodedSizes) => number): number => {
    return batches.reduce((sum, sizes) => sum + of(sizes), 0) / messages
  }
  const perMessage = (of: (sizes: EncodedSizes) => number): number => rounded(each(of))
  const columns = columnNames.map((name) => [name, perMessage((sizes) => sizes.columns[name])])
  const dollars = (of: (sizes: EncodedSizes, cost: LayerModel['dollars']) => number): DollarsByLayer =>
    Object.fromEntries(
      models.map(({ layer, dollars: cost }) => [layer, rounded(1e6 * each((sizes) => of(sizes, cost)))]),
    ) as DollarsByLayer
  const part = (name: 'core' | 'witness'): PartCost => ({
    bytesPerMessage: perMessage((sizes) => sizes[name]),
    dollarsPerMillion: dollars((sizes, cost) => cost(sizes[name])),
  })
  return {
    messagesPerBlock: rounded(messages / blocks),
    bytesPerMessage: {
      ...(Object.fromEntries(columns) as Record<ColumnName, number>),
      core: perMessage(({ core }) => core),
      all: perMessage(({ core, witness }) => core + witness),
      saved: perMessage(({ core, plainCore }) => plainCore - core),
    },
    dollarsPerMillion: dollars((sizes, cost) => cost(sizes.core) + cost(sizes.witness)),
    parts: { core: part('core'), witness: part('witness') },
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
