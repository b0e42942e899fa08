/** What a request of IndexedDB gives. */
export function asked<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}

/** Opens a database of one table, and closes it when another tab is to delete it. */
export async function openTable(name: string, table: string): Promise<IDBDatabase> {
  const opening = indexedDB.open(name, 1)
  opening.onupgradeneeded = () => opening.result.createObjectStore(table)
  const db = await asked(opening)
  db.onversionchange = () => db.close()
  return db
}
