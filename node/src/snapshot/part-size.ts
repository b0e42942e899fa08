/** Parts that a snapshot is cut into at least, where its parts need not become too small for it. */
const parts = 4_096
const leastBytes = 4 * 1024
const mostBytes = 2 ** 20

/**
 * Bytes at which a part of a snapshot is closed: a power of two, which follows from the state alone, so that all who keep
 * it cut it alike.
 * @param stateBytes - Of the whole state.
 */
export function partBytesFor(stateBytes: number): number {
  const share = 2 ** Math.floor(Math.log2(Math.max(1, stateBytes / parts)))
  return Math.min(mostBytes, Math.max(leastBytes, share))
}
