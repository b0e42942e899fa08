import type { Anvil } from './anvil.ts'

interface BlobTransaction {
  readonly hash: string
  readonly nonce: string
  readonly from: string
  readonly blobVersionedHashes?: readonly string[]
  readonly maxFeePerGas: string
}

/** The blob transactions of the canonical chain from a block on, in order. */
export async function minedBlobTransactions(anvil: Anvil, from = 1): Promise<BlobTransaction[]> {
  const head = Number(await anvil.rpc('eth_blockNumber'))
  const found: BlobTransaction[] = []
  for (let number = from; number <= head; number++) {
    const block = await anvil.rpc<{ transactions: BlobTransaction[] }>(
      'eth_getBlockByNumber',
      `0x${number.toString(16)}`,
      true,
    )
    found.push(...block.transactions.filter((one) => one.blobVersionedHashes !== undefined))
  }
  return found
}

/** Blocks from now on have no room for a transaction; those of the pool wait. */
export async function closeBlocks(anvil: Anvil): Promise<void> {
  await anvil.rpc('evm_setBlockGasLimit', '0x5000')
}

export async function reopenBlocks(anvil: Anvil): Promise<void> {
  await anvil.rpc('evm_setBlockGasLimit', '0x1c9c380')
}

/** How many transactions the pool would mine. */
export async function poolSize(anvil: Anvil): Promise<number> {
  return Number((await anvil.rpc<{ pending: string }>('txpool_status')).pending)
}

/** Transactions of the pool, by nonce in decimal. */
export async function pooled(anvil: Anvil, address: string): Promise<Record<string, BlobTransaction>> {
  const content = await anvil.rpc<{ pending: Record<string, Record<string, BlobTransaction>> }>('txpool_content')
  const mine = Object.entries(content.pending).find(([owner]) => owner.toLowerCase() === address.toLowerCase())
  return mine?.[1] ?? {}
}
