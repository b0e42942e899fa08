import { nodeRoutes, pathOf } from '@parley/api'
import { ExchangeError, endpointOf, exchange } from '@parley/http'
import { NodeError } from '../faults.ts'
import { maxManifestBytes } from './manifest.ts'
import type { SnapshotSource } from './snapshot-source.ts'

export interface HttpSnapshotsOptions {
  /** Under which `/v1/snapshots/…` is asked for: a node's, or that of any server of files. */
  readonly url: string
  /** For faults, logs and metrics. @default the URL without its keys */
  readonly name?: string
  /** Milliseconds of one request. @default 30_000 */
  readonly timeoutMs?: number
}

/** A source of snapshots that is asked over HTTP. An answer is bounded by time and by what was asked for. */
export function createHttpSnapshots({
  url,
  name = endpointOf(url).shown,
  timeoutMs = 30_000,
}: HttpSnapshotsOptions): SnapshotSource {
  const endpoint = endpointOf(url)
  const get = async (path: string, maxBytes: number, signal: AbortSignal): Promise<Uint8Array | undefined> => {
    const unavailable = (reason: string, cause?: unknown): NodeError =>
      new NodeError({ code: 'SNAPSHOT_UNAVAILABLE', source: name, reason }, { cause })
    const { status, body } = await exchange({ endpoint, path, method: 'GET', maxBytes, timeoutMs }, signal).catch(
      (error: unknown) => {
        if (!(error instanceof ExchangeError)) throw error
        throw unavailable(error.message, error)
      },
    )
    if (status !== 200) throw unavailable(`it answered ${status}`)
    return body
  }
  return {
    name,
    async manifest(signal) {
      const bytes = await get(pathOf(nodeRoutes.snapshotManifest, {}), maxManifestBytes, signal)
      if (bytes !== undefined) return bytes
      const expected = `at most ${maxManifestBytes}`
      throw new NodeError({ code: 'SNAPSHOT_MANIFEST_INVALID', source: name, field: 'bytes', expected })
    },
    async part(digest, bytes, signal) {
      const part = await get(pathOf(nodeRoutes.snapshotPart, { params: { digest } }), bytes, signal)
      if (part !== undefined) return part
      throw new NodeError({ code: 'SNAPSHOT_PART_INVALID', source: name, digest, bytes })
    },
  }
}
