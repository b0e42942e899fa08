import type { Clock } from '@parley/runtime'
import type { Logger } from 'pino'
import { keccak256, type LocalAccount } from 'viem'
import type { Broadcast, Call, Fees, TransactionChain } from './chain.ts'
import type { Attempt, PendingTransaction } from './pending.ts'

export interface AttemptsDeps {
  readonly chain: TransactionChain
  readonly account: LocalAccount
  readonly clock: Clock
  readonly log: Logger
}

/** Signs and broadcasts, and keeps nothing. */
export interface Attempts {
  sign(nonce: number, call: Call, gas: bigint, fees: Fees): Promise<Attempt>
  /** Signs what does nothing but use up `nonce`. */
  signCancel(nonce: number, fees: Fees): Promise<Attempt>
  /** Sends the last attempt; undefined when it may or may not have arrived. */
  broadcast(pending: PendingTransaction, signal: AbortSignal): Promise<Broadcast | undefined>
}

/** Gas of a transfer to a plain account. */
export const transferGas = 21_000n

export function lastAttempt(pending: PendingTransaction): Attempt {
  return pending.attempts.at(-1) as Attempt
}

export function createAttempts({ chain, account, clock, log }: AttemptsDeps): Attempts {
  async function sign(nonce: number, call: Call, gas: bigint, fees: Fees, cancels = false): Promise<Attempt> {
    const raw = await account.signTransaction({
      type: 'eip1559',
      chainId: chain.chainId,
      nonce,
      gas,
      value: call.value,
      data: call.data,
      ...(call.to === undefined ? {} : { to: call.to }),
      maxFeePerGas: fees.maxFeePerGas,
      maxPriorityFeePerGas: fees.maxPriorityFeePerGas,
    })
    return { ...fees, hash: keccak256(raw), raw, signedAt: clock.now(), cancels }
  }
  return {
    sign: (nonce, call, gas, fees) => sign(nonce, call, gas, fees),
    signCancel: (nonce, fees) => sign(nonce, { to: account.address, data: '0x', value: 0n }, transferGas, fees, true),
    async broadcast(pending, signal) {
      const { key, nonce } = pending
      try {
        const outcome = await chain.broadcast(lastAttempt(pending).raw, signal)
        log.debug({ key, nonce, outcome }, 'transaction broadcast')
        return outcome
      } catch (error) {
        // No answer says nothing about the transaction, so it counts as on its way and is sent again until it is settled.
        log.warn(
          { err: error, key, nonce },
          'the L2 gave no answer to a transaction; it is sent again until it is included',
        )
        return undefined
      }
    },
  }
}
