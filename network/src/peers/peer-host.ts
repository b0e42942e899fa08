import { type GossipSub, gossipsub, StrictNoSign } from '@libp2p/gossipsub'
import { identify } from '@libp2p/identify'
import type { ConnectionGater, Libp2p, PeerId, PrivateKey } from '@libp2p/interface'
import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import type { Multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import { networkLimits } from '../limits.ts'
import type { NetworkSettings } from '../options.ts'
import { isUsable } from './addresses.ts'

/** A peer of libp2p that speaks gossipsub. */
export type PeerHost = Libp2p<{ readonly pubsub: GossipSub }>

export interface PeerHostDeps {
  readonly privateKey: PrivateKey
  readonly gater: ConnectionGater
  /** Topics that are taken part in; all others are refused. */
  readonly topics: readonly string[]
  readonly scoreOf: (peer: string) => number
}

/** Makes a peer within this network's limits; it listens once it is started. */
export function createPeerHost(
  { privateKey, gater, topics, scoreOf }: PeerHostDeps,
  { listen, announce, maxPeers, allowPrivate }: NetworkSettings,
): Promise<PeerHost> {
  const rules = { allowPrivate }
  return createLibp2p({
    start: false,
    privateKey,
    nodeInfo: { name: 'parley', version: '1', userAgent: 'parley/1' },
    addresses: {
      listen: [...listen],
      ...(announce.length === 0 ? {} : { announce: [...announce] }),
      announceFilter: (addresses: Multiaddr[]) => addresses.filter((address) => isUsable(address, rules)),
    },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    connectionGater: gater,
    connectionManager: {
      maxConnections: maxPeers,
      maxParallelDials: networkLimits.dialsAtOnce,
      // One's own machines come from one address.
      inboundConnectionThreshold: allowPrivate ? maxPeers : networkLimits.inboundPerNetwork,
      maxIncomingPendingConnections: maxPeers,
      reconnectRetries: 0,
    },
    peerStore: { addressFilter: (_: PeerId, address: Multiaddr) => isUsable(address, rules) },
    services: {
      identify: identify(),
      pubsub: gossipsub({
        globalSignaturePolicy: StrictNoSign,
        allowedTopics: [...topics],
        D: networkLimits.mesh,
        Dlo: networkLimits.meshLeast,
        Dhi: networkLimits.meshMost,
        heartbeatInterval: networkLimits.beatMs,
        floodPublish: true,
        doPX: false,
        fallbackToFloodsub: false,
        allowPublishToZeroTopicPeers: true,
        ignoreDuplicatePublishError: true,
        maxInboundDataLength: networkLimits.gossipFrameBytes,
        decodeRpcLimits: {
          maxSubscriptions: 8,
          maxMessages: 64,
          maxIhaveMessageIDs: 512,
          maxIwantMessageIDs: 512,
          maxIdontwantMessageIDs: 64,
          maxControlMessages: 16,
          maxPeerInfos: 0,
        },
        scoreParams: {
          appSpecificScore: scoreOf,
          appSpecificWeight: 1,
          // Counted by networks, in the gater.
          IPColocationFactorWeight: 0,
        },
      }),
    },
  })
}
