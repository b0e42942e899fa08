import { type Address, bytesToHex, createPublicClient, type Hex, http } from 'viem'

/** Gas of every transaction that the Rollup contract told of since its deployment: bond, claims and finalisations. */
export async function rollupGas(
  url: string,
  rollup: Address,
  deployment: { block: bigint; transaction: Uint8Array },
): Promise<bigint> {
  const client = createPublicClient({ transport: http(url) })
  const logs = await client.getLogs({ address: rollup, fromBlock: deployment.block, toBlock: 'latest' })
  const transactions = new Set<Hex>(logs.map(({ transactionHash }) => transactionHash))
  transactions.delete(bytesToHex(deployment.transaction))
  let gas = 0n
  for (const hash of transactions) gas += (await client.getTransactionReceipt({ hash })).gasUsed
  return gas
}
