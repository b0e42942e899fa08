import { chunkRoot } from '@parley/da-adapters/committee'
import { toHex } from '@parley/protocol'

/** One inclusion of a part on a layer. */
export interface Post {
  /** Names the part by its bytes, whatever the layer. */
  readonly part: string
  readonly layer: string
  /** Where it lies there, for people. */
  readonly place: string
}

/** What names a part on every layer: the root of its chunks, which a committee's certificate has. */
export const partName = (bytes: Uint8Array): string => toHex(chunkRoot(bytes))

/** Inclusions beyond the first of each part, in the order of their parts' first. */
export function duplicatesOf(posts: readonly Post[]): readonly Post[] {
  const first = new Set<string>()
  return posts.filter(({ part }) => {
    if (first.has(part)) return true
    first.add(part)
    return false
  })
}
