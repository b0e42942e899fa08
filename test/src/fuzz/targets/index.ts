import type { FuzzTarget } from '../target.ts'
import { codecTargets } from './codec.ts'
import { sszTargets } from './ssz.ts'

/** All decoders of the project. */
export async function openTargets(): Promise<{ readonly targets: readonly FuzzTarget[]; close(): Promise<void> }> {
  return { targets: [...codecTargets(), ...sszTargets()], close: async () => undefined }
}
