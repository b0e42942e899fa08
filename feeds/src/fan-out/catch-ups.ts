import type { Clock } from '@parley/runtime'
import type { BlockSupply } from './block-supply.ts'
import { bucketOfPlace } from './bucket.ts'
import type { BucketCatchUp, CatchUp, PlaceCatchUp } from './subscriber.ts'

export interface CatchUpsDeps {
  readonly supply: BlockSupply
  readonly clock: Pick<Clock, 'elapsed'>
  /** Runs something after everything else has had its turn. */
  readonly later: (run: () => void) => void
  /** Number of the last block told of. */
  readonly head: () => bigint
  /** Nothing is missing, and nothing was waited for since that was seen. */
  readonly join: (catchUp: CatchUp) => void
  /** A part of what was asked for is no longer kept. */
  readonly gone: (catchUp: CatchUp) => void
}

/** Tokens of one block read for one subscriber: some 0.1 ms. */
const blockTokens = 25

/** Reads history for those who catch up, in slices of time and in turn. */
export class CatchUps {
  /** Those that have work to do, in turn. */
  private readonly due = new Set<CatchUp>()
  /** Those that go on once another block is told of. */
  private awaitingBlock: CatchUp[] = []
  private isRunning = false
  private readonly deps: CatchUpsDeps
  private readonly sliceMs: number

  constructor(deps: CatchUpsDeps, sliceMs: number) {
    this.deps = deps
    this.sliceMs = sliceMs
  }

  schedule(catchUp: CatchUp): void {
    if (catchUp.cancelled) return
    this.due.add(catchUp)
    if (this.isRunning) return
    this.isRunning = true
    this.deps.later(() => void this.run())
  }

  cancel(catchUp: CatchUp): void {
    catchUp.cancelled = true
    this.due.delete(catchUp)
  }

  /** Another block was told of. */
  blockCame(): void {
    const waited = this.awaitingBlock
    this.awaitingBlock = []
    for (const catchUp of waited) this.schedule(catchUp)
  }

  private async run(): Promise<void> {
    const { clock, later } = this.deps
    let until = clock.elapsed() + this.sliceMs
    for (const catchUp of this.due) {
      this.due.delete(catchUp)
      try {
        await this.step(catchUp)
      } catch (error) {
        catchUp.subscriber.sink.fail(error)
      }
      if (clock.elapsed() < until) continue
      await new Promise<void>((resolve) => later(resolve))
      until = clock.elapsed() + this.sliceMs
    }
    this.isRunning = false
  }

  /** Does the next piece of work of one catch-up, a block at most, and puts it where it waits for the one after. */
  private async step(catchUp: CatchUp): Promise<void> {
    const { subscriber } = catchUp
    if (catchUp.cancelled) return
    if (!subscriber.hasRoom) {
      subscriber.parked.add(catchUp)
      return
    }
    const goesOn = catchUp.bucket === undefined ? await this.stepPlace(catchUp) : await this.stepBucket(catchUp)
    if (goesOn) this.schedule(catchUp)
  }

  /** @returns whether there is more to do at once. */
  private async stepPlace(catchUp: PlaceCatchUp): Promise<boolean> {
    const { place, found } = catchUp
    if (catchUp.walk !== undefined) await this.walkBack(catchUp, catchUp.walk)
    else if (found.length > 0) await this.sendBlock(catchUp, found.pop() as bigint)
    else {
      const last = this.deps.supply.lastBlock(place)
      if (last > catchUp.after && last <= this.deps.head()) {
        catchUp.walk = last
        catchUp.kept = undefined
      } else {
        if (this.isAhead(catchUp, last)) this.awaitingBlock.push(catchUp)
        else this.deps.join(catchUp)
        return false
      }
    }
    return true
  }

  private async stepBucket(catchUp: BucketCatchUp): Promise<boolean> {
    const { subscriber, bucket, key } = catchUp
    const head = this.deps.head()
    if (catchUp.after >= head) {
      if (catchUp.after > head) this.awaitingBlock.push(catchUp)
      else this.deps.join(catchUp)
      return false
    }
    const number = catchUp.after + 1n
    const entries = await this.deps.supply.entries(number)
    if (catchUp.cancelled) return false
    if (entries === undefined) {
      this.deps.gone(catchUp)
      return false
    }
    subscriber.sink.owe(blockTokens)
    catchUp.after = number
    for (const touched of entries.touched()) {
      if (bucketOfPlace(touched, bucket.bits) !== key) continue
      const record = entries.record(touched)
      if (record !== undefined) subscriber.push(record.bytes)
    }
    return true
  }

  /** Whether a block on its way touched the conversation, or the reader has more of it than there is here. */
  private isAhead({ historyOnly, after, from, place }: PlaceCatchUp, last: bigint): boolean {
    const head = this.deps.head()
    return last > head || (!historyOnly && (after > head || from > this.deps.supply.messages(place)))
  }

  private async walkBack(catchUp: PlaceCatchUp, number: bigint): Promise<void> {
    const { place, found, from, after } = catchUp
    const link = await this.deps.supply.link(number, place)
    if (catchUp.cancelled) return
    if (link === undefined) {
      this.deps.gone(catchUp)
      return
    }
    found.push(number)
    catchUp.kept = link.first
    const isStart = link.first < from || link.previous <= after
    catchUp.walk = isStart ? undefined : link.previous
  }

  private async sendBlock(catchUp: PlaceCatchUp, number: bigint): Promise<void> {
    const { subscriber, key, from, found } = catchUp
    const entries = await this.deps.supply.entries(number)
    if (catchUp.cancelled) return
    if (entries === undefined) {
      // Forgotten meanwhile: walking back again finds out what is left.
      found.length = 0
      return
    }
    subscriber.sink.owe(blockTokens)
    const record = entries.record(key, from)
    catchUp.after = number
    if (record !== undefined) subscriber.push(record.bytes)
  }
}
