import type { Cost } from '@parley/client'
import { rollupAbi } from '@parley/contracts'
import { rpcTransport } from '@parley/http'
import { createPublicClient, type Hex, parseEventLogs, type TransactionReceipt } from 'viem'
import { rollupLogs } from './rollup-logs.ts'

/** Records that the treasury takes at once. */
const maxCosts = 32
const timeoutMs = 10_000

/** Receipts of an OP Stack chain have the fee for L1 data besides; undefined where the chain charges none. */
type OpReceipt = TransactionReceipt & { readonly l1Fee?: Hex | bigint | null }

/** What the transactions of the first final claims cost, as their receipts have it: gas and, where it is charged, L1 data. */
export async function claimCosts(url: string, rollup: Hex, deploymentBlock: bigint): Promise<Cost[]> {
  const client = createPublicClient({ transport: rpcTransport(url, { timeoutMs }) })
  const logs = await rollupLogs(client, rollup, deploymentBlock)
  const told = parseEventLogs({ abi: rollupAbi, eventName: 'Claimed', logs })
  const made = parseEventLogs({ abi: rollupAbi, eventName: 'Finalized', logs })
  const final = new Set(made.map(({ args }) => args.number))
  // Claim 0 is the genesis, which the deployment paid for.
  const claims = told.filter(({ args: { number } }) => number !== 0n && final.has(number)).slice(0, maxCosts)
  return Promise.all(
    claims.map(async ({ args, transactionHash }) => {
      const receipt: OpReceipt = await client.getTransactionReceipt({ hash: transactionHash })
      const amount = receipt.gasUsed * receipt.effectiveGasPrice + BigInt(receipt.l1Fee ?? 0n)
      return { claim: args.number, part: 'claim', layer: 0, amount, evidence: transactionHash }
    }),
  )
}
