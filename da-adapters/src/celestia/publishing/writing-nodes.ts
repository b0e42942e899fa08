import type { Clock } from '@parley/runtime'
import type { CelestiaNode, GasOffer, OfferedBlob } from '../node/celestia-node.ts'
import { NodeFault, type NodeFaultKind } from '../node/node-fault.ts'

/** How far nodes are that are up to date. */
export interface Heads {
  /** No block up to this one can have what is sent now. */
  readonly lowest: bigint
  /** The network is at least here. */
  readonly highest: bigint
}

/**
 * The nodes that publications go through. An account belongs to each of them, so that what one sent another cannot replace:
 * whoever sends through the next must know that it will never be included.
 */
export interface WritingNodes {
  /** @throws {NodeFault} `not yet` when no node that answers is up to date; what the first says when none answers. */
  heads(signal: AbortSignal): Promise<Heads>
  /** The highest block that any node has, up to date or not. @throws {NodeFault} when none answers. */
  newest(signal: AbortSignal): Promise<bigint>
  /**
   * Sends through one node, and through the next where it is certain that nothing was sent. It stays with the node that
   * took a transaction last.
   * @throws {NodeFault} what the first says that was asked.
   */
  submit(blobs: readonly OfferedBlob[], namespace: Uint8Array, offer: GasOffer, signal: AbortSignal): Promise<bigint>
  /**
   * Asks one after the other until one shows it.
   * @returns undefined when one says that it is not there and none shows it.
   * @throws {NodeFault} what the first says that did not tell.
   */
  find<T>(look: (node: CelestiaNode) => Promise<T>): Promise<T | undefined>
}

/** After these nothing was sent: the same bytes may go out again without a look. */
export const definite: ReadonlySet<NodeFaultKind> = new Set(['refused', 'no funds', 'price too low', 'not taken'])

/** @param maxHeadAgeMs - Age of its head from which a node is not up to date. */
export function createWritingNodes(
  nodes: readonly [CelestiaNode, ...CelestiaNode[]],
  { clock, maxHeadAgeMs }: { readonly clock: Clock; readonly maxHeadAgeMs: number },
): WritingNodes {
  /** Place of the node that is sent through. */
  let active = 0

  async function headers(signal: AbortSignal) {
    const settled = await Promise.allSettled(nodes.map((node) => node.head(signal)))
    signal.throwIfAborted()
    const told = settled.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
    if (told.length === 0) throw (settled[0] as PromiseRejectedResult).reason
    return told
  }

  /** A node of another network must be sent nothing, and one that does not answer leaves nothing in doubt yet. */
  async function inReach(node: CelestiaNode, signal: AbortSignal): Promise<void> {
    try {
      await node.head(signal)
    } catch (error) {
      if (!(error instanceof NodeFault) || definite.has(error.kind)) throw error
      throw new NodeFault('not taken', error.message, { cause: error })
    }
  }

  const highestOf = (heights: readonly bigint[]): bigint => heights.reduce((a, b) => (a > b ? a : b))
  const lowestOf = (heights: readonly bigint[]): bigint => heights.reduce((a, b) => (a < b ? a : b))

  return {
    async heads(signal) {
      const told = await headers(signal)
      const now = clock.now()
      const fresh = told.filter(({ time }) => now - time <= maxHeadAgeMs).map(({ height }) => height)
      if (fresh.length > 0) return { lowest: lowestOf(fresh), highest: highestOf(fresh) }
      const seconds = Math.round((now - Math.max(...told.map(({ time }) => time))) / 1_000)
      throw new NodeFault('not yet', `no node is up to date: the newest block that one has is ${seconds} s old`)
    },
    async newest(signal) {
      return highestOf((await headers(signal)).map(({ height }) => height))
    },
    async submit(blobs, namespace, offer, signal) {
      let first: NodeFault | undefined
      for (let tried = 0; tried < nodes.length; tried++) {
        const node = nodes[active] as CelestiaNode
        try {
          // A single one was asked for its head before.
          if (nodes.length > 1) await inReach(node, signal)
          return await node.submit(blobs, namespace, offer, signal)
        } catch (error) {
          if (!(error instanceof NodeFault)) throw error
          first ??= error
          // Every node wants as much; and a submission of unclear fate is looked for before another goes out.
          if (error.kind === 'price too low') throw error
          active = (active + 1) % nodes.length
          if (!definite.has(error.kind)) throw error
        }
      }
      throw first as NodeFault
    },
    async find(look) {
      let denied = false
      let first: NodeFault | undefined
      for (const node of nodes) {
        try {
          return await look(node)
        } catch (error) {
          if (!(error instanceof NodeFault)) throw error
          if (error.kind === 'not found') denied = true
          else first ??= error
        }
      }
      if (denied || first === undefined) return undefined
      throw first
    },
  }
}
