import type { DeploymentOnL2, L2Client, NodeClient, SequencerClient } from '@parley/client'
import type { Contents } from '@parley/content'
import type { ContentStore } from '@parley/content/store'
import type { Clock } from '@parley/runtime'
import type { BytesLevel } from '@parley/runtime/level'
import type { Logger } from 'pino'
import type { Registry } from 'prom-client'
import type { Address, LocalAccount } from 'viem'

export interface PdsContracts {
  readonly directory: Address
  readonly inbox: Address
  /** L2 block that the public inbox was deployed in: no invite is older. */
  readonly inboxBlock: bigint
  readonly rollup: Address
  /** Where rules look how a sender stands; without it such rules apply to nobody. */
  readonly reputation?: Address
}

export interface PdsDeps {
  readonly client: L2Client
  readonly contracts: PdsContracts
  readonly deployment: Pick<DeploymentOnL2, 'chainId' | 'inbox'>
  /** Whose feed is followed: a relay’s client, or a sequencer’s. */
  readonly feed: Pick<SequencerClient, 'followMany'>
  /** Proves records under final claims; it reads the L2 itself. */
  readonly node: Pick<NodeClient, 'conversations'>
  /** Stores that contents are mirrored from, and put back to for who wants them. */
  readonly contents: Contents
  /** What is mirrored. */
  readonly mirror: ContentStore
  /** Everything else that is stored: open, of this service alone. */
  readonly db: BytesLevel
  /** Signs what the service says. */
  readonly key: LocalAccount
  /** 32 bytes, from which the keys that open invites’ heads are derived. */
  readonly secret: Uint8Array
  readonly clock: Clock
  readonly log: Logger
  readonly registry: Registry
}
