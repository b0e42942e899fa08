import type { CheckedHeader, Grade, NodeStatus, SequencerStatus } from '@parley/client'
import type { Sources } from './sources.ts'

/** How far the chain is, by one of its words. */
export interface Level {
  readonly name: string
  readonly means: string
  /** Last block that got so far; undefined when nobody could be asked. */
  readonly block: bigint | undefined
  readonly says: string
}

export interface Overview {
  readonly status: NodeStatus
  readonly sequencer: SequencerStatus | undefined
  readonly levels: readonly Level[]
  /** The newest blocks, ascending, checked. */
  readonly headers: readonly CheckedHeader[]
  /** Of the newest block. */
  readonly grade: Grade
}

/** Blocks from which a rate is made. */
const recent = 10n

/** @throws {ClientError} what reading the node throws. A sequencer that is away takes nothing else with it. */
export async function overviewOf({ node, chain, sequencer }: Sources, signal: AbortSignal): Promise<Overview> {
  const [status, head] = await Promise.all([
    node.status(signal),
    // Only a word beside the node's: without it its rows say that nobody answered.
    sequencer?.status(signal).catch(() => undefined),
  ])
  const { block, finality } = status
  const first = block > recent ? block - recent + 1n : 1n
  const headers = block === 0n ? [] : await chain.headers(first, block, signal)
  const levels: Level[] = [
    {
      name: 'Sealed',
      means: 'in a block that the sequencer has signed',
      block: head?.finality.sealed,
      says: sequencer === undefined ? 'no sequencer is entered' : 'the sequencer',
    },
    {
      name: 'Claimed',
      means: 'its batch stands on the L2 under a bond',
      block: head?.finality.claimed,
      says: 'the sequencer',
    },
    {
      name: 'Verified',
      means: 'executed again by this node, and equal',
      block: finality.verified.block,
      says: 'this node',
    },
    {
      name: 'Final',
      means: 'nobody can change it any more',
      block: finality.final.block,
      says: 'this node, from the L2',
    },
  ]
  if (finality.claimed.block !== undefined)
    levels[1] = { ...(levels[1] as Level), block: finality.claimed.block, says: 'this node, from the L2' }
  return { status, sequencer: head, levels, headers, grade: headers.at(-1)?.grade ?? 'node' }
}

/** Messages a second over checked blocks; undefined when they are too few to tell. */
export function rateOf(headers: readonly CheckedHeader[]): number | undefined {
  const [first, last] = [headers[0], headers.at(-1)]
  if (first === undefined || last === undefined) return undefined
  const ms = Number(last.header.timestamp - first.header.timestamp)
  if (ms <= 0) return undefined
  const messages = headers.slice(1).flatMap(({ runs }) => runs.map((run) => run.messages))
  return (messages.reduce((sum, each) => sum + each, 0) * 1000) / ms
}
