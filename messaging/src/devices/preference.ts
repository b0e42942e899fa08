import { ByteListType, ContainerType } from '@chainsafe/ssz'
import type { Draft } from '../codec/payload.ts'
import { bounded, decodeExactly, decodeText, encodeText } from '../codec/ssz.ts'
import { invalid } from '../faults.ts'

const bounds = { key: 128, value: 4_096 } as const

const PreferenceType = new ContainerType(
  { key: new ByteListType(bounds.key), value: new ByteListType(bounds.value) },
  { typeName: 'Preference' },
)

/** What all devices of an identity are to know: the body of `put/1` in their own group. Of each key the last in the record counts. */
export interface Preference {
  /** Such as `read/3/17`. */
  readonly key: string
  /** At most 4,096 bytes. */
  readonly value: Uint8Array
}

/** @throws {MessagingError} `FRAME_INVALID`. */
export function put({ key, value }: Preference): Draft {
  const body = PreferenceType.serialize({
    key: checkedKey(key),
    value: bounded(value, bounds.value, 'preference.value'),
  })
  return { type: 'put/1', body, fallback: '' }
}

/** The body of `put/1`. @throws {MessagingError} `FRAME_INVALID`. */
export function decodePut(body: Uint8Array): Preference {
  const { key, value } = decodeExactly(PreferenceType, body, 'preference')
  const text = decodeText(key, 'preference.key')
  checkedKey(text)
  return { key: text, value }
}

function checkedKey(key: string): Uint8Array {
  if (/^[a-zA-Z0-9._-]+(?:\/[a-zA-Z0-9._-]+)+$/.test(key)) return encodeText(key, bounds.key, 'preference.key')
  throw invalid('preference.key', `${JSON.stringify(key)} is no name/name`)
}
