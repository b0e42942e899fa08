import type { L2Confidence } from '@parley/protocol'
import { NodeError } from './faults.ts'

/** How a node follows, keeps and serves. All optional. */
export interface NodeOptions {
  /** How settled an L2 block must be before its events are believed. Reorganisations are met either way. @default 'latest' */
  readonly confidence?: L2Confidence
  /** Claims fetched ahead of the one that is verified, 0 to 16. @default 2 */
  readonly fetchAhead?: number
  /** Take a snapshot at the first claim's end after this many blocks, at least 1. @default 1_024 */
  readonly snapshotEveryBlocks?: number
  /** Newest snapshots kept, beside the newest final one and the first, 1 to 1,000. @default 2 */
  readonly snapshotsKept?: number
  /** Bytes that the snapshots of final states may take which others join by; 0 writes none. @default 16 GiB */
  readonly servedBytes?: number
  /** Blocks whose signatures are kept after they are final; Infinity keeps all. @default 0 */
  readonly witnessKeptBlocks?: number
  /** Milliseconds of L2 time for which encoded parts of batches are kept and served after their claim is final; Infinity keeps all. @default 1_814_400_000 */
  readonly archiveKeptMs?: number
  /** Milliseconds between two claims of which the layers are asked whether they still have them, 0 for never. @default 600_000 */
  readonly auditEveryMs?: number
  /** Wait after a failure: doubles from the first to the longest. Milliseconds. @default 200 and 15_000 */
  readonly firstBackoffMs?: number
  readonly maxBackoffMs?: number
  /** Requests that wait for the state, 1 to 100,000. @default 1_000 */
  readonly maxWaitingReads?: number
  /** Milliseconds over which nodes that contest spread what they send. @default 30_000 */
  readonly challengeSpreadMs?: number
  /** Wei that the account of a node that contests must have beside the deposits for the largest claim, or the node is unready. @default 0n */
  readonly challengeBudget?: bigint
  /** Milliseconds of L2 time that the data of a claim may be absent before a node that contests asks for it; earlier where three rounds need it. @default 21_600_000 */
  readonly challengeAfterMs?: number
  /** Milliseconds between looks at data that is waited for or asked for, 10 to 60,000. What the L2 refused is asked again after five. @default 1_000 */
  readonly lookEveryMs?: number
  /** Bytes of signed headers kept from one source. @default 1 GiB */
  readonly watchedBytes?: number
  /** An L2 that has been silent for longer makes the node unready. Milliseconds. @default 60_000 */
  readonly unreadyAfterMs?: number
  /** A claim that has stood unverified for longer makes the node unready. Milliseconds of L2 time. @default 600_000 */
  readonly behindMs?: number
}

export type NodeSettings = Required<NodeOptions>

type Bounds = readonly [standard: number, least: number, most: number]
const bounds: { readonly [option in Exclude<keyof NodeSettings, 'confidence' | 'challengeBudget'>]: Bounds } = {
  fetchAhead: [2, 0, 16],
  snapshotEveryBlocks: [1_024, 1, 1_000_000_000],
  snapshotsKept: [2, 1, 1_000],
  servedBytes: [2 ** 34, 0, 2 ** 50],
  witnessKeptBlocks: [0, 0, Number.POSITIVE_INFINITY],
  archiveKeptMs: [1_814_400_000, 0, Number.POSITIVE_INFINITY],
  auditEveryMs: [600_000, 0, 86_400_000],
  firstBackoffMs: [200, 1, 3_600_000],
  maxBackoffMs: [15_000, 1, 3_600_000],
  maxWaitingReads: [1_000, 1, 100_000],
  challengeSpreadMs: [30_000, 0, 3_600_000],
  challengeAfterMs: [21_600_000, 0, 2_592_000_000],
  lookEveryMs: [1_000, 10, 60_000],
  watchedBytes: [2 ** 30, 2 ** 16, 2 ** 40],
  unreadyAfterMs: [60_000, 1, 86_400_000],
  behindMs: [600_000, 1, 2_592_000_000],
}

/** Fills in defaults. @throws {NodeError} `OPTION_OUT_OF_RANGE`. */
export function settingsOf(options: NodeOptions): NodeSettings {
  const numbers = Object.entries(bounds).map(([option, [standard, minimum, maximum]]) => {
    const value = options[option as keyof typeof bounds] ?? standard
    const whole = Number.isInteger(value) || value === Number.POSITIVE_INFINITY
    if (!whole || value < minimum || value > maximum)
      throw new NodeError({ code: 'OPTION_OUT_OF_RANGE', option, value, minimum, maximum })
    return [option, value]
  })
  const { confidence = 'latest', challengeBudget = 0n } = options
  return { ...Object.fromEntries(numbers), confidence, challengeBudget } as NodeSettings
}
