/** Snapshots between the last final block and the latest ones: a removal goes back to one of them. */
const keptBetween = 8

/**
 * Which snapshots stay: the latest, the newest at or below the last final block, and some between, evenly spread, so
 * that the one at or below the final block follows it.
 * @param blocks - Blocks of which there is a snapshot, latest first.
 * @param latest - How many of the latest stay, at least 1.
 */
export function snapshotsToKeep(blocks: readonly bigint[], latest: number, finalBlock: bigint): bigint[] {
  const base = blocks.find((block) => block <= finalBlock)
  const first = blocks.slice(0, latest)
  const rest = blocks.slice(latest).filter((block) => base === undefined || block >= base)
  while (rest.length > keptBetween) rest.splice(leastMissed(first.at(-1) as bigint, rest), 1)
  return [...first, ...rest]
}

/** Place of the snapshot, not the last, without which the gap between its neighbours is the smallest. */
function leastMissed(above: bigint, blocks: readonly bigint[]): number {
  let place = 0
  let smallest: bigint | undefined
  for (let i = 0; i < blocks.length - 1; i += 1) {
    const gap = (blocks[i - 1] ?? above) - (blocks[i + 1] as bigint)
    if (smallest !== undefined && gap >= smallest) continue
    smallest = gap
    place = i
  }
  return place
}
