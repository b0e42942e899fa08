import { ed25519 } from '@noble/curves/ed25519.js'
import { ackedBytes } from '@parley/content'
import { type Bytes32, sameBytes, toHex } from '@parley/protocol/light'
import type { EngineEvent } from '../engine/events.ts'
import { messagingLimits } from '../limits.ts'
import type { Place } from '../ports/log.ts'
import type { Change } from '../ports/store.ts'
import type { Held } from './held.ts'
import { storeKey, type Unacked } from './stored.ts'

type Read = Extract<EngineEvent, { type: 'message' | 'repeated' }>

const readIn = (events: readonly EngineEvent[]): readonly Read[] =>
  events.filter((event): event is Read => event.type === 'message' || event.type === 'repeated')

/**
 * Contents to acknowledge after some events: those that were read, in the write that says so. What a device could not judge yet, or
 * came too late, is not among them.
 */
export function unackedAfter(before: readonly Unacked[], events: readonly EngineEvent[]): readonly Unacked[] {
  const fresh = readIn(events).filter(
    (event) =>
      !(event.type === 'message' && event.own) && !before.some(({ digest }) => sameBytes(digest, event.digest)),
  )
  if (fresh.length === 0) return before
  return [...before, ...fresh.map(({ digest }) => ({ digest, tries: 0 }))].slice(-messagingLimits.unacked)
}

/** Keeps which contents were read: stores let go of them then, and a record that is read anew names them again. */
export function readChanges(place: Place, events: readonly EngineEvent[]): readonly Change[] {
  return readIn(events).map(({ digest }) => ({ key: readKey(place, digest), value: Uint8Array.of(1) }))
}

export async function wasRead(held: Held, digest: Bytes32): Promise<boolean> {
  return (await held.deps.store.get(readKey(held.stored.own.place, digest))) !== undefined
}

/** Acknowledges what was read, the oldest first. @returns what was tried: without tries left, or with one more. */
export async function acknowledge(held: Held, signal: AbortSignal): Promise<readonly Unacked[]> {
  const { own, unacked } = held.stored
  const tried: Unacked[] = []
  for (const { digest, tries } of unacked.slice(0, messagingLimits.ackedAtOnce)) {
    const signature = ed25519.sign(ackedBytes(digest), own.ack.secret)
    try {
      await held.deps.contents.ack(digest, own.ack.key, signature, signal)
      tried.push({ digest, tries: messagingLimits.ackTries })
    } catch (error) {
      if (signal.aborted) throw error
      // A store that is away is asked again; what none takes stays there until it expires, which loses nothing.
      tried.push({ digest, tries: tries + 1 })
      break
    }
  }
  return tried
}

/** Forgets what has been acknowledged, or tried often enough; the others wait behind those that were not tried. */
export async function forget(held: Held, tried: readonly Unacked[]): Promise<void> {
  if (tried.length === 0) return
  const isTried = ({ digest }: Unacked): boolean => tried.some((each) => sameBytes(each.digest, digest))
  const again = tried.filter(({ tries }) => tries < messagingLimits.ackTries)
  await held.keep({ unacked: [...held.stored.unacked.filter((each) => !isTried(each)), ...again] })
}

function readKey(place: Place, digest: Bytes32): string {
  return `read/${storeKey(place)}/${toHex(digest)}`
}
