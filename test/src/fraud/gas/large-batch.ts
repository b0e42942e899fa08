import { type Block, BodyKind, limits, type Segment } from '@parley/protocol'
import { BatchTrees, type ClaimFault, listOf, pageOf, proofOf } from '@parley/protocol/fraud'
import { VectorChain } from '../../vectors/chain.ts'
import { config, digestOf } from '../../vectors/people.ts'
import { owners } from '../../vectors/standing.ts'
import type { Answer } from '../answers.ts'
import type { LargeProof } from '../large.ts'
import { caseOf, rightScene, type Scene, sourcesOf, treesOf } from '../scene.ts'

/** Two blocks, each with a run of every shard. */
function allShards(): Scene {
  const chain = new VectorChain()
  for (const block of [1n, 2n]) {
    const at = config.genesis.timestamp + 1_000n * block
    for (let shard = 0; shard < limits.shards; shard += 1)
      chain.enqueue(at, { selector: 0, value: { shard, account: 0, owner: owners.ann.name, amount: 40_000_000n } })
    chain.build(at + 250n, [])
  }
  return rightScene(chain)
}

/** What a lie in the second of these blocks is shown by. */
export function ofAllShards(rule: 'STATE_ROOT' | 'SEGMENT_COUNT'): LargeProof {
  const scene = allShards()
  const { header } = scene.core[1] as Block
  if (rule === 'STATE_ROOT') header.stateRoot = digestOf('wrong')
  else header.segmentCount += 1n
  scene.last = structuredClone(header)
  const root = { expected: digestOf('right'), received: digestOf('wrong') }
  const fault: ClaimFault =
    rule === 'STATE_ROOT' ? { block: 2n, code: rule, ...root } : { block: 2n, code: rule, expected: 0n, received: 0n }
  return { proofCase: caseOf(scene), proof: proofOf(fault, treesOf(scene), sourcesOf(scene)), queue: scene.queue }
}

/** The largest answers: a page of full segments among 64 runs, its signatures, and the list of 1,024 blocks. */
export function largestAnswers(): {
  readonly scene: Scene
  readonly answers: Record<'core' | 'witness' | 'list', Answer>
} {
  const scene = allShards()
  const block = scene.core[1] as Block
  const value = Array.from({ length: limits.messagesPerSegment }, (_, i) => {
    return { conversation: 2 ** 24 - 1 - i, member: 4_095 - i, content: digestOf(`said ${i}`) }
  })
  const full: Segment = {
    preRoot: digestOf('before'),
    body: { selector: BodyKind.messages, value },
    postRoot: digestOf('after'),
  }
  block.runs = block.runs.map((run) => ({ ...run, segments: [full] }))
  const signature = new Uint8Array([...digestOf('r'), ...digestOf('s')])
  const signatures = value.map(() => signature)
  const at = 512
  const beside: Block = { header: block.header, runs: [] }
  const long: Scene = {
    ...scene,
    core: Array.from({ length: 1_024 }, (_, i) => (i === at ? block : beside)),
    witness: Array.from({ length: 1_024 }, (_, i) => (i === at ? block.runs.map(() => [signatures]) : [])),
  }
  const trees = new BatchTrees(long)
  const page = { block: at, page: 0 }
  return {
    scene: long,
    answers: {
      core: { place: { part: 0, ...page }, data: pageOf(trees, 'core', at, 0) },
      witness: { place: { part: 1, ...page }, data: pageOf(trees, 'witness', at, 0) },
      list: { place: { part: 0, block: long.core.length, page: 0 }, data: listOf(trees, 'core') },
    },
  }
}
