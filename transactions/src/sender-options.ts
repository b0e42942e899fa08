import { TransactionError } from './faults.ts'
import type { FeeLimits } from './fees.ts'
import type { SendingOptions } from './sender-context.ts'

export interface SenderOptions extends FeeLimits, Omit<SendingOptions, 'watchBlocks' | 'confirmations'> {
  /** As in `SendingOptions`; calls are not waited for until they are final. */
  readonly confirmations: number
  /** Milliseconds without inclusion after which the oldest transaction is replaced at higher fees. */
  readonly replaceAfterMs: number
  /** Milliseconds after which a waiting transaction is sent again as it is, should the node have forgotten it. */
  readonly rebroadcastAfterMs: number
  /** Milliseconds for which a nonce is used and no receipt of ours found, before it counts as taken by somebody else. */
  readonly takenAfterMs: number
  /** Hundredths of the estimated gas that are offered beyond it. */
  readonly gasMarginPercent: bigint
}

export const senderDefaults: SenderOptions = {
  confirmations: 1,
  pollMs: 500,
  replaceAfterMs: 15_000,
  rebroadcastAfterMs: 5_000,
  takenAfterMs: 60_000,
  maxPending: 64,
  maxWaiting: 4096,
  gasMarginPercent: 20n,
  maxFeePerGas: 500_000_000_000n,
  minTip: 1_000_000n,
}

const bounds = {
  confirmations: [1, 1000],
  pollMs: [1, 60_000],
  replaceAfterMs: [1, 3_600_000],
  rebroadcastAfterMs: [1, 3_600_000],
  takenAfterMs: [0, 3_600_000],
  maxPending: [1, 1024],
  maxWaiting: [0, 65_536],
} as const

/** @throws {TransactionError} `OPTION_INVALID` naming the first option outside its bounds. */
export function checkSenderOptions(options: SenderOptions): void {
  const refuse = (field: string, reason: string): never => {
    throw new TransactionError({ code: 'OPTION_INVALID', field, reason })
  }
  for (const [field, [least, most]] of Object.entries(bounds)) {
    const value = options[field as keyof typeof bounds]
    if (!Number.isInteger(value) || value < least || value > most) refuse(field, `${value} is not ${least} to ${most}`)
  }
  if (options.gasMarginPercent < 0n || options.gasMarginPercent > 1000n) refuse('gasMarginPercent', 'is not 0 to 1000')
  if (options.minTip < 0n || options.maxFeePerGas < options.minTip) refuse('maxFeePerGas', 'is below minTip')
}
