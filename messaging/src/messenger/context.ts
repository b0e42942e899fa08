import type { DeploymentOnL2, L2Client, NodeClient, SequencerClient } from '@parley/client'
import type { Pulse } from '@parley/runtime'
import type { Address, Hash } from 'viem'
import type { ChainLog } from '../chain/chain-log.ts'
import type { ContactDirectory } from '../chain/contact-directory.ts'
import type { ConversationDeps } from '../conversation/held.ts'
import type { Providers } from '../providers/providers.ts'
import type { Stores } from '../providers/stores.ts'
import type { Payer } from './payer.ts'
import type { Sponsor } from './sponsor.ts'

/** What everything in a messenger works with. */
export interface Context extends ConversationDeps {
  readonly log: ChainLog
  readonly directory: ContactDirectory
  readonly client: L2Client
  readonly deployment: DeploymentOnL2
  readonly contracts: Contracts
  readonly sequencer: SequencerClient
  readonly node: NodeClient | undefined
  readonly sponsor: Sponsor
  /** Who serves this device. */
  readonly providers: Providers
  /** The stores behind `contents`, if they were given one by one. */
  readonly stores: Stores | undefined
  /** Pays on the L2 for what this identity decides. */
  readonly payer: Payer
  /** Nothing is said to devices that the directory does not have. */
  readonly strict: boolean
  /** Beats whenever something may have happened. */
  readonly changed: Pulse
  /** Sends one transaction after the other, and waits for each. */
  readonly write: (send: () => Promise<Hash>) => Promise<void>
  /** Ends with the messenger. */
  readonly signal: AbortSignal
  /** Is told what stops a part of the messenger for a while. */
  readonly report: (part: string, error: unknown) => void
}

/** Contracts on the L2. */
export interface Contracts {
  readonly rollup: Address
  /** The contact directory. */
  readonly directory: Address
  /** The public inbox. */
  readonly inbox: Address
}
