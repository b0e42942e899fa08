import { randomBytes } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type Store, type StoreKey, sealedStore } from '@parley/messaging'
import { makeDirectory } from '@parley/runtime/files'
import { refusing } from '../action/arguments.ts'
import { needed } from '../config/config.ts'
import { readKeyFile, writeKeyFile } from '../config/key-file.ts'
import type { Context } from '../process/context.ts'

const walletFile = 'wallet.key'

/** The wallet that chats: PARLEY_CHAT_KEY, or the key in the data directory, which is made at the first start. */
export async function walletOf({ config }: Pick<Context, 'config'>): Promise<Uint8Array> {
  const given = config.chat.key?.reveal()
  if (given !== undefined) return given
  const directory = needed(config, 'run.dataDir')
  await makeDirectory(directory)
  const path = join(directory, walletFile)
  const isThere = await stat(path).then(
    () => true,
    () => false,
  )
  if (!isThere) refusing('--data', () => writeKeyFile(path, randomBytes(32)))
  return refusing('--data', () => readKeyFile(path))
}

/** A store whose values open under the wallet's key alone. */
export async function storeUnder(store: Store, secret: Uint8Array): Promise<Store> {
  return sealedStore(store, await storeKeyOf(secret))
}

async function storeKeyOf(secret: Uint8Array): Promise<StoreKey> {
  const from = await crypto.subtle.importKey('raw', secret as Uint8Array<ArrayBuffer>, 'HKDF', false, ['deriveKey'])
  const info = new TextEncoder().encode('parley/chat/store/1')
  const how = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info }
  return crypto.subtle.deriveKey(how, from, { name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt'])
}
