export { chainOf } from './chain-of.ts'
export { endRawPeers, type RawPeer, rawPeer } from './raw-peer.ts'
export { SignedChain } from './signed-chain.ts'
