import { asHex, asList, asWei, encodeRecord, feesOf, parseRecord, type Sent, sentOf } from '@parley/transactions'
import type { Fees } from './fees.ts'
import type { Hex } from './l1.ts'

/** What is kept of a publication beside its transaction: everything but its bytes. */
export interface BlobContent {
  readonly versionedHashes: readonly Hex[]
}

/** One publication. Its key is the SHA-256 of its bytes, in hex. */
export type Publication = Sent<BlobContent, Fees>

/** Version of the text below; another one is refused, never guessed at. */
const version = 2

export function encodePublication(publication: Publication): string {
  const { key: _, ...fields } = publication
  return encodeRecord({ version, ...fields })
}

/** @throws {TypeError} When it is not what `encodePublication` wrote. */
export function decodePublication(key: string, text: string): Publication {
  const fail = (reason: string): never => {
    throw new TypeError(`publication ${key}: ${reason}`)
  }
  const fields = parseRecord(text, fail)
  if (fields.version !== version) fail(`its version is ${String(fields.version)}, not ${version}`)
  const fees = (each: Record<string, unknown>): Fees => ({
    ...feesOf(each, fail),
    maxFeePerBlobGas: asWei(each.maxFeePerBlobGas, 'maxFeePerBlobGas', fail),
  })
  const versionedHashes = asList(fields.versionedHashes, 'versionedHashes', fail)
  return {
    ...sentOf(fields, fees, fail),
    key,
    versionedHashes: versionedHashes.map((hash) => asHex(hash, 'versioned hash', fail)),
  }
}
