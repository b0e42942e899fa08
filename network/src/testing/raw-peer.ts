import { type GossipSub, gossipsub, StrictNoSign } from '@libp2p/gossipsub'
import { identify } from '@libp2p/identify'
import type { Libp2p, Stream } from '@libp2p/interface'
import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { lpStream } from '@libp2p/utils'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import { networkForm, type PeerStatus, protocols, StatusType, topicOf } from '../wire/forms.ts'
import type { SignedChain } from './signed-chain.ts'

const open: Libp2p[] = []

export async function endRawPeers(): Promise<void> {
  await Promise.all(open.splice(0).map((libp2p) => libp2p.stop()))
}

/** A peer that keeps to no rule but those of libp2p. */
export interface RawPeer {
  readonly libp2p: Libp2p<{ pubsub: GossipSub }>
  readonly id: string
  dial(address: string): Promise<void>
  /** Says what it follows. */
  greet(address: string, status?: Partial<PeerStatus>): Promise<void>
  gossip(of: 'headers' | 'evidence', bytes: Uint8Array): Promise<void>
  /** Serves blocks as it likes. */
  serve(protocol: string, answer: (stream: Stream) => Promise<void> | void): Promise<void>
  isConnected(): boolean
  /** Whether somebody listens to what it gossips. */
  isHeard(): boolean
}

export async function rawPeer(
  chain: Pick<SignedChain, 'rollup' | 'genesis'>,
  listen: readonly string[] = [],
): Promise<RawPeer> {
  const libp2p: Libp2p<{ pubsub: GossipSub }> = await createLibp2p({
    addresses: { listen: [...listen] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    services: {
      identify: identify(),
      pubsub: gossipsub({
        globalSignaturePolicy: StrictNoSign,
        allowPublishToZeroTopicPeers: true,
        floodPublish: true,
        ignoreDuplicatePublishError: true,
      }),
    },
  })
  open.push(libp2p)
  const { pubsub } = libp2p.services
  pubsub.subscribe(topicOf(chain.rollup, 'headers'))
  pubsub.subscribe(topicOf(chain.rollup, 'evidence'))
  return {
    libp2p,
    id: libp2p.peerId.toString(),
    async dial(address) {
      await libp2p.dial(multiaddr(address))
    },
    async greet(address, status = {}) {
      const stream = await libp2p.dialProtocol(multiaddr(address), protocols.status)
      const frames = lpStream(stream)
      const told = {
        form: networkForm,
        rollup: chain.rollup,
        genesis: chain.genesis,
        head: 0n,
        final: 0n,
        first: 0n,
        evidence: 0n,
        ...status,
      }
      await frames.write(StatusType.serialize(told))
    },
    async gossip(of, bytes) {
      await pubsub.publish(topicOf(chain.rollup, of), bytes)
    },
    async serve(protocol, answer) {
      await libp2p.handle(protocol, answer)
    },
    isHeard: () =>
      (['headers', 'evidence'] as const).every((of) => pubsub.getSubscribers(topicOf(chain.rollup, of)).length > 0),
    isConnected: () => libp2p.getConnections().length > 0,
  }
}
