import type { Change, Store } from '../ports/store.ts'

/** What is stored under one key. */
export interface StoredRecord {
  /** What the bytes follow from: while all of it stays the same, so do they. Values that are not changed but replaced. */
  readonly of: readonly unknown[]
  readonly encode: () => Uint8Array
}

/** Records by key. */
export type Records = ReadonlyMap<string, StoredRecord>

/** What makes a store that has some records have others: those that differ, and no more. */
export function changesBetween(before: Records, after: Records): Change[] {
  const changes: Change[] = []
  for (const [key, record] of after) {
    const known = before.get(key)
    if (known === undefined || !isSame(known.of, record.of)) changes.push({ key, value: record.encode() })
  }
  for (const key of before.keys()) if (!after.has(key)) changes.push({ key, value: undefined })
  return changes
}

function isSame(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a === b || (a.length === b.length && a.every((each, i) => each === b[i]))
}

/** Records of which is not known what the store has: each is written anew, or goes away. */
export function unknownRecords(keys: Iterable<string>): Map<string, StoredRecord> {
  return new Map([...keys].map((key) => [key, { of: [Symbol(key)], encode: () => new Uint8Array() }]))
}

/** Bytes of all records whose keys begin with a prefix, by the rest of the key, in order. */
export async function readRecords(store: Store, prefix: string): Promise<Map<string, Uint8Array>> {
  const found = new Map<string, Uint8Array>()
  for await (const [key, value] of store.list(prefix)) found.set(key.slice(prefix.length), value)
  return found
}
