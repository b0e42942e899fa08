import type { NodeStatus, ParleyNode } from '@parley/node'
import { type BlockHeader, sameBytes } from '@parley/protocol'
import { until } from './until.ts'

/** The first answer that is not undefined, within half a minute. */
export async function eventually<T>(what: string, ask: () => Promise<T | undefined>): Promise<T> {
  let answer: T | undefined
  try {
    await until(async () => {
      answer = await ask()
      return answer !== undefined
    })
  } catch (cause) {
    throw new Error(`did not come: ${what}`, { cause })
  }
  return answer as T
}

/** Waits until a node's status is as wanted; the last one stands in the failure. */
export async function untilStatus(
  node: ParleyNode,
  what: string,
  holds: (status: NodeStatus) => boolean,
  withinMs = 340_000,
): Promise<NodeStatus> {
  let last: NodeStatus | undefined
  try {
    await until(async () => {
      last = await node.status()
      return holds(last)
    }, withinMs)
  } catch (cause) {
    const { shardRoots: _, ...seen } = last ?? ({} as NodeStatus)
    const text = JSON.stringify(seen, (_key, value: unknown) => (typeof value === 'bigint' ? `${value}` : value))
    throw new Error(`did not come: ${what}; ${text}`, { cause })
  }
  return last as NodeStatus
}

/** Waits until a node has verified all that was said, and its root is the sequencer's. @returns the block's number. */
export async function untilAllVerified(
  rollup: { sealedRoot(): Promise<Pick<BlockHeader, 'number' | 'stateRoot'>> },
  node: ParleyNode,
): Promise<bigint> {
  const { number, stateRoot } = await rollup.sealedRoot()
  await untilStatus(
    node,
    `block ${number} of the sequencer`,
    (now) => now.block === number && sameBytes(now.stateRoot ?? new Uint8Array(0), stateRoot),
  )
  return number
}
