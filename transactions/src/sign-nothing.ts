import type { Hex, LocalAccount } from 'viem'
import type { Fees } from './chain.ts'

/** Gas of a transfer to a plain account. */
export const transferGas = 21_000n

/** Signs a plain transaction of the account to itself, which does nothing but use up the nonce. */
export function signNothing(
  account: Pick<LocalAccount, 'address' | 'signTransaction'>,
  chainId: number,
  nonce: number,
  { maxFeePerGas, maxPriorityFeePerGas }: Fees,
): Promise<Hex> {
  return account.signTransaction({
    type: 'eip1559',
    chainId,
    nonce,
    to: account.address,
    value: 0n,
    gas: transferGas,
    maxFeePerGas,
    maxPriorityFeePerGas,
  })
}
