import { joinBytes } from '@parley/protocol/light'
import type { Change, Store } from '../ports/store.ts'

const nonceBytes = 12

/** A key of WebCrypto for AES-GCM. */
export type StoreKey = Awaited<ReturnType<typeof crypto.subtle.importKey>>

/**
 * A store whose values are encrypted under a key of the device, each bound to its name. Names stay readable.
 * @param key - For AES-GCM, best one that cannot be exported.
 */
export function sealedStore(store: Store, key: StoreKey): Store {
  return {
    async get(name) {
      const sealed = await store.get(name)
      return sealed && open(key, name, sealed)
    },
    async *list(prefix) {
      for await (const [name, sealed] of store.list(prefix)) yield [name, await open(key, name, sealed)]
    },
    async write(changes) {
      const sealed: Change[] = []
      for (const { key: name, value } of changes)
        sealed.push({ key: name, value: value && (await seal(key, name, value)) })
      await store.write(sealed)
    },
  }
}

async function seal(key: StoreKey, name: string, value: Uint8Array): Promise<Uint8Array> {
  const iv = crypto.getRandomValues(new Uint8Array(nonceBytes))
  const sealed = await crypto.subtle.encrypt(algorithm(iv, name), key, value as Uint8Array<ArrayBuffer>)
  return joinBytes([iv, new Uint8Array(sealed)])
}

/** Rejects when the value was changed, or is another name's. */
async function open(key: StoreKey, name: string, sealed: Uint8Array): Promise<Uint8Array> {
  const iv = sealed.slice(0, nonceBytes)
  return new Uint8Array(await crypto.subtle.decrypt(algorithm(iv, name), key, sealed.slice(nonceBytes)))
}

function algorithm(iv: Uint8Array<ArrayBuffer>, name: string) {
  return { name: 'AES-GCM', iv, additionalData: new TextEncoder().encode(name) }
}
