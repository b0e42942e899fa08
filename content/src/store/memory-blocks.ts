import { toHex } from '@parley/protocol'
import type { Blocks } from './blocks.ts'

/** Blocks that go with the process. */
export function memoryBlocks(): Blocks {
  const blocks = new Map<string, Uint8Array>()
  return {
    async put(digest, block) {
      blocks.set(toHex(digest), block.slice())
    },
    get: async (digest) => blocks.get(toHex(digest)),
    async delete(digest) {
      blocks.delete(toHex(digest))
    },
  }
}
