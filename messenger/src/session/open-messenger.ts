import { createNodeClient, type NodeClient } from '@parley/client'
import { httpContents, severalContents } from '@parley/content'
import { createMessenger, type Messenger, type Store } from '@parley/messaging'
import { systemClock } from '@parley/runtime'
import type { Places } from '../places/places.ts'
import type { KeptWallet } from './own-data.ts'
import { clientOf } from './wallet.ts'

export interface OpenedMessenger {
  readonly messenger: Messenger
  /** Shows how far messages are settled; undefined where no node is configured. */
  readonly node: NodeClient | undefined
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
    contents: severalContents(
      places.contents.map((each) => httpContents({ url: each })),
      systemClock,
    ),
    onTrouble,
  })
  const l2 = { client, rollup: contracts.rollup }
  return {
    messenger,
    node: url === undefined ? undefined : createNodeClient({ url, l2 }, { chainId: BigInt(chainId) }),
  }
}
