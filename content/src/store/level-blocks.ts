import type { Bytes32 } from '@parley/protocol'
import { type BytesLevel, durable } from '@parley/runtime/level'
import type { Blocks } from './blocks.ts'

const keyOf = (digest: Bytes32): Uint8Array => Buffer.concat([Buffer.from('block/'), digest])

/** Blocks in an ordered store, which may have other keys beside `block/`. */
export function levelBlocks(db: BytesLevel): Blocks {
  return {
    put: (digest, block) => db.batch([{ type: 'put', key: keyOf(digest), value: block }], durable),
    async get(digest) {
      const value = await db.get(keyOf(digest))
      // Stores give Buffers, whose slices share memory where those of plain arrays are copies.
      return value && new Uint8Array(value.buffer, value.byteOffset, value.length)
    },
    delete: (digest) => db.batch([{ type: 'del', key: keyOf(digest) }], durable),
  }
}
