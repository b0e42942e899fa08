import { rpcTransport } from '@parley/http'
import { type Address, bytesToHex, createPublicClient, type Hex } from 'viem'
import { rollupLogs } from './rollup-logs.ts'

const timeoutMs = 10_000

/** Gas of every transaction that the Rollup contract told of since its deployment: bond, claims and finalisations. */
export async function rollupGas(
  url: string,
  rollup: Address,
  deployment: { block: bigint; transaction: Uint8Array },
): Promise<bigint> {
  const client = createPublicClient({ transport: rpcTransport(url, { timeoutMs }) })
  const logs = await rollupLogs(client, rollup, deployment.block)
  const transactions = new Set<Hex>(logs.map(({ transactionHash }) => transactionHash))
  transactions.delete(bytesToHex(deployment.transaction))
  let gas = 0n
  for (const hash of transactions) gas += (await client.getTransactionReceipt({ hash })).gasUsed
  return gas
}
