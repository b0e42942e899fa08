import type { QueuedItem } from '@parley/protocol'
import type { Opening } from '../chain/opening.ts'

/** The block that takes entries. */
export interface OpenBlock {
  readonly opening: Opening
  readonly items: readonly QueuedItem[]
  /** Clock, milliseconds. */
  readonly openedAt: number
  /** Accepted entries. */
  operations: number
  /** When the first of them was accepted; clock, milliseconds. */
  waitingSince: number | undefined
  /** Resolves when everything journaled of it so far is durable. */
  durable: Promise<unknown>
}
