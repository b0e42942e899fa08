import { type Store, sealedStore } from '@parley/messaging'
import { PageError } from '../faults.ts'
import { deviceKey } from './device-key.ts'
import { indexedDbStore } from './indexed-db-store.ts'

/** What this browser keeps, encrypted. */
export interface DeviceStore {
  readonly store: Store
  close(): void
}

/** Opens it; there is no other place where the page would keep anything. @throws {PageError} `STORAGE_UNAVAILABLE`. */
export async function openDeviceStore(name: string): Promise<DeviceStore> {
  try {
    const key = await deviceKey(name)
    const values = await indexedDbStore(name)
    // Asked for, not needed: without it the browser may clear the page's data when its disk is full.
    await navigator.storage.persist()
    return { store: sealedStore(values, key), close: () => values.close() }
  } catch (cause) {
    throw new PageError({ code: 'STORAGE_UNAVAILABLE', reason: String(cause) }, { cause })
  }
}
