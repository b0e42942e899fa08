import { sha256 } from '@noble/hashes/sha2.js'
import { joinBytes, toHex } from '@parley/protocol/light'
import type { EngineEvent } from '../engine/events.ts'
import type { Change } from '../ports/store.ts'
import type { Held } from './held.ts'
import { storeKey } from './stored.ts'

type Message = Extract<EngineEvent, { type: 'message' }>

/** Events of which no message was reported before, and what must be written so that none is again. */
export interface Fresh {
  readonly events: readonly EngineEvent[]
  readonly changes: readonly Change[]
}

/**
 * Tells first messages from repeated ones. Whoever lost its keys says again what it cannot know to have counted, in the same bytes.
 */
export async function onlyFresh(held: Held, events: readonly EngineEvent[]): Promise<Fresh> {
  const seen = new Set<string>()
  const changes: Change[] = []
  const fresh: EngineEvent[] = []
  for (const event of events) {
    const key = event.type === 'message' ? heardKey(held, event) : undefined
    if (event.type !== 'message' || key === undefined) fresh.push(event)
    else if (seen.has(key) || (await held.deps.store.get(key)) !== undefined)
      fresh.push({ type: 'repeated', position: event.position, slot: event.slot, digest: event.digest })
    else {
      seen.add(key)
      changes.push({ key, value: new TextEncoder().encode(event.position.toString()) })
      fresh.push(event)
    }
  }
  return { events: fresh, changes }
}

function heardKey(held: Held, { installation, plaintext }: Message): string {
  const name = sha256(joinBytes([installation, plaintext])).subarray(0, 16)
  return `heard/${storeKey(held.stored.own.place)}/${toHex(name)}`
}
