import type { PeerId } from '@libp2p/interface'
import { type Bytes20, type Bytes32, sameBytes } from '@parley/protocol'
import { NetworkError } from '../faults.ts'
import { networkForm, type PeerStatus, protocols } from '../wire/forms.ts'

/** A peer that follows this deployment. */
export interface Greeted {
  readonly peer: PeerId
  status: PeerStatus
}

/** Peers that said what they follow, and that it is the same. */
export class Greetings {
  private readonly own: { readonly rollup: Bytes20; readonly genesis: Bytes32 }
  private readonly greeted = new Map<string, Greeted>()

  constructor(own: Greetings['own']) {
    this.own = own
  }

  get peers(): readonly Greeted[] {
    return [...this.greeted.values()]
  }

  has(peer: PeerId): boolean {
    return this.greeted.has(peer.toString())
  }

  of(peer: PeerId): PeerStatus | undefined {
    return this.greeted.get(peer.toString())?.status
  }

  /** @throws {NetworkError} `PEER_ELSEWHERE`, `PEER_FRAME_MALFORMED` of another form. */
  greet(peer: PeerId, status: PeerStatus): void {
    const { rollup, genesis } = this.own
    const elsewhere = (field: string, expected: Uint8Array, received: Uint8Array): NetworkError =>
      new NetworkError({ code: 'PEER_ELSEWHERE', field, expected, received })
    if (status.form !== networkForm)
      throw new NetworkError({
        code: 'PEER_FRAME_MALFORMED',
        protocol: protocols.status,
        reason: `form ${status.form} where this version has ${networkForm}`,
      })
    if (!sameBytes(status.rollup, rollup)) throw elsewhere('rollup', rollup, status.rollup)
    if (!sameBytes(status.genesis, genesis)) throw elsewhere('genesis', genesis, status.genesis)
    this.greeted.set(peer.toString(), { peer, status })
  }

  forget(peer: PeerId): void {
    this.greeted.delete(peer.toString())
  }
}
