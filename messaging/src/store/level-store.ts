import type { Change, Store } from '../ports/store.ts'

type Operation =
  | { readonly type: 'put'; readonly key: string; readonly value: Uint8Array }
  | { readonly type: 'del'; readonly key: string }

/**
 * The part of abstract-level that is used here: classic-level in Node and browser-level in a page fit, with keys in UTF-8 and
 * `view` values. Whoever opened it closes it; a second process, or page, cannot open it.
 */
export interface TextLevel {
  get(key: string): Promise<Uint8Array | undefined>
  batch(operations: Operation[], options: { readonly sync: boolean }): Promise<void>
  iterator(range: { readonly gte: string; readonly lt: string }): AsyncIterable<[string, Uint8Array]>
}

/** What a device keeps, in a database of its own. Values are as they are given: see {@link sealedStore}. */
export function levelStore(db: TextLevel): Store {
  return {
    get: (key) => db.get(key),
    async *list(prefix) {
      yield* db.iterator({ gte: prefix, lt: `${prefix}\uffff` })
    },
    write: (changes) => db.batch(changes.map(operationOf), { sync: true }),
  }
}

function operationOf({ key, value }: Change): Operation {
  return value === undefined ? { type: 'del', key } : { type: 'put', key, value }
}
