import { type BlockHeader, codecLimits, columnsOfViews, encodeBatchColumns, limits } from '@parley/protocol'
import type { BoundedQueue, Clock } from '@parley/runtime'
import type { WaitingBlock } from './block-size.ts'
import { partOverheadBytes } from './block-size.ts'
import { BatcherError, type BatchPart } from './faults.ts'

/** When a batch is closed. */
export interface ClosingRules {
  readonly maxBlocks: number
  readonly maxAgeMs: number
  readonly maxCoreBytes: number
  readonly maxWitnessBytes: number
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
    return true
  }

  private fits({ block, size }: WaitingBlock): boolean {
    const [first] = this.held
    if (first !== undefined && !this.rules.mayShare(first.block.header, block.header)) return false
    if (this.segments + size.segments > limits.segmentsPerBatch) return false
    if (this.witnessBytes + size.witnessBytes > this.rules.maxWitnessBytes) return false
    if (this.narrowBytes + size.narrowBytes > codecLimits.maxNarrowBytes) return false
    if (this.coreBytes + size.coreBytes <= this.rules.maxCoreBytes) return true
    if (this.estimated < worthMeasuring * this.rules.maxCoreBytes) return false
    this.coreBytes = partOverheadBytes + this.measure()
    this.estimated = 0
    return this.coreBytes + size.coreBytes <= this.rules.maxCoreBytes
  }

  private measure(): number {
    return this.held.length === 0 ? 0 : encodeBatchColumns(columnsOfViews(this.held.map(({ block }) => block))).length
  }
}

/**
 * Takes the blocks of the next batch: until one more would not fit, would lift their segments above 8,192 or does not belong
 * to it, `maxBlocks` are there, or the oldest has waited
 * `maxAgeMs` and no other waits.
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
    if (next === undefined) break
    if (!fill.add(next)) {
      if (fill.held.length === 0) throw tooLarge(next, rules)
      break
    }
    queue.take()
    deadline ??= clock.elapsed() > next.receivedAt + rules.maxAgeMs ? clock.elapsed() : next.receivedAt + rules.maxAgeMs
  }
  return fill.held
}

/** Where the writer failed behind blocks already held, those make the last batch; the failure is met by the next call. */
async function peekOrClose(
  queue: BoundedQueue<WaitingBlock>,
  held: number,
  deadline: number | undefined,
  signal: AbortSignal,
): Promise<WaitingBlock | undefined> {
  try {
    return await queue.peek(signal, deadline)
  } catch (error) {
    if (signal.aborted || held === 0) throw error
    return undefined
  }
}

function tooLarge({ block: { header }, size }: WaitingBlock, rules: ClosingRules): BatcherError {
  const block = header.number
  const of = (part: BatchPart, bytes: number, maxBytes: number): BatcherError =>
    new BatcherError({ code: 'BLOCK_TOO_LARGE', block, part, bytes: bytes + partOverheadBytes, maxBytes })
  return size.witnessBytes + partOverheadBytes > rules.maxWitnessBytes
    ? of('witness', size.witnessBytes, rules.maxWitnessBytes)
    : of('core', size.coreBytes, rules.maxCoreBytes)
}
