import { cidOf } from '@parley/api'
import { endpointOf } from '@parley/http'
import type { Bytes32 } from '@parley/protocol'
import { type Clock, systemClock } from '@parley/runtime'
import { ContentError } from '../faults.ts'
import type { Blocks } from '../store/blocks.ts'
import { asking } from './asking.ts'

export interface PinningOptions {
  /** Root of the service's API, to which `/pins` is added. */
  readonly url: string
  /** Bearer token of the account there. */
  readonly token: string
  /** Multiaddresses at which the service finds the blocks: those of this store’s own IPFS node. */
  readonly origins: readonly string[]
  /** Milliseconds for one call. @default 10_000 */
  readonly timeoutMs?: number
  /** Milliseconds until what was asked for must be pinned, and between looks. @default 60_000 and 1_000 */
  readonly pinnedWithinMs?: number
  readonly pollMs?: number
  readonly clock?: Clock
}

interface PinStatus {
  readonly requestid: string
  readonly status: string
}

const answerBytes = 65_536

/**
 * Blocks that a pinning service keeps, too. A block is put here first, then pinned there, and is only put once it is pinned:
 * a service that fails makes putting fail. What goes is unpinned first. Pins know no expiry, so whoever stops needing them says so.
 * @throws {ContentError} what `blocks` throws; `STORE_UNAVAILABLE`, `STORE_REFUSED` of the service.
 * @see https://ipfs.github.io/pinning-services-api-spec/
 */
export function pinnedBlocks(blocks: Blocks, options: PinningOptions): Blocks {
  const { url, token, origins, timeoutMs = 10_000, pinnedWithinMs = 60_000, pollMs = 1_000 } = options
  const { clock = systemClock } = options
  const endpoint = endpointOf(url)
  const ask = asking(endpoint, timeoutMs)
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const unusable = (reason: string) => new ContentError({ code: 'STORE_UNAVAILABLE', store: endpoint.shown, reason })

  const statusOf = (value: unknown): PinStatus => {
    const { requestid, status } = (value ?? {}) as Partial<PinStatus>
    if (typeof requestid !== 'string' || typeof status !== 'string') throw unusable('it sends no status of a pin')
    return { requestid, status }
  }

  const pin = async (digest: Bytes32, signal: AbortSignal): Promise<void> => {
    const body = JSON.stringify({ cid: cidOf(digest), origins })
    const asked = await ask({ path: 'pins', method: 'POST', headers, body, maxBytes: answerBytes }, signal)
    let pinned = statusOf(jsonOf(asked.ok().body))
    const until = clock.elapsed() + pinnedWithinMs
    while (pinned.status !== 'pinned') {
      if (pinned.status !== 'queued' && pinned.status !== 'pinning') throw unusable(`the pin is ${pinned.status}`)
      if (clock.elapsed() >= until) throw unusable(`it did not pin within ${pinnedWithinMs} ms`)
      await clock.sleep(pollMs, signal)
      const path = `pins/${encodeURIComponent(pinned.requestid)}`
      const looked = await ask({ path, method: 'GET', headers, maxBytes: answerBytes }, signal)
      pinned = statusOf(jsonOf(looked.ok().body))
    }
  }

  const unpin = async (digest: Bytes32, signal: AbortSignal): Promise<void> => {
    const listed = await ask(
      {
        path: `pins?cid=${cidOf(digest)}&status=queued,pinning,pinned,failed`,
        method: 'GET',
        headers,
        maxBytes: answerBytes,
      },
      signal,
    )
    const { results } = (jsonOf(listed.ok().body) ?? {}) as { results?: unknown }
    if (!Array.isArray(results)) throw unusable('it sends no list of pins')
    for (const each of results) {
      const { requestid } = statusOf(each)
      const path = `pins/${encodeURIComponent(requestid)}`
      const gone = await ask({ path, method: 'DELETE', headers, maxBytes: answerBytes }, signal)
      if (!gone.says(/NOT_FOUND/)) gone.ok()
    }
  }

  return {
    async put(digest, block, signal) {
      await blocks.put(digest, block, signal)
      await pin(digest, signal)
    },
    get: (digest, signal) => blocks.get(digest, signal),
    async delete(digest, signal) {
      await unpin(digest, signal)
      await blocks.delete(digest, signal)
    },
  }

  function jsonOf(body: Uint8Array): unknown {
    try {
      return JSON.parse(Buffer.from(body).toString())
    } catch {
      throw unusable('it sends no JSON')
    }
  }
}
