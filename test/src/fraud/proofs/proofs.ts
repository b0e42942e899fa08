import { type ClaimFault, proofOf } from '@parley/protocol/fraud'
import type { Hex } from 'viem'
import { Random } from '../../fuzz/random.ts'
import { config } from '../../vectors/people.ts'
import { type Evm, startEvm } from '../evm.ts'
import { caseOf, firstFault, rightScene, type Scene, sourcesOf, treesOf } from '../scene.ts'
import { plant } from './plant.ts'

export interface ProofsReport {
  readonly seed: number
  readonly batches: number
  /** Batches that were right after all. */
  readonly right: number
  /** First faults by their code, all of them shown. */
  readonly shown: Readonly<Record<string, number>>
  /** Proofs that were also tried against the right batch. */
  readonly triedAgainstRight: number
  readonly failures: readonly { readonly batch: number; readonly reason: string }[]
}

/** Spoils batches in one to five ways: the first fault must be shown, and its proof must show nothing against the right batch. */
export async function fuzzProofs(batches: number, seed: number, evm?: Evm): Promise<ProofsReport> {
  const running = evm ?? (await startEvm())
  const shown: Record<string, number> = {}
  const failures: { batch: number; reason: string }[] = []
  let right = 0
  let triedAgainstRight = 0
  try {
    const queue = await running.recordQueue(rightScene().queue, config.genesis.prices)
    for (let batch = 0; batch < batches; batch += 1) {
      const random = new Random(seed, batch)
      const scene = rightScene()
      plant(random, scene, 1 + random.below(5))
      try {
        const code = await oneBatch(running, scene, queue)
        if (code === undefined) right += 1
        else {
          shown[code] = (shown[code] ?? 0) + 1
          triedAgainstRight += 1
        }
      } catch (error) {
        failures.push({ batch, reason: error instanceof Error ? error.message : String(error) })
      }
    }
  } finally {
    if (evm === undefined) await running.stop()
  }
  return { seed, batches, right, shown, triedAgainstRight, failures }
}

/** @returns the code of the first fault; undefined when there is none. */
async function oneBatch(evm: Evm, scene: Scene, queue: Hex): Promise<string | undefined> {
  const fault = firstFault(scene)
  if (fault === undefined) return undefined
  const code = codeOf(fault)
  const proof = proofOf(fault, treesOf(scene), sourcesOf(scene))
  const verdict = await evm.check(caseOf(scene, queue), proof)
  if (verdict !== 'wrong') throw new Error(`${code} is not shown: ${verdict}`)
  if ((await evm.check(caseOf(rightScene(), queue), proof)) === 'wrong')
    throw new Error(`${code} removes a right batch`)
  return code
}

function codeOf(fault: ClaimFault): string {
  if ('rule' in fault) return fault.rule
  return fault.code === 'SEGMENT_INVALID' ? `SEGMENT_INVALID ${fault.fault.code}` : fault.code
}
