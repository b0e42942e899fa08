import { fromHex, toHex } from '@parley/protocol'
import { DaNodeError } from '../faults.ts'

/** What is known of a part. */
export interface PartRecord {
  /** `expired`: its bytes are gone as they were to be. */
  readonly state: 'stored' | 'expired'
  readonly length: number
  /** Who asked for it last, 20 bytes. */
  readonly claimer: Uint8Array
  /** Seconds of the L2 when it was stored, and until which it is kept. */
  readonly storedAt: bigint
  readonly expiresAt: bigint
}

const form = /^(stored|expired) (\d{1,10}) (0x[0-9a-f]{40}) (\d{1,20}) (\d{1,20})$/

export function encodePartRecord({ state, length, claimer, storedAt, expiresAt }: PartRecord): string {
  return `${state} ${length} ${toHex(claimer)} ${storedAt} ${expiresAt}`
}

/** @throws {DaNodeError} `RECORD_INVALID`. */
export function decodePartRecord(key: string, text: string): PartRecord {
  const [, state, length, claimer, storedAt = '', expiresAt = ''] = form.exec(text) ?? []
  if (state !== 'stored' && state !== 'expired')
    throw new DaNodeError({ code: 'RECORD_INVALID', record: key, reason: 'is no record of a part' })
  return {
    state,
    length: Number(length),
    claimer: fromHex(claimer) as Uint8Array,
    storedAt: BigInt(storedAt),
    expiresAt: BigInt(expiresAt),
  }
}
