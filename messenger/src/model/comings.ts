import type { RoomMember } from '@parley/messaging'
import type { Item, Move, MovedDevice } from './talk.ts'
import { addressOf } from './words.ts'

/** What that means for people: addresses of those who came, who went, and whose devices became more or fewer. */
export interface Coming {
  readonly joined: readonly string[]
  readonly left: readonly string[]
  readonly more: readonly string[]
  readonly fewer: readonly string[]
}

type Devices = ReadonlyMap<number, ReadonlySet<string>>

/**
 * Tells people from devices: who was in a conversation before this device was follows from who is in it now and from what moved since.
 * @returns what each note of a move means, by the note's key.
 */
export function comingsOf(items: readonly Item[], members: readonly RoomMember[]): ReadonlyMap<string, Coming> {
  const found = new Map<string, Coming>()
  let devices = devicesAtFirst(items, members)
  for (const item of items) {
    if (item.kind !== 'note' || item.move === undefined) continue
    const after = withMove(devices, item.move)
    found.set(item.key, comingOf(item.move, devices, after))
    devices = after
  }
  return found
}

/** Those that are there, or went, without having come. */
function devicesAtFirst(items: readonly Item[], members: readonly RoomMember[]): Devices {
  const met = new Set<string>()
  const first: MovedDevice[] = []
  const meet = (devices: readonly MovedDevice[], wasThere: boolean): void => {
    for (const each of devices) {
      if (wasThere && !met.has(each.device)) first.push(each)
      met.add(each.device)
    }
  }
  for (const item of items) {
    if (item.kind !== 'note' || item.move === undefined) continue
    meet(item.move.removed, true)
    meet(item.move.added, false)
  }
  for (const { identity, slot, installations } of members)
    meet(
      installations.map((installation) => ({
        identity: addressOf(identity),
        slot,
        device: addressOf(installation),
      })),
      true,
    )
  return withMove(new Map(), { added: first, removed: [] })
}

function withMove(devices: Devices, { added, removed }: Move): Devices {
  const after = new Map([...devices].map(([slot, set]) => [slot, new Set(set)]))
  for (const { slot, device } of removed) after.get(slot)?.delete(device)
  for (const { slot, device } of added) after.set(slot, (after.get(slot) ?? new Set()).add(device))
  return after
}

function comingOf({ added, removed }: Move, before: Devices, after: Devices): Coming {
  const bySlot = new Map([...removed, ...added].map(({ slot, identity }) => [slot, identity]))
  const coming = { joined: [] as string[], left: [] as string[], more: [] as string[], fewer: [] as string[] }
  for (const [slot, identity] of bySlot) {
    const [was, is] = [before.get(slot)?.size ?? 0, after.get(slot)?.size ?? 0]
    if (was === 0 && is > 0) coming.joined.push(identity)
    else if (was > 0 && is === 0) coming.left.push(identity)
    else if (is > was) coming.more.push(identity)
    else if (is < was) coming.fewer.push(identity)
  }
  return coming
}
