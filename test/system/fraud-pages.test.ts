import { BlockHeaderType, type Bytes32, CodecError, coreRoot, sameBytes, witnessRoot } from '@parley/protocol'
import { BatchTrees, type ClaimedRoots, pageOf, pagesOf, readAnswer } from '@parley/protocol/fraud'
import fc from 'fast-check'
import { sha256 } from 'viem'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Answer, answersOf, longScene, rootsOf } from '../src/fraud/answers.ts'
import { type Evm, type PagePlace, startEvm } from '../src/fraud/evm.ts'
import { type Scene, treesOf } from '../src/fraud/scene.ts'

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
    const all = answersOf(scene)
    for (const { place, data } of all) expect(await tried(scene, place, data), JSON.stringify(place)).toBe('right')
    expect(all.length).toBeGreaterThan(24)
  })

  test('pages › each page says how many its block has, a list none, and a block too large one', async () => {
    const scene = longScene()
    const shown = ({ core, witness }: Pick<Scene, 'core' | 'witness'>, { place, data }: Answer) =>
      evm.pagesShown(place.part === 0 ? coreRoot(core) : witnessRoot(witness), core.length, place, data)
    for (const answer of answersOf(scene)) {
      const block = scene.core[answer.place.block]
      expect(await shown(scene, answer), JSON.stringify(answer.place)).toBe(block === undefined ? 0 : pagesOf(block))
    }
    const { header, runs } = scene.core[0]!
    const [segment] = runs[0]!.segments
    const of = async (lengths: readonly number[], part: number): Promise<number> => {
      const lists = lengths.map((length) => Array.from({ length }, () => segment!))
      const core = [{ header, runs: lists.map((segments, shard) => ({ ...runs[0]!, shard, segments })) }]
      const witness = [lists.map((segments) => segments.map(() => []))]
      const trees = new BatchTrees({ core, witness })
      const place = { part, block: 0, page: 0 }
      return shown({ core, witness }, { place, data: pageOf(trees, part === 0 ? 'core' : 'witness', 0, 0) })
    }
    for (const [lengths, pages] of [
      [[], 1],
      [[0, 0], 1],
      [[32], 1],
      [[1, 32], 2],
      [[33, 0, 31], 2],
      [[1024], 32],
      [[1, 1023], 32],
      [[1, 1024], 1],
      [[1024, 1024], 1],
    ] as const)
      for (const part of [0, 1]) expect(await of(lengths, part), `${lengths}`).toBe(pages)
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
    for (const { place, data } of answersOf(scene)) {
      for (let bit = 1; bit < 8 * data.length; bit += Math.max(211, data.length >> 1)) {
        const flipped = data.with(bit >> 3, data[bit >> 3]! ^ (1 << (bit & 7)))
        expect(await tried(scene, place, flipped), JSON.stringify({ place, bit })).not.toBe('right')
      }
      expect(await tried(scene, place, data.subarray(0, -1))).toBe('Proof_TooShort')
      expect(await tried(scene, place, new Uint8Array([...data, 0]))).toBe('Proof_LeftOver')
    }
  })

  test('pages › the contract takes what readers take, and nothing else', async () => {
    const scene = longScene()
    const claimed = rootsOf(scene)
    const [, first] = answersOf(scene)
    expect(await tried(scene, first!.place, withZeroStated(first!.data))).toBe('right')
    const cases = fc.tuple(fc.constantFrom(...answersOf(scene)), fc.nat(), fc.nat(255), fc.nat(3))
    for (const [{ place, data }, at, byte, kind] of fc.sample(cases, 60)) {
      const offset = at % data.length
      const spoilt = [
        data,
        data.with(offset, byte),
        new Uint8Array([...data.subarray(0, offset), byte, ...data.subarray(offset)]),
        withZeroStated(data),
      ][kind] as Uint8Array
      const verdict = await tried(scene, place, spoilt)
      expect(verdict === 'right', JSON.stringify({ place, kind, offset, byte, verdict })).toBe(
        isRead({ place, data: spoilt }, claimed),
      )
    }
  })

  test('pages › a run without segments has nothing in its tree', async () => {
    const scene = longScene()
    const run = { ...scene.core[0]!.runs[0]!, segments: [] }
    const { header } = scene.core[0]!
    const trees = new BatchTrees({ core: [{ header, runs: [run] }], witness: [[]] })
    const place = { part: 0, block: 0, page: 0 }
    const right = pageOf(trees, 'core', 0, 0)
    const empty = zeros(10)
    const [at] = placesOf(right, empty)
    const wrong = new Uint8Array(right)
    wrong.fill(5, at!, at! + 32)
    const rootWith = (tree: Bytes32): Bytes32 => {
      const runRoot = pair(pair(number(run.shard), pair(tree, number(0))), pair(run.postRoot, zeros(0)))
      const leaf = pair(BlockHeaderType.hashTreeRoot(header), pair(lifted(runRoot, 6), number(1)))
      return pair(lifted(leaf, 10), number(1))
    }
    const claimedAs = (coreRoot: Bytes32): ClaimedRoots => ({ coreRoot, witnessRoot: zeros(0), blocks: 1 })
    expect(await evm.answer(rootWith(empty), 1, place, right)).toBe('right')
    expect(isRead({ place, data: right }, claimedAs(rootWith(empty)))).toBe(true)
    const lie = rootWith(new Uint8Array(32).fill(5))
    expect(await evm.answer(lie, 1, place, wrong)).toBe('Proof_NotUnderRoot')
    expect(isRead({ place, data: wrong }, claimedAs(lie))).toBe(false)
  })
})

function isRead({ place, data }: Answer, claimed: ClaimedRoots): boolean {
  try {
    readAnswer(data, place, claimed)
    return true
  } catch (error) {
    if (error instanceof CodecError) return false
    throw error
  }
}

/** The same answer with the sibling at height 9 of its block's branch stated though it is zero; what has no branch is spoilt by it. */
function withZeroStated(data: Uint8Array): Uint8Array {
  // The branch ends the page: bitmap 4, then the siblings of heights 0 to 2, of which six blocks need up to three.
  for (const stated of [3, 2, 1]) {
    const at = data.length - 4 - 32 * stated
    if (at < 0 || data[at] !== 0 || data[at + 1] !== 0 || data[at + 2] !== 0) continue
    const bitmap = data[at + 3]!
    if (bitmap.toString(2).replaceAll('0', '').length !== stated || bitmap > 7) continue
    return new Uint8Array([...data.with(at + 2, 2), ...zeros(9)])
  }
  return new Uint8Array([...data, ...zeros(9)])
}

const pair = (a: Uint8Array, b: Uint8Array): Bytes32 => sha256(new Uint8Array([...a, ...b]), 'bytes')
const number = (value: number): Bytes32 => Uint8Array.of(value, ...new Uint8Array(31))
const zeros = (height: number): Bytes32 =>
  height === 0 ? new Uint8Array(32) : pair(zeros(height - 1), zeros(height - 1))
const lifted = (root: Bytes32, depth: number): Bytes32 =>
  Array.from({ length: depth }).reduce<Bytes32>((node, _, height) => pair(node, zeros(height)), root)

function placesOf(data: Uint8Array, chunk: Bytes32): number[] {
  return Array.from(data.keys()).filter((at) => sameBytes(data.subarray(at, at + 32), chunk))
}
