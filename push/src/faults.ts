import { CodedError, type FaultTable } from '@parley/protocol/light'

/** Why a device is not woken, or not registered. */
export type PushFault =
  /** Answers to requests. */
  | { code: 'TARGET_UNSUPPORTED'; kind: string; kinds: readonly string[] }
  | { code: 'TARGET_INVALID'; field: string; expected: string }
  | { code: 'TARGET_UNCONFIRMED'; reason: string }
  | { code: 'REGISTRATIONS_FULL'; of: string; maximum: number }
  /** Of a service, as its user sees it. */
  | { code: 'PUSH_UNAVAILABLE'; push: string; reason: string }
  | { code: 'PUSH_REFUSED'; push: string; status: number; refusal: string; reason: string }
  | { code: 'PUSH_ANSWER_INVALID'; push: string; reason: string }
  /** What an operator configured, or what is stored. */
  | { code: 'PUSH_KEY_INVALID'; service: string; reason: string }
  | { code: 'OPTION_OUT_OF_RANGE'; option: string; value: number; minimum: number; maximum: number }
  | { code: 'RECORD_INVALID'; record: string; reason: string }

const sender = (text: string) => ({ blame: 'sender', retry: 'changed', text }) as const
const operator = (text: string) => ({ blame: 'operator', retry: 'changed', text }) as const
const layer = (text: string) => ({ blame: 'layer', retry: 'later', text }) as const

export const pushFaults: FaultTable<PushFault> = {
  TARGET_UNSUPPORTED: { blame: 'operator', retry: 'never', text: 'devices cannot be woken in this way here' },
  TARGET_INVALID: sender('the device cannot be woken there'),
  TARGET_UNCONFIRMED: sender('whoever is to be woken did not confirm that it wants to be'),
  REGISTRATIONS_FULL: { blame: 'operator', retry: 'later', text: 'no more registrations are taken' },
  PUSH_UNAVAILABLE: layer('the service gave no usable answer'),
  PUSH_REFUSED: layer('the service refused'),
  PUSH_ANSWER_INVALID: layer('an answer of the service is not what it must be'),
  PUSH_KEY_INVALID: operator('the key for a push service cannot be used'),
  OPTION_OUT_OF_RANGE: operator('an option is outside its bounds'),
  RECORD_INVALID: operator('a record of what is stored cannot be read back'),
}

export class PushError extends CodedError<PushFault> {
  constructor(fault: PushFault, options?: ErrorOptions) {
    super(fault, pushFaults, options)
  }
}
