import type { relayRoutes } from '@parley/api'
import { type Handlers, healthHandlers } from '@parley/api/server'
import { BlockHeaderType, BlockView } from '@parley/protocol'
import type { Registry } from 'prom-client'
import { RelayError } from '../faults.ts'
import type { RelayChain } from '../relay-chain.ts'

export interface RouteDeps {
  readonly chain: () => RelayChain
  /** Last block that is claimed. */
  readonly claimed: () => bigint
  readonly registry: Registry
  readonly unreadyBecause: () => string | undefined
}

/** Handlers of the routes of a relay that answer. */
export function relayHandlers({ chain, claimed, registry, unreadyBecause }: RouteDeps): Handlers<typeof relayRoutes> {
  return {
    async block({ place: { params }, toOctets }) {
      const { head, first, store } = chain()
      const bytes = await store.bytes(params.number === 'latest' ? head : params.number)
      if (bytes === undefined) throw new RelayError({ code: 'BLOCK_UNKNOWN', first, head })
      if (toOctets) return bytes
      const { header, signature } = BlockView.read(bytes)
      return { header, headerRoot: BlockHeaderType.hashTreeRoot(header), signature, bytes: bytes.length }
    },
    async status() {
      const { head, first, header, store, fanOut } = chain()
      return {
        ready: unreadyBecause() === undefined,
        lineage: header.lineage,
        first,
        head,
        claimed: claimed(),
        bytes: store.bytesKept,
        subscriptions: fanOut.liveSubscriptions,
      }
    },
    ...healthHandlers({ registry, unreadyBecause }),
  }
}
