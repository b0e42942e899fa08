import type { FuzzTarget } from '../target.ts'
import { codecTargets } from './codec.ts'
import { openHttpTargets } from './http.ts'
import { logTargets } from './logs.ts'
import { recordTargets } from './records.ts'
import { sszTargets } from './ssz.ts'

/** All decoders of the project, and the sequencer's ingress. */
export async function openTargets(): Promise<{ readonly targets: readonly FuzzTarget[]; close(): Promise<void> }> {
  const { targets, close } = await openHttpTargets()
  // A request costs many times what a decoder does.
  const decoders = [...codecTargets(), ...sszTargets(), ...recordTargets(), ...logTargets()].map((target) => ({
    ...target,
    weight: 3 * target.weight,
  }))
  return { targets: [...decoders, ...targets], close }
}
