import { type Block, coreRoot, type DataPlace, witnessRoot } from '@parley/protocol'
import { type BatchTrees, type ClaimedRoots, listOf, type PlacedData, pageOf, pagesOf } from '@parley/protocol/fraud'
import { rightScene, type Scene, treesOf } from './scene.ts'

/** A place and what stands there. */
export interface Answer {
  readonly place: DataPlace
  readonly data: Uint8Array
}

/** The right batch with a block that has three pages: two runs of 40 and 50 segments. */
export function longScene(): Scene {
  const scene = rightScene()
  const { runs } = scene.core[1] as Block
  const run = runs[0]!
  const segments = (count: number) => Array.from({ length: count }, (_, i) => run.segments[i % run.segments.length]!)
  scene.core[1]!.runs = [
    { ...run, segments: segments(40) },
    { ...run, shard: 9, segments: segments(50) },
  ]
  const signed = scene.witness[1]![0]!
  scene.witness[1] = [40, 50].map((count) => Array.from({ length: count }, (_, i) => signed[i % signed.length]!))
  return scene
}

const parts = ['core', 'witness'] as const

/** All places of both parts, and what stands there. */
export function answersOf(scene: Scene): Answer[] {
  const trees = treesOf(scene)
  return parts.flatMap((name, part) => [
    { place: { part, block: scene.core.length, page: 0 }, data: listOf(trees, name) },
    ...scene.core.flatMap((block, b) =>
      Array.from({ length: pagesOf(block) + 1 }, (_, page) => ({
        place: { part, block: b, page },
        data: pageOf(trees, name, b, page),
      })),
    ),
  ])
}

export function rootsOf({ core, witness }: Scene): ClaimedRoots {
  return { coreRoot: coreRoot(core), witnessRoot: witnessRoot(witness), blocks: core.length }
}

/** What of a scene must be read at a place. */
export function expectedAt(scene: Scene, trees: BatchTrees, { part, block, page }: DataPlace): PlacedData {
  const name = part === 0 ? 'core' : 'witness'
  const { core, witness } = scene
  if (block === core.length) return { kind: 'list', roots: trees.roots(name) }
  let passed = 0
  const range = <Entry>(entries: readonly Entry[], tree: Uint8Array) => {
    const first = Math.max(0, 32 * page - passed)
    const end = Math.min(entries.length, 32 * (page + 1) - passed)
    passed += entries.length
    const shown = first < end ? { first, entries: entries.slice(first, end) } : { first: 0, entries: [] }
    return { segments: entries.length, tree, ...shown }
  }
  if (name === 'witness')
    return { kind: name, runs: witness[block]!.map((run) => range(run, trees.signaturesTree(run))) }
  const { header, runs } = core[block]!
  const paged = runs.map((run) => {
    return { ...range(run.segments, trees.segmentsTree(run)), shard: run.shard, postRoot: run.postRoot }
  })
  return { kind: name, header, runs: paged }
}
