import type { PublicClient } from 'viem'
import { InfraError } from '../faults.ts'
import type { Preset } from './presets.ts'

/**
 * Holds an L2 against what a preset was made for, where it was made for one.
 * @throws {InfraError} `CHAIN_UNSUITED` with the field, what it is and what it must be; nothing was sent.
 */
export async function checkChain(client: PublicClient, { chain }: Preset): Promise<void> {
  if (chain === undefined) return
  const [id, block] = [BigInt(await client.getChainId()), await client.getBlock()]
  const demand = (field: string, isMet: boolean, actual: bigint, bound: bigint): void => {
    if (!isMet) throw new InfraError({ code: 'CHAIN_UNSUITED', field, actual, bound })
  }
  demand('chainId', id === chain.id, id, chain.id)
  demand('gasLimit', block.gasLimit >= chain.leastBlockGas, block.gasLimit, chain.leastBlockGas)
  const baseFee = block.baseFeePerGas ?? 0n
  demand('baseFeePerGas', baseFee <= chain.maxFeePerGas, baseFee, chain.maxFeePerGas)
}
