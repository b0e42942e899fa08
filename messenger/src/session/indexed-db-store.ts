import type { Store } from '@parley/messaging'
import { asked, openTable } from './requests.ts'

const table = 'values'
/** Values that are read at once. */
const pageSize = 256

/** What a device keeps, in IndexedDB. Values are as they are given: see `sealedStore`. */
export interface IndexedDbStore extends Store {
  close(): void
}

/** Opens it. A write is on the disk once it resolves, all of it or nothing. */
export async function indexedDbStore(name: string): Promise<IndexedDbStore> {
  const db = await openTable(name, table)
  return {
    get: (key) => asked<Uint8Array | undefined>(db.transaction(table).objectStore(table).get(key)),

    async *list(prefix) {
      const end = `${prefix}\uffff`
      for (let from = prefix, isFirst = true; ; isFirst = false) {
        const values = db.transaction(table).objectStore(table)
        const range = IDBKeyRange.bound(from, end, !isFirst, true)
        const [keys, found] = await Promise.all([
          asked(values.getAllKeys(range, pageSize)),
          asked(values.getAll(range, pageSize)),
        ])
        for (const [i, key] of keys.entries()) yield [key as string, found[i] as Uint8Array]
        if (keys.length < pageSize) return
        from = keys.at(-1) as string
      }
    },

    write(changes) {
      const transaction = db.transaction(table, 'readwrite', { durability: 'strict' })
      const values = transaction.objectStore(table)
      const done = new Promise<void>((resolve, reject) => {
        transaction.oncomplete = () => resolve()
        transaction.onabort = () => reject(transaction.error)
      })
      for (const { key, value } of changes)
        if (value === undefined) values.delete(key)
        else values.put(value, key)
      return done
    },

    close: () => db.close(),
  }
}
