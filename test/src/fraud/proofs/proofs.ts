import { nameOfFault, proofsEverywhere, writersEverywhere } from '@parley/lab/forger'
import { proofOf } from '@parley/protocol/fraud'
import type { Hex } from 'viem'
import { Random } from '../../fuzz/random.ts'
import { config } from '../../vectors/people.ts'
import { type Evm, startEvm } from '../evm.ts'
import { inTurn } from '../in-turn.ts'
import { caseOf, firstFault, rightScene, type Scene, sourcesOf, treesOf } from '../scene.ts'
import { wideChain } from '../wide-chain.ts'
import { crossed } from './crossed.ts'
import { plant } from './plant.ts'

export interface ProofsReport {
  readonly seed: number
  readonly batches: number
  /** Batches that were right after all. */
  readonly right: number
  /** First faults by their code, all of them shown. */
  readonly shown: Readonly<Record<string, number>>
  /** Proofs of right batches with another run or segment in their neighbour's place, tried against these. */
  readonly crossed: number
  /** Proofs of spoilt batches that were also tried against the right one. */
  readonly triedAgainstRight: number
  readonly seconds: number
  readonly failures: readonly { readonly batch: number; readonly reason: string }[]
}

/** Batches, or proofs, at a time: the EVM works beside this thread. */
const inFlight = 4

/**
 * Spoils batches in one to five ways: the first fault must be shown, and its proof must show nothing against the right batch.
 * @param tries - Proofs of other places and rules of each batch that are tried against the right one.
 */
export async function fuzzProofs(batches: number, seed: number, tries: number, evm?: Evm): Promise<ProofsReport> {
  const begun = performance.now()
  const running = evm ?? (await startEvm())
  const shown: Record<string, number> = {}
  const failures: { batch: number; reason: string }[] = []
  let right = 0
  let triedAgainstRight = 0
  let crossedProofs = 0
  try {
    crossedProofs = await tryCrossed(running, failures)
    const queue = await running.recordQueue(rightScene().queue, config.genesis.prices)
    await inTurn(batches, inFlight, async (batch) => {
      const random = new Random(seed, batch)
      const scene = rightScene()
      plant(random, scene, 1 + random.below(5))
      try {
        const { code, tried } = await oneBatch(running, random, scene, queue, tries)
        triedAgainstRight += tried
        if (code === undefined) right += 1
        else shown[code] = (shown[code] ?? 0) + 1
      } catch (error) {
        failures.push({ batch, reason: error instanceof Error ? error.message : String(error) })
      }
    })
  } finally {
    if (evm === undefined) await running.stop()
  }
  failures.sort((a, b) => a.batch - b.batch)
  const seconds = Math.round((performance.now() - begun) / 1000)
  return { seed, batches, right, shown, crossed: crossedProofs, triedAgainstRight, seconds, failures }
}

/** @returns the code of the first fault, undefined when there is none, and how many proofs were tried against the right batch. */
async function oneBatch(
  evm: Evm,
  random: Random,
  scene: Scene,
  queue: Hex,
  tries: number,
): Promise<{ code: string | undefined; tried: number }> {
  const fault = firstFault(scene)
  if (fault === undefined) return { code: undefined, tried: 0 }
  const code = nameOfFault(fault)
  const trees = treesOf(scene)
  const sources = sourcesOf(scene)
  const proof = proofOf(fault, trees, sources)
  const verdict = await evm.check(caseOf(scene, queue), proof)
  if (verdict !== 'wrong') throw new Error(`${code} is not shown: ${verdict}`)
  const right = caseOf(rightScene(), queue)
  if ((await evm.check(right, proof)) === 'wrong') throw new Error(`${code} removes a right batch`)
  const writers = [...writersEverywhere(scene, trees, sources)]
  let tried = 1
  for (let i = 0; i < tries; i += 1) {
    const at = random.below(writers.length)
    const other = writers[at]?.()
    if (other === undefined) continue
    tried += 1
    if ((await evm.check(right, other)) === 'wrong')
      throw new Error(`proof ${at}, of kind ${other.kind}, removes a right batch`)
  }
  return { code, tried }
}

/** Everything that can be written against right batches, and with neighbours that are none. @returns how many were tried. */
async function tryCrossed(evm: Evm, failures: { batch: number; reason: string }[]): Promise<number> {
  let tried = 0
  for (const scene of [rightScene(), rightScene(wideChain())]) {
    const right = caseOf(scene, await evm.recordQueue(scene.queue, config.genesis.prices))
    const proofs = [...proofsEverywhere(scene, treesOf(scene), sourcesOf(scene))]
    const all = [...proofs, ...crossed(proofs)]
    await inTurn(all.length, inFlight, async (i) => {
      const { kind, bytes } = all[i]!
      if ((await evm.check(right, { kind, bytes })) === 'wrong')
        failures.push({
          batch: -1,
          reason: `a right batch is removed by a proof of kind ${kind}, ${i} of ${all.length}, rule ${bytes[0]}`,
        })
    })
    tried += all.length
  }
  return tried
}
