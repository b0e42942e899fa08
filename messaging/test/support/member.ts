import { createHash } from 'node:crypto'
import { type MemberKey, memberKey } from '@parley/protocol/light'
import { createInstallation } from '../../src/keys/installation.ts'
import type { GroupName } from '../../src/mls/group-id.ts'
import { makePackage, type OwnPackage } from '../../src/mls/leaf.ts'
import type { Suite } from '../../src/mls/suite.ts'

export const chainId = 901n
export const group: GroupName = { conversation: new Uint8Array(32).fill(7), generation: 0 }

/** 32 bytes that follow from a text. */
export const seeded = (text: string): Uint8Array => createHash('sha256').update(text).digest().subarray(0, 32)

export function slotKeyOf(slot: number): MemberKey {
  return memberKey(new Uint8Array(seeded(`slot ${slot}`)))
}

/** The package of one device in one slot. */
export function packageOf(suite: Suite, slot: number, device = 0): Promise<OwnPackage> {
  let drawn = 0
  const random = (length: number): Uint8Array => {
    drawn += 1
    return new Uint8Array(seeded(`device ${slot}/${device}/${drawn}`)).subarray(0, length)
  }
  return makePackage(suite, {
    installation: createInstallation(new Uint8Array(20).fill(slot + 1), random),
    chainId,
    group,
    slot,
    slotKey: slotKeyOf(slot),
    ackKey: new Uint8Array(seeded(`ack ${slot}/${device}`)),
    lifetime: { notBefore: 0n, notAfter: 2n ** 62n },
  })
}
