import type { Clock } from '@parley/runtime'
import type { Logger } from 'pino'
import type { LocalAccount, TransactionReceipt } from 'viem'
import { createCallPayload } from './call-payload.ts'
import type { TransactionChain } from './chain.ts'
import type { PendingStore } from './pending-store.ts'
import { openSender } from './sender.ts'
import { type SenderMetrics, senderEvents } from './sender-metrics.ts'
import { checkSenderOptions, type SenderOptions } from './sender-options.ts'
import type { TransactionSender } from './transaction-sender.ts'

export interface CallSenderDeps {
  readonly chain: TransactionChain
  readonly account: LocalAccount
  readonly store: PendingStore
  readonly clock: Clock
  readonly log: Logger
  readonly metrics: SenderMetrics
}

/**
 * Takes up what an earlier run left on its way and starts sending calls.
 * @throws {TransactionError} `RECORD_INVALID`, `OPTION_INVALID`.
 */
export async function openTransactionSender(deps: CallSenderDeps, options: SenderOptions): Promise<TransactionSender> {
  checkSenderOptions(options)
  const { chain, account, store, clock, log, metrics } = deps
  const { address } = account
  const sender = await openSender(
    {
      chain,
      address,
      payload: createCallPayload(deps, options),
      store: {
        unsettled: () => store.load(),
        add: (pending) => store.put(pending),
        update: (pending) => store.put(pending),
        settle: ({ nonce }) => store.delete(nonce),
      },
      clock,
      log,
      events: senderEvents(metrics, address),
    },
    // A call's receipt is what its caller acts upon: once it is given, nothing is watched any more.
    { ...options, watchBlocks: 0 },
  )
  return {
    address,
    isPending: (key) => sender.isPending(key),
    send: async (request, signal) => receiptOf(await sender.send(request, signal)),
    async begin(request, signal) {
      const wait = await sender.begin(request, signal)
      const sent = await sender.find(request.key, signal)
      // Between the two it may have been confirmed, and forgotten.
      const hash = sent?.attempts[0]?.hash ?? receiptOf(await wait(signal)).transactionHash
      return { hash, wait: async (waiting) => receiptOf(await wait(waiting)) }
    },
    close: () => sender.close(),
  }
}

/** Nothing is watched, so that whatever confirmed it did so in this process and has its receipt. */
function receiptOf({ receipt }: { readonly receipt: TransactionReceipt | undefined }): TransactionReceipt {
  if (receipt === undefined) throw new TypeError('a call was confirmed without its receipt')
  return receipt
}
