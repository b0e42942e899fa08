import { messagingLimits } from '../limits.ts'
import { makePackage, type OwnPackage } from '../mls/leaf.ts'
import type { Held } from './held.ts'

/** Seconds for which a key package is good. */
const lifetime = 30n * 86_400n
/** Seconds by which others' clocks may be behind. */
const leeway = 3_600n

/** A fresh package of this device for its slot; it is not stored. */
export function newPackage(held: Held, generation = held.stored.state.generation): Promise<OwnPackage> {
  const { own, state } = held.stored
  const { clock, installation } = held.deps
  const now = clock.now() / 1_000n
  return makePackage(held.suite, {
    installation,
    chainId: state.record.chainId,
    group: { conversation: state.record.id, generation },
    slot: own.slot,
    slotKey: own.slotKey,
    ackKey: own.ack.key,
    lifetime: { notBefore: now < leeway ? 0n : now - leeway, notAfter: now + lifetime },
  })
}

/** A package that somebody else may add this device by; its secrets are stored before it is given out. */
export async function givePackage(held: Held): Promise<OwnPackage['keyPackage']> {
  const made = await newPackage(held)
  const packages = [...held.stored.packages, made].slice(-messagingLimits.packages)
  await held.keep({ packages })
  return made.keyPackage
}
