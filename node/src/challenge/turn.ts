import { createHash } from 'node:crypto'
import type { Bytes20, Bytes32 } from '@parley/protocol'

/** Milliseconds until it is this account's turn with a claim, below `spreadMs`: not all nodes should pay for one transaction. */
export function turnOf(claim: Bytes32, address: Bytes20, spreadMs: number): number {
  const drawn = createHash('sha256').update(claim).update(address).digest().readUInt32BE(0)
  return Math.floor((spreadMs * drawn) / 2 ** 32)
}
