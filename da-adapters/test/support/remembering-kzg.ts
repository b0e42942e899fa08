import { createHash } from 'node:crypto'
import type { Kzg } from '../../src/index.ts'

/** Real KZG that computes each blob once: tests that publish the same bytes on many chains need not wait for it again. */
export function rememberingKzg(kzg: Kzg): Kzg {
  const known = new Map<string, Promise<Uint8Array | undefined>>()
  const remember = (kind: 'commitment' | 'cellProofs') => async (blob: Uint8Array, signal: AbortSignal) => {
    signal.throwIfAborted()
    const key = `${kind}/${createHash('sha256').update(blob).digest('hex')}`
    const result = known.get(key) ?? kzg[kind](blob, AbortSignal.timeout(340_000))
    known.set(key, result)
    return result
  }
  return { commitment: remember('commitment'), cellProofs: remember('cellProofs'), close: () => kzg.close() }
}
