import type { SentLoad } from './send-load.ts'

/** How far the L2's claims reached at a time. */
export interface ClaimedAt {
  /** Milliseconds since 1970, by the L2's clock, which knows whole seconds. */
  readonly atMs: number
  /** Last claimed block. */
  readonly block: bigint
}

/** The first third of a run warms up and is not counted. */
const warmUp = 1 / 3

/** Messages a second between the end of the warm-up and the last answer. */
export function acceptedPerSecond({ answeredAtMs, accepted }: SentLoad): number {
  const first = Math.floor(answeredAtMs.length * warmUp)
  const share = (answeredAtMs.length - 1 - first) / answeredAtMs.length
  const [begin, end] = [answeredAtMs[first] as number, answeredAtMs.at(-1) as number]
  return (1000 * accepted * share) / (end - begin)
}

/**
 * Messages a second at which claims went on while the load did: from the first claim after the warm-up to the last one
 * before the last answer. What is claimed afterwards is a batch cut short, which says nothing of the rate, so it counts
 * only where there are no two claims before it.
 * @param history - In order of time, to the end of the run; 0 when it does not reach all messages, or no two claims count.
 */
export function claimedPerSecond({ byBlock, accepted, answeredAtMs }: SentLoad, history: readonly ClaimedAt[]): number {
  const blocks = Object.entries(byBlock).map(([block, count]) => ({ block: BigInt(block), count }))
  const messagesUpTo = (last: bigint): number =>
    blocks.reduce((sum, { block, count }) => sum + (block <= last ? count : 0), 0)
  const reached = history.map(({ atMs, block }) => ({ atMs, messages: messagesUpTo(block) }))
  if (reached.at(-1)?.messages !== accepted) return 0
  const endedAtMs = answeredAtMs.at(-1) ?? 0
  const warm = reached.filter(({ messages }) => messages >= accepted * warmUp)
  const during = warm.filter(({ atMs }) => atMs <= endedAtMs)
  const counted = during.length >= 2 ? during : warm
  const [begin, end] = [counted[0], counted.find(({ messages }) => messages === counted.at(-1)?.messages)]
  if (begin === undefined || end === undefined || begin === end) return 0
  return (1000 * (end.messages - begin.messages)) / (end.atMs - begin.atMs)
}
