import { rollupAbi } from '@parley/contracts'
import { ask } from '@parley/l2'
import type { TransactionSender } from '@parley/transactions'
import { encodeFunctionData } from 'viem'
import type { Connection } from '../reader.ts'

/**
 * Makes final what can be, `limit` claims a transaction; sends nothing when there is nothing to do. A transaction names how many
 * claims it is for: one whose window passes before it is included would take gas that nobody estimated.
 * @returns number of the latest final claim.
 */
export async function finalizeClaims(
  { client, contracts }: Connection,
  sender: TransactionSender,
  limit: bigint,
  signal: AbortSignal,
): Promise<bigint> {
  const rollup = { address: contracts.rollup, abi: rollupAbi, account: sender.address } as const
  const callFor = (claims: bigint) => ({
    to: contracts.rollup,
    data: encodeFunctionData({ abi: rollupAbi, functionName: 'finalize', args: [claims] }),
    value: 0n,
  })
  for (;;) {
    const latest = await ask(() => client.readContract({ ...rollup, functionName: 'finalNumber' }), signal)
    const { result } = await ask(
      () => client.simulateContract({ ...rollup, functionName: 'finalize', args: [limit] }),
      signal,
    )
    if (result === latest) return latest
    await sender.send({ key: `finalize:${result}`, call: callFor(result - latest) }, signal)
  }
}
