import type { SealedChain } from '../chain/sealed-chain.ts'
import { firstOf } from '../pulse.ts'
import { type Connection, closeCodes } from './connection.ts'
import { sendingFrom } from './sending.ts'

/** Sends sealed blocks from number `from` on until the connection ends. */
export async function sendBlocks(connection: Connection, chain: SealedChain, from: bigint): Promise<void> {
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
