import { createExecution, type Execution } from '@parley/execution'
import { writeClaimProof } from '@parley/node'
import { limits, portableVerifier, ShardType } from '@parley/protocol'
import { type ClaimFault, proofOf } from '@parley/protocol/fraud'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pricePoints } from '../src/fraud/evm.ts'
import { plant } from '../src/fraud/proofs/plant.ts'
import { before, firstFault, rightScene, type Scene, sourcesOf, treesOf } from '../src/fraud/scene.ts'
import { Random } from '../src/fuzz/random.ts'
import { config } from '../src/vectors/people.ts'

let execution: Execution
beforeAll(async () => {
  execution = await createExecution({ config, log: pino({ level: 'silent' }) }, { lanes: 2, verifier: 'portable' })
})
afterAll(() => execution.close())

const parent = {
  header: before,
  prices: config.genesis.prices,
  shardRoots: Array.from({ length: limits.shards }, () => ShardType.hashTreeRoot(ShardType.defaultValue())),
}

const writtenByNode = (scene: Scene, fault: ClaimFault) =>
  writeClaimProof(
    {
      config,
      verifier: portableVerifier,
      shardValues: (shard) => execution.shardValues(shard),
      pricePoints: async () => pricePoints(scene.queue, config.genesis.prices).map(({ count }) => count),
    },
    { parts: scene, fault, parent, window: { waiting: scene.queue, hashBefore: before.inboxHash } },
  )

describe('a node’s proof of a wrong claim', () => {
  test('from the lanes’ state is that of the reference, whatever is wrong with a batch', async () => {
    const shown = new Set<string>()
    for (let batch = 0; batch < 300; batch += 1) {
      const scene = rightScene()
      plant(new Random(7, batch), scene, 1)
      const fault = firstFault(scene)
      if (fault === undefined) continue
      expect(await writtenByNode(scene, fault)).toEqual(proofOf(fault, treesOf(scene), sourcesOf(scene)))
      shown.add('rule' in fault ? fault.rule : fault.code)
    }
    expect([...shown]).toEqual(expect.arrayContaining(['SEGMENT_INVALID', 'POST_ROOT', 'STATE_ROOT', 'CONTINUITY']))
  })

  test('of a segment behind others of its shard, in a later block, opens the shard as they left it', async () => {
    const scene = rightScene()
    const places = scene.core.flatMap(({ header, runs }, block) =>
      runs.flatMap((run) => run.segments.map((_, segment) => ({ header, run, segment, block }))),
    )
    for (const { header, run, segment } of places) {
      const { postRoot } = run.segments[segment]!
      const wrong = new Uint8Array(32).fill(9)
      run.segments[segment]!.postRoot = wrong
      const fault: ClaimFault = {
        code: 'POST_ROOT',
        block: header.number,
        shard: run.shard,
        segment,
        expected: postRoot,
        received: wrong,
      }
      expect(await writtenByNode(scene, fault)).toEqual(proofOf(fault, treesOf(scene), sourcesOf(scene)))
      run.segments[segment]!.postRoot = postRoot
    }
  })

  test('of a fault in no run of the claim is refused', async () => {
    const scene = rightScene()
    const none = new Uint8Array(32)
    const fault: ClaimFault = { code: 'POST_ROOT', block: 1n, shard: 63, segment: 0, expected: none, received: none }
    await expect(writtenByNode(scene, fault)).rejects.toThrow('block 1 has no run of shard 63')
  })
})
