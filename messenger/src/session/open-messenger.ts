import { createNodeClient, createSequencerClient, type NodeClient } from '@parley/client'
import { httpContents } from '@parley/content'
import { createMessenger, type Messenger, type Store } from '@parley/messaging'
import type { Places } from '../places/places.ts'
import type { KeptWallet } from './own-data.ts'
import { clientOf } from './wallet.ts'

export interface OpenedMessenger {
  readonly messenger: Messenger
  /** Shows how far messages are settled; undefined where no node is configured. */
  readonly node: NodeClient | undefined
  /** Resolves when the sequencer answers. */
  readonly probe: (signal: AbortSignal) => Promise<unknown>
}

/** Opens the messenger of this browser over the configured services. */
export async function openMessenger(
  { places, store, wallet }: { readonly places: Places; readonly store: Store; readonly wallet: KeptWallet },
  onTrouble: (part: string, error: unknown) => void,
): Promise<OpenedMessenger> {
  const { sequencer, relay, node: url, contracts, gateways, chainId } = places
  const client = clientOf(wallet, places)
  const messenger = await createMessenger({
    wallet: client,
    contracts,
    store,
    sequencer,
    ...(relay === undefined ? {} : { relay }),
    ...(url === undefined ? {} : { node: url }),
    gateways,
    // One by one: the messenger then sees what each of them withholds.
    contents: places.contents.map((each) => httpContents({ url: each })),
    onTrouble,
  })
  const l2 = { client, rollup: contracts.rollup }
  const { status } = createSequencerClient({ url: sequencer })
  return {
    messenger,
    probe: status,
    node: url === undefined ? undefined : createNodeClient({ url, l2 }, { chainId: BigInt(chainId) }),
  }
}
