import type { Clock } from '@parley/runtime'
import type { BytesLevel } from '@parley/runtime/level'
import { KeptBlocks } from './blocks/kept-blocks.ts'
import { HeaderBook } from './headers/header-book.ts'
import type { NetworkSettings } from './options.ts'
import { Bans } from './peers/bans.ts'
import { PeerBook } from './peers/peer-book.ts'

/** What is on disk. */
export interface Stored {
  readonly bans: Bans
  readonly peers: PeerBook
  readonly book: HeaderBook
  readonly kept: KeptBlocks
}

/** @throws {NetworkError} `NETWORK_STORE_CORRUPT`. */
export async function openStored(
  store: BytesLevel,
  clock: Clock,
  { allowPrivate, historyBlocks, keptBytes }: NetworkSettings,
): Promise<Stored> {
  return {
    bans: await Bans.open(store, clock),
    peers: await PeerBook.open(store, { allowPrivate }),
    book: await HeaderBook.open(store),
    kept: await KeptBlocks.open(store, { blocks: historyBlocks, bytes: keptBytes }),
  }
}
