import { Histogram } from './histogram.ts'

/** How settled a message is; the words of every API, log and metric. */
export const levels = ['accepted', 'sealed', 'published', 'claimed', 'final'] as const
export type Level = (typeof levels)[number]
type BlockLevel = Exclude<Level, 'accepted'>
const blockLevels: readonly BlockLevel[] = ['sealed', 'published', 'claimed', 'final']

/** How far a level has come. */
export interface LevelState {
  /** Messages that are there. */
  readonly messages: number
  /** Last block that is there; 0 before the first. Accepted messages have none: the highest block named in an answer. */
  readonly block: bigint
}

interface Reached {
  block: bigint
  messages: number
  readonly latency: Histogram
}

/** Follows the messages of a load through the levels. Holds one number a message that is not final. */
export class FinalityTracker {
  /** Send times in milliseconds of messages that are not final, by block. */
  private readonly sent = new Map<bigint, number[]>()
  private readonly reachedLevels: Readonly<Record<Level, Reached>> = {
    accepted: newReached(),
    sealed: newReached(),
    published: newReached(),
    claimed: newReached(),
    final: newReached(),
  }

  /** A message sent at `sentAtMs` is answered as accepted into `block`. */
  accept(block: bigint, sentAtMs: number, nowMs: number): void {
    const { accepted } = this.reachedLevels
    accepted.messages += 1
    accepted.latency.record(nowMs - sentAtMs)
    if (block > accepted.block) accepted.block = block
    for (const level of blockLevels) {
      const reached = this.reachedLevels[level]
      if (reached.block < block) continue
      reached.messages += 1
      reached.latency.record(nowMs - sentAtMs)
    }
    if (this.reachedLevels.final.block >= block) return
    const times = this.sent.get(block)
    if (times === undefined) this.sent.set(block, [sentAtMs])
    else times.push(sentAtMs)
  }

  /** All blocks up to `block` have come to `level`, and so to those below it. */
  reach(level: BlockLevel, block: bigint, nowMs: number): void {
    for (const each of blockLevels) {
      this.advance(this.reachedLevels[each], block, nowMs)
      if (each === level) break
    }
    const { final } = this.reachedLevels
    for (const held of this.sent.keys()) if (held <= final.block) this.sent.delete(held)
  }

  private advance(reached: Reached, block: bigint, nowMs: number): void {
    if (block <= reached.block) return
    for (const [held, times] of this.sent) {
      if (held <= reached.block || held > block) continue
      reached.messages += times.length
      for (const sentAtMs of times) reached.latency.record(nowMs - sentAtMs)
    }
    reached.block = block
  }

  state(level: Level): LevelState {
    const { messages, block } = this.reachedLevels[level]
    return { messages, block }
  }

  /** From sending to `level`, in milliseconds; undefined before the first message is there. */
  latencyMs(level: Level, quantile: number): number | undefined {
    return this.reachedLevels[level].latency.quantile(quantile)
  }
}

function newReached(): Reached {
  return { block: 0n, messages: 0, latency: new Histogram() }
}
