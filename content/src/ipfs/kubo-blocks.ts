import { cidOf } from '@parley/api'
import { endpointOf } from '@parley/http'

import { ContentError } from '../faults.ts'
import { contentLimits } from '../limits.ts'
import type { Blocks } from '../store/blocks.ts'
import { asking } from './asking.ts'

export interface KuboOptions {
  /** Root of the RPC, such as `http://127.0.0.1:5001`; credentials are kept, and no fault tells them. */
  readonly url: string
  /** Milliseconds for one call. @default 10_000 */
  readonly timeoutMs?: number
}

const answerBytes = 65_536
const boundary = 'parley-block'

/** One part of `multipart/form-data` with the block, as `block/put` takes it. */
function formOf(block: Uint8Array): Uint8Array {
  const head = `--${boundary}\r\ncontent-disposition: form-data; name="data"; filename="block"\r\ncontent-type: application/octet-stream\r\n\r\n`
  return Buffer.concat([Buffer.from(head), block, Buffer.from(`\r\n--${boundary}--\r\n`)])
}

/**
 * Blocks in a Kubo node, by its RPC: put as raw sha2-256 and pinned, so that its collection of garbage leaves them; unpinned and
 * removed when they go. Kubo answers an unknown block by waiting for it, so reads ask it not to look elsewhere.
 * @throws {ContentError} `STORE_UNAVAILABLE`, `STORE_REFUSED` of every call.
 * @see https://docs.ipfs.tech/reference/kubo/rpc/
 */
export function kuboBlocks({ url, timeoutMs = 10_000 }: KuboOptions): Blocks {
  const ask = asking(endpointOf(url), timeoutMs)
  const post = (path: string, maxBytes: number, signal: AbortSignal, form?: Uint8Array) =>
    ask(
      {
        path: `api/v0/${path}`,
        method: 'POST',
        maxBytes,
        ...(form !== undefined && {
          body: form,
          headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
        }),
      },
      signal,
    )

  return {
    async put(digest, block, signal) {
      const cid = cidOf(digest)
      const put = 'block/put?cid-codec=raw&mhtype=sha2-256&mhlen=32&pin=true'
      const answer = await post(put, answerBytes, signal, formOf(block))
      const key = keyOf(answer.ok().body)
      if (key !== cid)
        throw new ContentError({ code: 'STORE_UNAVAILABLE', store: answer.store, reason: `it has ${key}` })
    },
    async get(digest, signal) {
      const answer = await post(`block/get?arg=${cidOf(digest)}&offline=true`, contentLimits.bytes, signal)
      return answer.says(missing) ? undefined : answer.ok().body
    },
    async delete(digest, signal) {
      const cid = cidOf(digest)
      const unpinned = await post(`pin/rm?arg=${cid}`, answerBytes, signal)
      if (!unpinned.says(/not pinned/i)) unpinned.ok()
      const removed = await post(`block/rm?arg=${cid}&force=true`, answerBytes, signal)
      removed.ok()
    },
  }
}

/** Kubo answers 500 with these words for what it does not have. */
const missing = /block was not found locally|ipld: could not find/i

function keyOf(body: Uint8Array | undefined): string {
  try {
    return String((JSON.parse(Buffer.from(body ?? []).toString()) as { Key?: unknown }).Key)
  } catch {
    return 'no key'
  }
}
