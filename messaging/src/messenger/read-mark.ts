import type { Preference } from '../devices/preference.ts'
import { invalid } from '../faults.ts'
import type { Place } from '../ports/log.ts'

/** How far a conversation was read, as a preference: `read/<shard>/<index>`, position uint64. */
export const readMark = {
  key: ({ shard, index }: Place): string => `read/${shard}/${index}`,

  preference(place: Place, position: bigint): Preference {
    const value = new Uint8Array(8)
    new DataView(value.buffer).setBigUint64(0, position)
    return { key: readMark.key(place), value }
  },

  /** @throws {MessagingError} `FRAME_INVALID`. */
  positionIn(value: Uint8Array | undefined): bigint | undefined {
    if (value === undefined) return undefined
    if (value.length !== 8) throw invalid('read', `${value.length} bytes are not 8`)
    return new DataView(value.buffer, value.byteOffset, 8).getBigUint64(0)
  },
} as const
