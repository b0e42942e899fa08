import type { Address, Hex, PublicClient } from 'viem'
import { estimateL1Fee } from 'viem/op-stack'
import { ask } from '../rpc/unavailable.ts'

/** What a transaction costs on an OP Stack L2, in wei. */
export interface TransactionCost {
  /** Gas times the present base fee and tip. */
  readonly executionWei: bigint
  /** What the L2 charges for the transaction's data on its L1; 0 on a chain without the oracle for it. */
  readonly l1DataWei: bigint
}

/** Where the OP Stack computes what data costs on its L1. */
const gasPriceOracle = '0x420000000000000000000000000000000000000F'

/** What the L2 charges for a call's data on its L1, in wei; 0 on a chain that is no OP Stack chain. */
export async function l1DataFee(
  client: PublicClient,
  call: { readonly from: Address; readonly to: Address; readonly data: Hex; readonly value: bigint },
  signal: AbortSignal,
): Promise<bigint> {
  const code = await ask(() => client.getCode({ address: gasPriceOracle }), signal)
  if (code === undefined) return 0n
  const { from, to, data, value } = call
  return ask(
    () => estimateL1Fee(client, { account: from, to, data, value, chain: null, gasPriceOracleAddress: gasPriceOracle }),
    signal,
  )
}
