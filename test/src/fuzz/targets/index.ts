import type { FuzzTarget } from '../target.ts'
import { codecTargets } from './codec.ts'
import { logTargets } from './logs.ts'
import { recordTargets } from './records.ts'
import { sszTargets } from './ssz.ts'

/** All decoders of the project. */
export async function openTargets(): Promise<{ readonly targets: readonly FuzzTarget[]; close(): Promise<void> }> {
  const targets = [...codecTargets(), ...sszTargets(), ...recordTargets(), ...logTargets()]
  return { targets, close: async () => undefined }
}
