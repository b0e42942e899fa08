import { ask } from '@parley/l2'
import { type Address, defineChain, type Hex, type PublicClient } from 'viem'
import { estimateL1Fee } from 'viem/op-stack'

/** What a transaction costs on an OP Stack L2, in wei. */
export interface TransactionCost {
  /** Gas times the present base fee and tip. */
  readonly executionWei: bigint
  /** What the L2 charges for the transaction's data on its L1; 0 on a chain without the oracle for it. */
  readonly l1DataWei: bigint
}

/** Where the OP Stack computes what data costs on its L1. */
const gasPriceOracle = '0x420000000000000000000000000000000000000F'

/** A call as it will be sent. */
export interface PricedCall {
  readonly from: Address
  readonly to: Address
  readonly data: Hex
  readonly value: bigint
}

/** What the L2 charges for a call's data on its L1, in wei; 0 on a chain that is no OP Stack chain. */
export async function l1DataFee(
  client: PublicClient,
  chainId: number,
  call: PricedCall,
  signal: AbortSignal,
): Promise<bigint> {
  const code = await ask(() => client.getCode({ address: gasPriceOracle }), signal)
  if (code === undefined) return 0n
  const { from, to, data, value } = call
  const currency = { name: 'Ether', symbol: 'ETH', decimals: 18 }
  // Only its id enters the estimate, as bytes of the transaction.
  const chain = defineChain({ id: chainId, name: 'L2', nativeCurrency: currency, rpcUrls: { default: { http: [] } } })
  return ask(
    () => estimateL1Fee(client, { account: from, to, data, value, chain, gasPriceOracleAddress: gasPriceOracle }),
    signal,
  )
}
