import type { BlobSidecar } from './blob-transaction.ts'
import { packBlobs } from './packing.ts'
import type { PublicationPayload } from './publication-store.ts'

const commitmentBytes = 48
const proofBytes = 48

/** What goes beside the transaction, from what the store keeps: blobs are packed again rather than kept. */
export function toSidecar({ data, commitments, cellProofs }: PublicationPayload): BlobSidecar {
  return {
    blobs: packBlobs(data),
    commitments: chunks(commitments, commitmentBytes),
    cellProofs: chunks(cellProofs, proofBytes),
  }
}

function chunks(bytes: Uint8Array, size: number): Uint8Array[] {
  return Array.from({ length: bytes.length / size }, (_, i) => bytes.subarray(i * size, (i + 1) * size))
}
