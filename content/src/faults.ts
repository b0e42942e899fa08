import { CodedError, type FaultTable } from '@parley/protocol/light'

/** Why a content was not stored, acknowledged or found. */
export type ContentFault =
  /** Answers of a store. */
  | { code: 'CONTENT_INVALID'; field: string; expected: string }
  | { code: 'CONTENT_OTHER'; expected: Uint8Array; received: Uint8Array }
  | { code: 'CONTENT_UNKNOWN'; digest: Uint8Array }
  | { code: 'CONTENT_LOST'; digest: Uint8Array; reason: string }
  | { code: 'ACK_INVALID'; digest: Uint8Array }
  | { code: 'ACK_UNKNOWN'; digest: Uint8Array }
  | { code: 'STORE_FULL'; bytes: number; free: number }
  /** Of one store, as its reader sees it. */
  | { code: 'STORE_UNAVAILABLE'; store: string; reason: string; retryAfterMs?: number }
  | { code: 'STORE_REFUSED'; store: string; status: number; reason: string; retryAfterMs?: number }
  | { code: 'STORE_LIED'; store: string; digest: Uint8Array; received: Uint8Array }
  /** Of all stores together. */
  | { code: 'CONTENT_UNAVAILABLE'; stores: readonly string[] }
  | { code: 'CONTENT_NOT_KEPT'; stores: readonly string[] }
  /** What an operator configured, or what is stored. */
  | { code: 'OPTION_OUT_OF_RANGE'; option: string; value: number; minimum: number; maximum: number }
  | { code: 'RECORD_INVALID'; record: string; reason: string }

const sender = (text: string) => ({ blame: 'sender', retry: 'changed', text }) as const
const layer = (text: string) => ({ blame: 'layer', retry: 'later', text }) as const
const operator = (text: string) => ({ blame: 'operator', retry: 'changed', text }) as const

export const contentFaults: FaultTable<ContentFault> = {
  CONTENT_INVALID: sender('what is to be stored is not of the form that it must have'),
  CONTENT_OTHER: sender('the content is not the one that it is said to be'),
  CONTENT_UNKNOWN: { blame: 'sender', retry: 'later', text: 'the store does not have this content, or not any more' },
  CONTENT_LOST: { blame: 'operator', retry: 'later', text: 'the store was to keep this content and does not have it' },
  ACK_INVALID: sender('the signature is none of this key over this content'),
  ACK_UNKNOWN: sender('nobody said that this key would acknowledge the content'),
  STORE_FULL: { blame: 'operator', retry: 'later', text: 'the store has no room for the content' },
  STORE_UNAVAILABLE: layer('a store gave no usable answer'),
  STORE_REFUSED: layer('a store refused'),
  STORE_LIED: { blame: 'layer', retry: 'never', text: 'a store gave another content than it was asked for' },
  CONTENT_UNAVAILABLE: layer('no store could be asked for the content'),
  CONTENT_NOT_KEPT: layer('no store took the content'),
  OPTION_OUT_OF_RANGE: operator('an option is outside its bounds'),
  RECORD_INVALID: operator('a record of what is stored cannot be read back'),
}

export class ContentError extends CodedError<ContentFault> {
  constructor(fault: ContentFault, options?: ErrorOptions) {
    super(fault, contentFaults, options)
  }
}

/** `CONTENT_INVALID` for one field. */
export function invalid(field: string, expected: string): ContentError {
  return new ContentError({ code: 'CONTENT_INVALID', field, expected })
}
