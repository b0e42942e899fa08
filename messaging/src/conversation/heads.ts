import { sameBytes } from '@parley/protocol/light'
import { readPayload } from '../codec/payload.ts'
import type { EngineEvent } from '../engine/events.ts'
import type { RecordState } from '../engine/record.ts'
import type { Cursor, Place } from '../ports/log.ts'
import type { Change } from '../ports/store.ts'
import type { Held } from './held.ts'
import { storeKey } from './stored.ts'

/** Keeps the head of a record's place, for others' messages name it. */
export function headChange(place: Place, { cursor, head }: RecordState): Change {
  return { key: headKey(place, cursor), value: head }
}

/** Messages whose authors had another record than this device, as of the place that they name. */
export async function splitsIn(
  held: Held,
  record: RecordState,
  events: readonly EngineEvent[],
): Promise<EngineEvent[]> {
  const splits: EngineEvent[] = []
  for (const event of events) {
    const seen = event.type === 'message' && !event.own ? readPayload(event.plaintext)?.seen : undefined
    if (event.type !== 'message' || seen === undefined) continue
    const own = await headAt(held, record, seen)
    if (own !== undefined && sameBytes(own, seen.head)) continue
    splits.push({ type: 'split', position: event.position, slot: event.slot, seen, own })
  }
  return splits
}

/** Undefined where this device's record had no such place. */
async function headAt(held: Held, record: RecordState, place: Cursor): Promise<Uint8Array | undefined> {
  const { messages, changes } = record.cursor
  if (place.messages + place.changes === 0n) return record.id
  if (place.messages > messages || place.changes > changes) return undefined
  if (place.messages === messages && place.changes === changes) return record.head
  return held.deps.store.get(headKey(held.stored.own.place, place))
}

function headKey(place: Place, { messages, changes }: Cursor): string {
  return `head/${storeKey(place)}/${messages}/${changes}`
}
