import { type Bytes32, sameBytes } from '@parley/protocol'
import { firstOf, type Pulse } from '@parley/runtime'
import { closeCodes } from './close-codes.ts'
import type { Connection } from './connection.ts'
import { sendingFrom } from './sending.ts'

/** Sealed blocks as a feed sends them. */
export interface BlockFeedSource {
  /** Number of the last block. */
  readonly head: bigint
  /** Number of the first block kept. */
  readonly first: bigint
  /** Beats when there is another. */
  readonly sealed: Pulse
  /** Undefined when the block is not kept. */
  bytes(number: bigint): Promise<Uint8Array | undefined>
}

/** A lineage that is over, and the last block left standing. */
export interface EndedLineage {
  readonly ended: { readonly lineage: Bytes32 }
  readonly block: bigint
}

/** Where a reader of blocks goes on. */
export interface BlockPlace {
  readonly from: bigint
  /** Of the block before, as the reader has it; undefined when it has none or does not say. */
  readonly lineage: Bytes32 | undefined
}

/**
 * Sends sealed blocks from a number on until the connection ends. Whoever has blocks that a removal voided is told where to
 * go on instead.
 */
export async function sendBlocks(
  connection: Connection,
  blocks: BlockFeedSource,
  removals: readonly EndedLineage[],
  { from, lineage }: BlockPlace,
): Promise<void> {
  const standing = lineage === undefined ? undefined : lastStanding(removals, lineage)
  if (standing !== undefined && from > standing + 1n) {
    connection.close(closeCodes.lineage, `from ${standing + 1n}`)
    return
  }
  let next = from
  await sendingFrom(
    connection,
    () => next,
    async () => {
      while (true) {
        const sealed = blocks.sealed.next()
        while (next <= blocks.head) {
          const bytes = await blocks.bytes(next)
          if (bytes === undefined) {
            connection.close(closeCodes.forgotten, `from ${blocks.first}`)
            return
          }
          await connection.send(bytes)
          next += 1n
        }
        await firstOf([sealed], connection.signal)
      }
    },
  )
}

/** The last block that stands of a lineage that is over; undefined when it is not over. */
function lastStanding(removals: readonly EndedLineage[], lineage: Bytes32): bigint | undefined {
  const ended = removals.findIndex((removal) => sameBytes(removal.ended.lineage, lineage))
  if (ended === -1) return undefined
  return removals
    .slice(ended)
    .reduce((least, { block }) => (block < least ? block : least), removals[ended]?.block ?? 0n)
}
