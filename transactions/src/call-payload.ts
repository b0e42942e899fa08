import type { Clock } from '@parley/runtime'
import { hexToBytes, type LocalAccount } from 'viem'
import type { Call, Fees, TransactionChain } from './chain.ts'
import { TransactionError } from './faults.ts'
import { firstFees, replacementFees } from './fees.ts'
import type { Payload } from './payload.ts'
import type { CallContent } from './pending.ts'
import { priceOf } from './price.ts'
import type { SenderOptions } from './sender-options.ts'
import { signNothing, transferGas } from './sign-nothing.ts'

import type { TransactionRequest } from './transaction-sender.ts'

export interface CallPayloadDeps {
  readonly chain: TransactionChain
  readonly account: LocalAccount
  readonly clock: Clock
}

/** Calls of contracts, as transactions of type 2. */
export function createCallPayload(
  { chain, account, clock }: CallPayloadDeps,
  options: SenderOptions,
): Payload<CallContent, Fees, TransactionRequest> {
  const { chainId } = chain
  return {
    rules: {
      nonces: 'pending',
      refused: 'cancel',
      taken: { failAfterMs: options.takenAfterMs },
      displacedBy: 'raise',
      resent: { everyMs: options.rebroadcastAfterMs },
      poolPlaces: Number.POSITIVE_INFINITY,
    },
    async draft({ call, gas }, signal) {
      return { call, gas: gas ?? withMargin(await chain.estimateGas(account.address, call, signal)) }
    },
    sign: ({ call, gas }, nonce, { maxFeePerGas, maxPriorityFeePerGas }) =>
      account.signTransaction({
        type: 'eip1559',
        chainId,
        nonce,
        gas,
        value: call.value,
        data: call.data,
        ...(call.to === undefined ? {} : { to: call.to }),
        maxFeePerGas,
        maxPriorityFeePerGas,
      }),
    signNothing: (nonce, fees) => signNothing(account, chainId, nonce, fees),
    networkForm: async (_, { raw }) => raw,
    offer: async ({ baseFeePerGas: baseFee }, signal) => firstFees({ baseFee, tip: await chain.tip(signal) }, options),
    raise: async (last, { baseFeePerGas: baseFee }, signal) =>
      replacementFees(last, { baseFee, tip: await chain.tip(signal) }, options),
    isOutbid: async ({ maxFeePerGas }, { baseFeePerGas }) => baseFeePerGas > maxFeePerGas,
    isOverdue({ signedAt }) {
      // Perhaps signed before a restart; so counts what comes from the future, where the clock was set back.
      const age = clock.now() - signedAt
      return age < 0 || age >= options.replaceAfterMs
    },
    cost: (_, attempt, receipt) => receipt.gasUsed * priceOf(receipt, attempt),
    async failure({ call }, attempt, receipt, signal) {
      if (attempt.cancels)
        return new TransactionError({ code: 'TRANSACTION_REFUSED', reason: 'cancelled after refusals' })
      if (receipt.status !== 'reverted') return undefined
      const reason = await chain.failure(account.address, call, receipt.blockNumber, signal)
      return new TransactionError({ code: 'TRANSACTION_FAILED', hash: hexToBytes(attempt.hash), reason })
    },
    gap: () => ({ call: nothing(), gas: transferGas }),
  }

  function withMargin(gas: bigint): bigint {
    return gas + (gas * options.gasMarginPercent) / 100n
  }

  function nothing(): Call {
    return { to: account.address, data: '0x', value: 0n }
  }
}
