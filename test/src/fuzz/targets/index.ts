import type { FuzzTarget } from '../target.ts'
import { answerTargets } from './answers.ts'
import { openBatcherTargets } from './batcher.ts'
import { codecTargets } from './codec.ts'
import { openDaTargets } from './da.ts'
import { feedTargets } from './feed.ts'
import { openHttpTargets } from './http.ts'
import { inviteTargets } from './invites.ts'
import { logTargets } from './logs.ts'
import { openNodeTargets } from './node.ts'
import { recordTargets } from './records.ts'
import { sszTargets } from './ssz.ts'

/** All decoders of the project, and what sequencer, node, batcher and local DA layer answer. */
export async function openTargets(): Promise<{ readonly targets: readonly FuzzTarget[]; close(): Promise<void> }> {
  const [sequencer, node, batcher, da] = await Promise.all([
    openHttpTargets(),
    openNodeTargets(),
    openBatcherTargets(),
    openDaTargets(),
  ])
  // A request costs many times what a decoder does.
  const decoders = [
    ...codecTargets(),
    ...answerTargets(),
    ...sszTargets(),
    ...recordTargets(),
    ...logTargets(),
    ...inviteTargets(),
    ...feedTargets(),
  ].map((target) => ({
    ...target,
    weight: 3 * target.weight,
  }))
  const close = async (): Promise<void> => {
    await Promise.all([sequencer.close(), node.close(), batcher.close(), da.close()])
  }
  return { targets: [...decoders, ...sequencer.targets, ...node.targets, ...batcher.targets, ...da.targets], close }
}
