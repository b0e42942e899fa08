import type { RoomMember } from '@parley/messaging'

const device = (seed: number): Uint8Array => new Uint8Array(32).fill(seed)

/** Somebody in the slot of the same number, with devices of these. */
export function person(slot: number, devices: readonly number[]): RoomMember {
  const identity = new Uint8Array(20).fill(slot) as RoomMember['identity']
  return { identity, slot, role: 1, installations: devices.map(device) }
}

/** As what moves names it. */
export function moved(slot: number, seed: number) {
  const hex = (value: number, length: number): string => `0x${value.toString(16).padStart(2, '0').repeat(length)}`
  return { identity: hex(slot, 20), slot, device: hex(seed, 32) }
}
