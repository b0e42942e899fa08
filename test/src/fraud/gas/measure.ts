import { rollupAbi } from '@parley/contracts'
import { config } from '../../vectors/people.ts'
import { rootsOf } from '../answers.ts'
import type { Evm } from '../evm.ts'
import { type LargeProof, largeProof, largeRemoval, largeSignature } from '../large.ts'
import { largestAnswers, ofAllShards } from './large-batch.ts'
import { answerBytes, proveBytes } from './transaction-bytes.ts'

/** Gas of a transaction to a verifier or to `Pages`, and the bytes of the whole transaction to the rollup at the largest pointers. */
export interface Measured {
  readonly gas: number
  readonly bytes: number
}

/** The proofs that cost most of each kind. */
const proofs: Readonly<Record<string, () => LargeProof>> = {
  'Messages, 1,000,000 conversations of two': () => largeProof(1_000_000, 2),
  'Messages, at the limits of the types': () => largeProof(2 ** 24, 4096),
  'Operation, 16 removed': () => largeRemoval(),
  'Operation, 16 removed, as an item': () => largeRemoval(true),
  'Signature, of the last of 32 messages': () => largeSignature(),
  'StateRoot, 64 runs': () => ofAllShards('STATE_ROOT'),
  'Malformed, SEGMENT_COUNT of 64 runs': () => ofAllShards('SEGMENT_COUNT'),
}

/** What each proof and each answer takes; every proof must show what it is for. */
export async function measureProofs(evm: Evm): Promise<Record<string, Measured>> {
  const measured: Record<string, Measured> = {}
  for (const [name, make] of Object.entries(proofs)) {
    const { proofCase, proof, queue } = make()
    const asked = { ...proofCase, queue: await evm.recordQueue(queue, config.genesis.prices) }
    const verdict = await evm.check(asked, proof)
    if (verdict !== 'wrong') throw new Error(`${name} is not shown: ${verdict}`)
    measured[name] = { gas: Number(await evm.gasOf(asked, proof)), bytes: proveBytes(rollupAbi, proof) }
  }
  const { scene, answers } = largestAnswers()
  const { coreRoot, witnessRoot, blocks } = rootsOf(scene)
  for (const [name, { place, data }] of Object.entries(answers)) {
    const root = place.part === 0 ? coreRoot : witnessRoot
    const gas = Number(await evm.gasOfAnswer(root, blocks, place, data))
    measured[`answer, ${name}`] = { gas, bytes: answerBytes(rollupAbi, place, data) }
  }
  return measured
}
