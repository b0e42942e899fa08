import type { FuzzTarget } from '../target.ts'
import { codecTargets } from './codec.ts'
import { openHttpTargets } from './http.ts'
import { logTargets } from './logs.ts'
import { recordTargets } from './records.ts'
import { sszTargets } from './ssz.ts'

/** All decoders of the project, and the sequencer's ingress. */
export async function openTargets(): Promise<{ readonly targets: readonly FuzzTarget[]; close(): Promise<void> }> {
  const { targets, close } = await openHttpTargets()
  return { targets: [...codecTargets(), ...sszTargets(), ...recordTargets(), ...logTargets(), ...targets], close }
}
