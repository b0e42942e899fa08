import type { Trail } from '@parley/l2'
import { type L2Position, SettlementError } from '@parley/protocol'
import type { TextStore } from '@parley/transactions'
import { bytesToHex, hexToBytes, isHex } from 'viem'

const prefix = 'trail:'
const keyOf = ({ blockNumber, blockHash }: L2Position): string =>
  `${prefix}${String(blockNumber).padStart(20, '0')}:${bytesToHex(blockHash)}`

function positionOf(key: string): L2Position {
  const [number, hash] = key.slice(prefix.length).split(':')
  if (number === undefined || !/^\d{20}$/.test(number) || !isHex(hash) || hash.length !== 66)
    throw new SettlementError({ code: 'RECORD_INVALID', key, reason: 'is no position' })
  return { blockNumber: BigInt(number), blockHash: hexToBytes(hash) }
}

/**
 * Opens the trail kept in `store`, or one that lasts as long as the process. Positions of several branches may stand side by side.
 * @param length - Positions kept at most.
 * @throws {SettlementError} `RECORD_INVALID`.
 */
export async function openTrail(store: TextStore | undefined, length: number): Promise<Trail> {
  /** Key of the position before, by key; in order of insertion. */
  const before = new Map<string, string>()
  if (store !== undefined)
    for await (const [key, value] of store.iterator({ gte: prefix, lt: `${prefix}~` })) {
      positionOf(key)
      positionOf(value)
      before.set(key, value)
    }
  return {
    async note(position, previous) {
      const key = keyOf(position)
      const value = keyOf(previous)
      if (before.get(key) === value) return
      before.set(key, value)
      const dropped = [...before.keys()].slice(0, Math.max(0, before.size - length))
      for (const old of dropped) before.delete(old)
      await store?.batch([{ type: 'put', key, value }, ...dropped.map((old) => ({ type: 'del', key: old }) as const)])
    },
    *behind(position) {
      for (let key = before.get(keyOf(position)); key !== undefined; key = before.get(key)) yield positionOf(key)
    },
  }
}
