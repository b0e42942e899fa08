import { type BatchTrees, listOf, pageOf } from '@parley/protocol/fraud'
import { bytesToHex } from 'viem'
import type { Wallet } from './l2.ts'
import type { Stage } from './stage.ts'
import type { AbiClaim } from './standing.ts'

const everyMs = 100

/** Answers what is asked of a claim, from an account of the liar's, until `signal`. */
export async function answerAll(
  { l2, clock }: Stage,
  wallet: Wallet,
  {
    claim,
    parent,
    hash,
    trees,
    blocks,
    from,
    firstPages,
  }: {
    readonly claim: AbiClaim
    readonly parent: AbiClaim
    readonly hash: `0x${string}`
    readonly trees: BatchTrees
    readonly blocks: number
    readonly from: bigint
    /** Whether lists and first pages are all that is answered. */
    readonly firstPages: boolean
  },
  signal: AbortSignal,
): Promise<void> {
  const answered = new Set<string>()
  while (!signal.aborted) {
    const asked = await l2.client.getContractEvents({
      ...l2.rollup,
      eventName: 'DataChallenged',
      args: { hash },
      fromBlock: from,
      strict: true,
    })
    for (const { args } of asked) {
      const { part, block_, page } = args.place
      const key = `${part} ${block_} ${page}`
      if (answered.has(key) || (firstPages && page > 0)) continue
      answered.add(key)
      const of = part === 0 ? 'core' : 'witness'
      const data = bytesToHex(block_ === blocks ? listOf(trees, of) : pageOf(trees, of, block_, page))
      const call = {
        ...l2.rollup,
        functionName: 'answerData',
        args: [claim, parent, [{ place: args.place, data }]],
      } as const
      // Not waited for: several fit into one L2 block, and an answer is due within seconds.
      await wallet.writeContract({ ...call, chain: null })
    }
    // An abort ends the wait; the loop's condition sees it.
    await clock.sleep(everyMs, signal).catch(() => undefined)
  }
}
