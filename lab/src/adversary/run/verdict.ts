import { parseEventLogs, type TransactionReceipt } from 'viem'
import type { Stage } from '../stage/stage.ts'

/** What the events of the L2 tell of how a claim fell. */
export interface Removal {
  /** Number of the reason in `Removed`. */
  readonly reason: number
  readonly standing: bigint
  /** Who sent the transaction. */
  readonly by: `0x${string}`
  readonly receipt: TransactionReceipt
  /** L2 time, in seconds. */
  readonly at: bigint
  /** Whose bond was slashed by it. */
  readonly slashed: readonly `0x${string}`[]
}

/** Reasons of `Removed`, as lines of a report name them. @see docs/spec/settlement.md */
export const reasons = [
  'Messages',
  'Operation',
  'Signature',
  'StateRoot',
  'Malformed',
  'unanswered',
  'rescue',
  'resumption',
  'key',
] as const

/** Every removal told from an L2 block on, the first one first. */
export async function removalsFrom({ l2 }: Stage, fromBlock: bigint): Promise<Removal[]> {
  const told = await l2.client.getContractEvents({ ...l2.rollup, eventName: 'Removed', fromBlock, strict: true })
  return Promise.all(
    told.map(async ({ args, transactionHash, blockNumber }) => {
      const [receipt, block] = await Promise.all([
        l2.client.getTransactionReceipt({ hash: transactionHash }),
        l2.client.getBlock({ blockNumber }),
      ])
      const slashed = parseEventLogs({ abi: l2.rollup.abi, eventName: 'Slashed', logs: receipt.logs })
      return {
        reason: args.reason,
        standing: args.standing,
        by: receipt.from,
        receipt,
        at: block.timestamp,
        slashed: slashed.map(({ args: { account } }) => account),
      }
    }),
  )
}

/** Gas of what an account had included in these L2 blocks, and how many transactions that were. */
export async function sentBy(
  { l2 }: Stage,
  account: `0x${string}`,
  from: bigint,
  to: bigint,
): Promise<{ readonly transactions: number; readonly gas: number }> {
  let transactions = 0
  let gas = 0
  for (let blockNumber = from; blockNumber <= to; blockNumber += 1n) {
    const block = await l2.client.getBlock({ blockNumber, includeTransactions: true })
    for (const { from: sender, hash } of block.transactions) {
      if (sender.toLowerCase() !== account.toLowerCase()) continue
      transactions += 1
      gas += Number((await l2.client.getTransactionReceipt({ hash })).gasUsed)
    }
  }
  return { transactions, gas }
}
