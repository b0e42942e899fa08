import { Role } from '@parley/protocol/light'
import { readPayload } from '../codec/payload.ts'
import type { EngineEvent } from '../engine/events.ts'
import { MessagingError } from '../faults.ts'
import { decodeSettings, type Setting } from '../payloads/settings.ts'
import type { PlacedSetting } from './stored.ts'

/**
 * What is set after some events: of each key the last in the record, if an admin set it there. Messages may be read out of order, at
 * a gap, so places are compared.
 */
export function settingsAfter(
  before: readonly PlacedSetting[],
  events: readonly EngineEvent[],
): readonly PlacedSetting[] {
  let next = before
  for (const event of events) {
    if (event.type !== 'message' || event.role !== Role.admin) continue
    const { position, plaintext } = event
    for (const { key, value } of settingsIn(plaintext)) {
      const known = next.find((each) => each.key === key)
      if (known !== undefined && known.position > position) continue
      next = [...next.filter((each) => each !== known), { key, value, position }].sort((a, b) =>
        a.key < b.key ? -1 : 1,
      )
    }
  }
  return next
}

/** None in a message of another type, nor in junk. */
function settingsIn(plaintext: Uint8Array): readonly Setting[] {
  const payload = readPayload(plaintext)
  if (payload?.type !== 'settings/1') return []
  try {
    return decodeSettings(payload.body)
  } catch (error) {
    if (error instanceof MessagingError) return []
    throw error
  }
}
