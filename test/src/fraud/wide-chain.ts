import type { InboxItem } from '@parley/protocol'
import { VectorChain } from '../vectors/chain.ts'
import { config } from '../vectors/people.ts'
import { owners } from '../vectors/standing.ts'

const start = config.genesis.timestamp

const deposit = (shard: number, account: number, owner: Uint8Array): InboxItem => ({
  selector: 0,
  value: { shard, account, owner, amount: 40_000_000n },
})

/** Blocks of several runs, each of several items: what proofs about neighbours need. */
export function wideChain(): VectorChain {
  const chain = new VectorChain()
  const [ann, ben] = [owners.ann.name, owners.ben.name]
  for (const [block, shards] of [
    [1, [3, 9, 20, 63]],
    [2, [0, 9, 40]],
  ] as const) {
    const at = start + 1_000n * BigInt(block)
    const opens = (shard: number): number => (block === 2 && shard === 9 ? 2 : 0)
    for (const shard of shards)
      chain.enqueue(
        at,
        deposit(shard, opens(shard), ann),
        deposit(shard, opens(shard) + 1, ben),
        deposit(shard, opens(shard), ann),
      )
    chain.build(at + 250n, [])
  }
  return chain
}
