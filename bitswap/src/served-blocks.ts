import type { ContentStore } from '@parley/content/store'
import type { Bytes32 } from '@parley/protocol'
import type { CID } from 'multiformats/cid'
import * as raw from 'multiformats/codecs/raw'
import { sha256 } from 'multiformats/hashes/sha2'

/** What of a store peers are given. */
type Kept = Pick<ContentStore, 'get' | 'lengthOf'>

const digestBytes = 32

/** The digest of a raw block by sha2-256; undefined for a CID of anything else. */
export function digestOf({ version, code, multihash }: CID): Bytes32 | undefined {
  const isRaw = version === 1 && code === raw.code && multihash.code === sha256.code
  return isRaw && multihash.digest.length === digestBytes ? (multihash.digest as Bytes32) : undefined
}

/** As bitswap knows that a block is not there. */
class NotFoundError extends Error {
  override readonly name = 'NotFoundError'
}

/** A store’s contents as bitswap reads blocks. Nothing that peers send is kept: what is kept was put. */
export function servedBlocks(store: Kept, signal: AbortSignal) {
  return {
    async has(cid: CID): Promise<boolean> {
      const digest = digestOf(cid)
      return digest !== undefined && (await store.lengthOf(digest)) !== undefined
    },
    async *get(cid: CID): AsyncGenerator<Uint8Array> {
      const digest = digestOf(cid)
      const block = digest === undefined ? undefined : await store.get(digest, signal)
      if (block === undefined) throw new NotFoundError(`no block ${cid}`)
      yield block
    },
  }
}
