import type { ConnectionGater, Libp2p, PeerId } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import { networkLimits } from '../limits.ts'
import { type AddressRules, isPublic, isUsable, networkOf } from './addresses.ts'
import type { Bans } from './bans.ts'

interface GaterDeps {
  readonly bans: Bans
  readonly rules: AddressRules
  /** Addresses from this process's own configuration: dialled whatever they are. */
  readonly configured: ReadonlySet<string>
  readonly connections: () => ReturnType<Libp2p['getConnections']>
}

const bare = (address: Multiaddr): string => address.toString().replace(/\/p2p\/[^/]+$/, '')

/** Who may be connected with. */
export function createGater({ bans, rules, configured, connections }: GaterDeps): ConnectionGater {
  const isAway = (peer: PeerId): boolean => bans.has(peer.toString())
  const isFull = (address: Multiaddr): boolean => {
    // Private networks that are allowed are one's own.
    if (rules.allowPrivate && !isPublic(address)) return false
    const network = networkOf(address)
    const beside = connections().filter(
      ({ direction, remoteAddr }) => direction === 'inbound' && networkOf(remoteAddr) === network,
    )
    return beside.length >= networkLimits.inboundPerNetwork
  }
  return {
    denyDialPeer: isAway,
    denyDialMultiaddr: (address) => !isUsable(address, rules) && !configured.has(bare(address)),
    denyInboundConnection: ({ remoteAddr }) => isFull(remoteAddr),
    denyInboundEncryptedConnection: isAway,
    denyOutboundEncryptedConnection: isAway,
    filterMultiaddrForPeer: (_, address) => isUsable(address, rules) || configured.has(bare(address)),
  }
}

/** The addresses of a configuration, as the gater knows them. */
export const configuredAddresses = (addresses: readonly Multiaddr[]): ReadonlySet<string> =>
  new Set(addresses.map(bare))
