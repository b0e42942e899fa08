import type { QueuedItem } from '@parley/protocol'
import type { Opening } from '../chain/journal-records.ts'

/** The block that takes entries. */
export interface OpenBlock {
  readonly opening: Opening
  readonly items: readonly QueuedItem[]
  /** By the clock's `elapsed`. */
  readonly openedAt: number
  /** Accepted entries. */
  operations: number
  /** When the first of them was accepted; by the clock's `elapsed`. */
  waitingSince: number | undefined
}

/** A block that an earlier process left open. */
export type ResumedBlock = Omit<OpenBlock, 'openedAt' | 'waitingSince'>
