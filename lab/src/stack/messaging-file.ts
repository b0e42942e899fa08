import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { MessagingPlaces, StackPlaces } from './stack-config.ts'

/** File in the data directory that says where clients of messaging find everything. */
export const messagingFile = 'messaging.json'

/** What `createMessenger` needs beside a wallet and a store. */
export interface MessagingConfiguration {
  /** Of the L2. */
  readonly chainId: number
  readonly l2Url: string
  readonly contracts: Readonly<Record<'rollup' | 'directory' | 'inbox', `0x${string}`>>
  readonly sequencer: string
  readonly relay?: string
  readonly node?: string
  readonly gateways: MessagingPlaces['gateways']
  /** Stores, in the order in which they are asked. */
  readonly contents: readonly string[]
  /** Where what comes for people is kept while their devices are away, and by which key it signs. */
  readonly pds?: NonNullable<MessagingPlaces['pds']>
}

export function messagingConfiguration(
  { l2Url, rollup, sequencerUrl, relayUrl, nodeUrl }: StackPlaces,
  { directory, inbox, gateways, storeUrls, pds }: MessagingPlaces,
  chainId: bigint,
): MessagingConfiguration {
  return {
    chainId: Number(chainId),
    l2Url,
    contracts: { rollup, directory, inbox },
    sequencer: sequencerUrl,
    ...(relayUrl !== undefined && { relay: relayUrl }),
    ...(nodeUrl !== undefined && { node: nodeUrl }),
    gateways,
    contents: storeUrls,
    ...(pds !== undefined && { pds }),
  }
}

/** Writes it into the data directory of a stack. */
export async function writeMessagingFile(dataDir: string, configuration: MessagingConfiguration): Promise<void> {
  await writeFile(join(dataDir, messagingFile), `${JSON.stringify(configuration, undefined, 2)}\n`)
}
