import { type Connection, closeCodes, sendingFrom } from '@parley/feeds'
import { type Bytes32, sameBytes } from '@parley/protocol'
import { firstOf } from '@parley/runtime'
import type { SealedChain } from '../chain/sealed-chain.ts'
import type { VoidedRange } from '../store/void-store.ts'

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
  chain: SealedChain,
  removals: readonly VoidedRange[],
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
        const sealed = chain.sealed.next()
        while (next <= chain.tip.header.number) {
          const bytes = await chain.blocks.bytes(next)
          if (bytes === undefined) {
            connection.close(closeCodes.forgotten, `from ${chain.blocks.first}`)
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
function lastStanding(removals: readonly VoidedRange[], lineage: Bytes32): bigint | undefined {
  const ended = removals.findIndex((removal) => sameBytes(removal.ended.lineage, lineage))
  if (ended === -1) return undefined
  return removals
    .slice(ended)
    .reduce((least, { block }) => (block < least ? block : least), removals[ended]?.block ?? 0n)
}
