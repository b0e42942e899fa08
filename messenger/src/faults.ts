import { CodedError, type FaultTable } from '@parley/protocol/light'

/** What keeps the page from working. */
export type PageFault =
  | { code: 'PLACES_INVALID'; field: string; reason: string }
  | { code: 'STORAGE_UNAVAILABLE'; reason: string }
  | { code: 'WALLET_UNUSABLE'; reason: string }
  | { code: 'WALLET_ON_ANOTHER_CHAIN'; expected: number; received: number }

export const pageFaults: FaultTable<PageFault> = {
  PLACES_INVALID: { blame: 'operator', retry: 'changed', text: 'the page does not know where its services are' },
  STORAGE_UNAVAILABLE: {
    blame: 'operator',
    retry: 'changed',
    text: 'the browser keeps nothing for this page: private windows and blocked storage do that',
  },
  WALLET_UNUSABLE: { blame: 'sender', retry: 'changed', text: 'this is no key or wallet that can sign' },
  WALLET_ON_ANOTHER_CHAIN: {
    blame: 'sender',
    retry: 'changed',
    text: 'the wallet is on another chain than the messenger',
  },
}

/** A fault of the page itself. */
export class PageError extends CodedError<PageFault> {
  constructor(fault: PageFault, options?: ErrorOptions) {
    super(fault, pageFaults, options)
  }
}
