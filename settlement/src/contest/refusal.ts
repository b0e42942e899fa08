import { rollupAbi } from '@parley/contracts'
import { revertData } from '@parley/http'
import { ask } from '@parley/l2'
import type { Call } from '@parley/transactions'
import { type Address, type DecodeErrorResultReturnType, decodeErrorResult, type Hex, type PublicClient } from 'viem'

/** An error of the rollup, by name and arguments. */
export type RollupError = DecodeErrorResultReturnType<typeof rollupAbi>

/** Why the contract would refuse a call now: its error, or the data where it is none of the rollup's; undefined when it would not. */
export interface Refusal {
  readonly error: RollupError | undefined
  readonly data: Hex
}

/** @throws {SettlementError} `SETTLEMENT_UNAVAILABLE`. */
export function refusalOf(
  client: PublicClient,
  account: Address,
  call: Call,
  signal: AbortSignal,
): Promise<Refusal | undefined> {
  return ask(async () => {
    try {
      await client.call({ account, ...call })
      return undefined
    } catch (error) {
      const data = revertData(error)
      if (data === undefined) throw error
      return { error: decoded(data), data }
    }
  }, signal)
}

function decoded(data: Hex): RollupError | undefined {
  try {
    return decodeErrorResult({ abi: rollupAbi, data })
  } catch {
    // A verifier's error, or none at all: the caller has the data.
    return undefined
  }
}
