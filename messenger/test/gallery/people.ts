import { type RoomMember, roles } from '@parley/messaging'
import { hexToBytes } from 'viem'

/** Somebody on the pictures. */
export interface Person {
  readonly address: string
  readonly name: string
}

const person = (name: string, address: string): Person => ({ name, address })

export const me = person('', '0x5c0a9d1f2b7e4c8893a6d05b1e7f4420c9a811e3')
export const bob = person('Bob', '0x2a854e854a29aecf8b83f01c4e3d306c1e1b908d')
export const carla = person('Carla', '0xb3f14c7790d2aa6e58c10f93d2e7b6014f6a5cd7')
/** Whom nobody gave a name to yet. */
export const stranger = person('', '0xd101c795aa6b08fc130f280336e26c644cea4aa4')

export const bytesOf = ({ address }: Person): Uint8Array => hexToBytes(address as `0x${string}`)

/** A device of theirs: the same bytes every time. */
export const deviceOf = ({ address }: Person, number = 1): Uint8Array =>
  hexToBytes(`0x${number.toString(16).padStart(2, '0')}${address.slice(2)}${'0'.repeat(22)}`)

export function memberOf(who: Person, slot: number, devices = 1): RoomMember {
  const installations = Array.from({ length: devices }, (_, i) => deviceOf(who, i + 1))
  return { identity: bytesOf(who), slot, role: slot === 0 ? roles.admin : roles.member, installations }
}

/** Names by address, as the page keeps them. */
export const names: Readonly<Record<string, string>> = Object.fromEntries(
  [bob, carla].map(({ address, name }) => [address, name]),
)
