import { type Block, coreRoot, witnessRoot } from '@parley/protocol'
import { listOf, pageOf, pagesOf } from '@parley/protocol/fraud'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Evm, type PagePlace, startEvm } from '../src/fraud/evm.ts'
import { rightScene, type Scene, treesOf } from '../src/fraud/scene.ts'

/** The right batch with a block that has three pages: two runs of 40 and 50 segments. */
function longScene(): Scene {
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
function answers(scene: Scene): { place: PagePlace; data: Uint8Array }[] {
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

let evm: Evm
beforeAll(async () => {
  evm = await startEvm()
})
afterAll(() => evm.stop())

const tried = ({ core, witness }: Scene, place: PagePlace, data: Uint8Array) =>
  evm.answer(place.part === 0 ? coreRoot(core) : witnessRoot(witness), core.length, place, data)

describe('pages', () => {
  test('pages › every place of a batch has its answer, those beyond a block too', async () => {
    const scene = longScene()
    const all = answers(scene)
    for (const { place, data } of all) expect(await tried(scene, place, data), JSON.stringify(place)).toBe('right')
    expect(all.length).toBeGreaterThan(24)
  })

  test('pages › an answer is none for another place', async () => {
    const scene = longScene()
    const trees = treesOf(scene)
    const page = pageOf(trees, 'core', 1, 1)
    for (const place of [
      { part: 0, block: 1, page: 0 },
      { part: 0, block: 1, page: 2 },
      { part: 0, block: 2, page: 1 },
      { part: 1, block: 1, page: 1 },
      { part: 0, block: 5, page: 0 },
    ])
      expect(await tried(scene, place, page)).not.toBe('right')
    expect(await tried(scene, { part: 0, block: 6, page: 0 }, page)).toBe('Pages_UnknownBlock')
  })

  test('pages › bits flipped and other lengths are not taken', async () => {
    const scene = longScene()
    for (const { place, data } of answers(scene)) {
      for (let bit = 1; bit < 8 * data.length; bit += Math.max(211, data.length >> 1)) {
        const flipped = data.with(bit >> 3, data[bit >> 3]! ^ (1 << (bit & 7)))
        expect(await tried(scene, place, flipped), JSON.stringify({ place, bit })).not.toBe('right')
      }
      expect(await tried(scene, place, data.subarray(0, -1))).toBe('Proof_TooShort')
      expect(await tried(scene, place, new Uint8Array([...data, 0]))).toBe('Proof_LeftOver')
    }
  })
})
