import { endpointOf } from '@parley/http'
import type { Clock } from '@parley/runtime'
import { askBeaconApi, type BlobServer, badStatus, blobRequest, readBlobs } from './served-blobs.ts'

export interface BlobArchiveOptions {
  readonly url: string
  readonly name: string
  readonly timeoutMs: number
}

/**
 * Somebody who keeps blobs that beacon nodes have pruned, and serves them as the beacon API does. It has no chain: a 404 says
 * that it does not have the block, whatever the reason.
 */
export function createBlobArchive({ url, name, timeoutMs }: BlobArchiveOptions, clock: Clock): BlobServer {
  const place = { endpoint: endpointOf(url), timeoutMs }
  return {
    name,
    async blobs(block, versionedHash, signal) {
      const answer = await askBeaconApi(place, ...blobRequest(block, versionedHash), signal)
      if (answer.status === 200) return readBlobs(answer, name)
      if (answer.status === 404) return { kind: 'no block' }
      if (answer.status === 410) return { kind: 'gone' }
      throw badStatus(answer, name, clock)
    },
  }
}
