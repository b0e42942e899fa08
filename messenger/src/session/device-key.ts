import { asked, openTable } from './requests.ts'

const table = 'keys'

/** The key under which this browser's data is encrypted: it never leaves WebCrypto, not even for this page. */
export async function deviceKey(name: string): Promise<CryptoKey> {
  const db = await openTable('parley-keys', table)
  try {
    const found = await asked<CryptoKey | undefined>(db.transaction(table).objectStore(table).get(name))
    if (found !== undefined) return found
    const made = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt'])
    await asked(db.transaction(table, 'readwrite', { durability: 'strict' }).objectStore(table).add(made, name))
    return made
  } finally {
    db.close()
  }
}
