import type { SignatureVerifier, SignedHeader } from '@parley/protocol'
import type { Clock } from '@parley/runtime'
import type { BytesLevel } from '@parley/runtime/level'
import type { Logger } from 'pino'
import type { Registry } from 'prom-client'
import type { BlockLibrary, NetworkChain } from './chain.ts'
import type { EvidencePair } from './wire/forms.ts'

export interface NetworkDeps {
  readonly chain: NetworkChain
  /** The key that this peer is known by, as `createIdentity` makes it. */
  readonly identity: Uint8Array
  /** Bans, peers, headers, evidence and pulled blocks. Whoever opened it closes it. */
  readonly store: BytesLevel
  /** Blocks that are here anyway, to be served. */
  readonly library?: BlockLibrary
  /** Told of each header that was found signed, the second of a place, too. What it throws is logged. */
  readonly onHeader?: (header: SignedHeader) => Promise<void>
  /** Told of each piece of evidence, once. What it throws is logged. */
  readonly onEvidence?: (pair: EvidencePair) => Promise<void>
  /** @default the portable verifier: a millisecond a header. */
  readonly verifier?: SignatureVerifier
  readonly clock: Clock
  readonly log: Logger
  readonly registry: Registry
  /** Draws from 0 to below 1. @default Math.random */
  readonly random?: () => number
}
