import type { Contents } from '@parley/content'

/** What was put to stores, by class. */
export interface PutCounts {
  contents: number
  bytes: number
}

/** Stores whose puts are counted: what each content takes, once for each store that has it. */
export function countedContents(inner: Contents, counts: PutCounts): Contents {
  return {
    async put(content, options, signal) {
      const kept = await inner.put(content, options, signal)
      if (options.class === 'application') {
        counts.contents += 1
        counts.bytes += content.length
      }
      return kept
    },
    get: (digest, signal) => inner.get(digest, signal),
    has: (digest, signal) => inner.has(digest, signal),
    ack: (digest, ackKey, signature, signal) => inner.ack(digest, ackKey, signature, signal),
  }
}
