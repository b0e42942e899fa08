import { type BlockHeader, codecLimits, columnsOfViews, encodeBatchColumns, limits } from '@parley/protocol'
import type { BoundedQueue, Clock } from '@parley/runtime'
import type { WaitingBlock } from './block-size.ts'
import { partOverheadBytes } from './block-size.ts'
import { BatcherError, type BatchPart } from './faults.ts'
import { bestCut, type FullnessRules, isFull, type PartBytes, type PartPrices } from './policy/fullness.ts'

/** When a batch is closed. */
export interface ClosingRules extends FullnessRules {
  readonly maxBlocks: number
  readonly maxAgeMs: number
  /** What the parts' layers take and ask for; a part with more than its bound is never made. */
  readonly prices: PartPrices
  /** Whether a batch that begins with `first` may take in `next`: a claim crosses no change of keys or rules. */
  readonly mayShare: (first: BlockHeader, next: BlockHeader) => boolean
}

/** Measuring again is worth it when at least this share of the estimate can have been too much. */
const worthMeasuring = 0.05

/** Adds up what blocks need, exactly where it was measured and by upper bounds beyond. */
class BatchFill {
  readonly held: WaitingBlock[] = []
  private coreBytes = partOverheadBytes
  private witnessBytes = partOverheadBytes
  private narrowBytes = 0
  private segments = 0
  /** Part of `coreBytes` that is a bound and not a measure. */
  private estimated = 0
  /** Both parts' bytes after each block, by upper bounds alone. */
  private readonly bounds: PartBytes[] = []
  private readonly rules: ClosingRules

  constructor(rules: ClosingRules) {
    this.rules = rules
  }

  add(block: WaitingBlock): boolean {
    if (!this.fits(block)) return false
    this.held.push(block)
    this.coreBytes += block.size.coreBytes
    this.estimated += block.size.coreBytes
    this.narrowBytes += block.size.narrowBytes
    this.segments += block.size.segments
    this.witnessBytes += block.size.witnessBytes
    const before = this.bounds.at(-1)?.core ?? partOverheadBytes
    this.bounds.push({ core: before + block.size.coreBytes, witness: this.witnessBytes })
    return true
  }

  /** Whether no more blocks are worth waiting for. */
  isFull(): boolean {
    if (!this.seemsFull()) return false
    if (this.estimated < worthMeasuring * this.coreBytes) return true
    this.measureHeld()
    return this.seemsFull()
  }

  private seemsFull(): boolean {
    return isFull({ core: this.coreBytes, witness: this.witnessBytes }, this.rules.prices, this.rules)
  }

  /** Blocks that are better left to the next batch; none of those that came before `young`. */
  leftOver(young: number): WaitingBlock[] {
    const old = this.held.findIndex(({ receivedAt }) => receivedAt > young)
    if (old === -1) return []
    this.measureHeld()
    const shrunk = this.coreBytes / (this.bounds.at(-1) as PartBytes).core
    const sizes = this.bounds.map(({ core, witness }) => ({ core: core * shrunk, witness }))
    return this.held.splice(bestCut(sizes, old, this.rules.prices))
  }

  private fits({ block, size }: WaitingBlock): boolean {
    const [first] = this.held
    if (first !== undefined && !this.rules.mayShare(first.block.header, block.header)) return false
    if (this.segments + size.segments > limits.segmentsPerBatch) return false
    const { core, witness } = this.rules.prices
    if (this.witnessBytes + size.witnessBytes > witness.maxBytes) return false
    if (this.narrowBytes + size.narrowBytes > codecLimits.maxNarrowBytes) return false
    if (this.coreBytes + size.coreBytes <= core.maxBytes) return true
    if (this.estimated < worthMeasuring * core.maxBytes) return false
    this.measureHeld()
    return this.coreBytes + size.coreBytes <= core.maxBytes
  }

  private measureHeld(): void {
    if (this.estimated === 0) return
    this.coreBytes = partOverheadBytes + this.measure()
    this.estimated = 0
  }

  private measure(): number {
    return this.held.length === 0 ? 0 : encodeBatchColumns(columnsOfViews(this.held.map(({ block }) => block))).length
  }
}

/**
 * Takes the blocks of the next batch: until one more would not fit, would lift their segments above 8,192 or does not belong
 * to it; until `maxBlocks` are there or waiting for more no longer pays; or until the oldest has waited `maxAgeMs` and no
 * other waits. Then blocks that waited for less than half of that are left in the queue where what remains is cheaper by the
 * byte, such as in whole blobs.
 * @throws {BatcherError} `BLOCK_TOO_LARGE` when a block does not even fit alone; what the queue's writer failed with.
 */
export async function formBatch(
  queue: BoundedQueue<WaitingBlock>,
  rules: ClosingRules,
  clock: Clock,
  signal: AbortSignal,
): Promise<WaitingBlock[]> {
  const fill = new BatchFill(rules)
  let deadline: number | undefined
  while (fill.held.length < rules.maxBlocks) {
    const next = await peekOrClose(queue, fill.held.length, deadline, signal)
    if (next === 'failed') return fill.held
    if (next === 'late') break
    if (!fill.add(next)) {
      if (fill.held.length === 0) throw tooLarge(next, rules)
      return fill.held
    }
    queue.take()
    deadline ??= Math.max(clock.elapsed(), next.receivedAt + rules.maxAgeMs)
    if (fill.isFull()) break
  }
  queue.putBack(fill.leftOver(clock.elapsed() - rules.maxAgeMs / 2))
  return fill.held
}

/** Where the writer failed behind blocks already held, those make the last batch; the failure is met by the next call. */
async function peekOrClose(
  queue: BoundedQueue<WaitingBlock>,
  held: number,
  deadline: number | undefined,
  signal: AbortSignal,
): Promise<WaitingBlock | 'late' | 'failed'> {
  try {
    return (await queue.peek(signal, deadline)) ?? 'late'
  } catch (error) {
    if (signal.aborted || held === 0) throw error
    return 'failed'
  }
}

function tooLarge(
  { block: { header }, size }: WaitingBlock,
  { prices: { core, witness } }: ClosingRules,
): BatcherError {
  const block = header.number
  const of = (part: BatchPart, bytes: number, maxBytes: number): BatcherError =>
    new BatcherError({ code: 'BLOCK_TOO_LARGE', block, part, bytes: bytes + partOverheadBytes, maxBytes })
  return size.witnessBytes + partOverheadBytes > witness.maxBytes
    ? of('witness', size.witnessBytes, witness.maxBytes)
    : of('core', size.coreBytes, core.maxBytes)
}
