import { nameOfFault, proofsEverywhere } from '@parley/lab/forger'
import { type Proof, ProofKind, proofOf } from '@parley/protocol/fraud'
import type { Hex } from 'viem'
import { Random } from '../../fuzz/random.ts'
import { config } from '../../vectors/people.ts'
import type { Evm } from '../evm.ts'
import { plant } from '../proofs/plant.ts'
import { caseOf, firstFault, rightScene, sourcesOf, treesOf } from '../scene.ts'
import type { ProofCase } from '../verifiers.ts'

/** A proof of a kind, and the claims that it is held against. */
export interface Sample {
  /** What it shows, or would show. */
  readonly name: string
  readonly proof: Proof
  /** A claim that it shows to be wrong; none where it was written against the right one. */
  readonly wrong?: ProofCase
  readonly right: ProofCase
}

/** So many spoilt batches have a fault of every rule and every kind. */
const batches = 400

/** A proof of every fault that spoilt batches show first, and one of every kind and rule that shows nothing against the right one. */
export async function samplesOf(evm: Evm, seed: number): Promise<Sample[]> {
  const queue = await evm.recordQueue(rightScene().queue, config.genesis.prices)
  const right = caseOf(rightScene(), queue)
  const samples = new Map<string, Sample>()
  for (const sample of [...shown(seed, queue, right), ...idle(right)])
    if (!samples.has(sample.name)) samples.set(sample.name, sample)
  return [...samples.values()]
}

function* shown(seed: number, queue: Hex, right: ProofCase): Generator<Sample> {
  for (let batch = 0; batch < batches; batch += 1) {
    const scene = rightScene()
    plant(new Random(seed, batch), scene, 1)
    const fault = firstFault(scene)
    if (fault === undefined) continue
    const proof = proofOf(fault, treesOf(scene), sourcesOf(scene))
    yield { name: `${nameOfFault(fault)} ${kindOf(proof)}`, proof, wrong: caseOf(scene, queue), right }
  }
}

function* idle(right: ProofCase): Generator<Sample> {
  const scene = rightScene()
  for (const proof of proofsEverywhere(scene, treesOf(scene), sourcesOf(scene)))
    yield { name: `nothing ${kindOf(proof)}`, proof, right }
}

/** The kind of a proof, and the rule of one of malformed data. */
function kindOf({ kind, bytes }: Proof): string {
  const name = Object.entries(ProofKind).find(([, value]) => value === kind)?.[0] ?? `${kind}`
  return kind === ProofKind.malformed ? `${name} ${bytes[0]}` : name
}
