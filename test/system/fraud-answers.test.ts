import { CodecError } from '@parley/protocol'
import { type ClaimedRoots, readAnswer } from '@parley/protocol/fraud'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Answer, answersOf, expectedAt, longScene, rootsOf } from '../src/fraud/answers.ts'
import { rightScene, treesOf } from '../src/fraud/scene.ts'

const flipped = (data: Uint8Array, bit: number): Uint8Array =>
  data.with(bit >> 3, (data[bit >> 3] ?? 0) ^ (1 << (bit & 7)))

function taken(data: Uint8Array, { place }: Pick<Answer, 'place'>, claimed: ClaimedRoots): boolean {
  try {
    readAnswer(data, place, claimed)
    return true
  } catch (error) {
    if (error instanceof CodecError) return false
    throw error
  }
}

describe('answers', () => {
  test('answers › what is written for a place is read from it, whole', () => {
    const scene = longScene()
    const claimed = rootsOf(scene)
    const trees = treesOf(scene)
    const all = answersOf(scene)
    for (const { place, data } of all)
      expect(readAnswer(data, place, claimed), JSON.stringify(place)).toEqual(expectedAt(scene, trees, place))
    expect(all.length).toBeGreaterThan(24)
  })

  test('answers › an answer is read at no other place', () => {
    const scene = longScene()
    const claimed = rootsOf(scene)
    const all = answersOf(scene)
    for (const { place, data } of all)
      for (const other of all) {
        const same = JSON.stringify(place) === JSON.stringify(other.place)
        // Two pages beyond the last are one and the same.
        if (!same && !sameBytesOf(data, other.data)) expect(taken(data, other, claimed)).toBe(false)
      }
    expect(taken(all[0]!.data, { place: { part: 0, block: scene.core.length + 1, page: 0 } }, claimed)).toBe(false)
  })

  test('answers › no bit may be another', () => {
    const scene = rightScene()
    const claimed = rootsOf(scene)
    for (const { place, data } of answersOf(scene))
      for (let bit = 0; bit < 8 * data.length; bit += place.part === 0 ? 41 : 123)
        if (taken(flipped(data, bit), { place }, claimed)) expect({ place, bit }).toBe('refused')
  })

  test('answers › no byte is missing, and none is left over', () => {
    const scene = longScene()
    const claimed = rootsOf(scene)
    for (const { place, data } of answersOf(scene)) {
      for (let length = 0; length < data.length; length += 1 + (data.length >> 7))
        expect(taken(data.subarray(0, length), { place }, claimed)).toBe(false)
      expect(taken(data.subarray(0, -1), { place }, claimed)).toBe(false)
      expect(taken(Uint8Array.of(...data, 0), { place }, claimed)).toBe(false)
    }
  })

  test('answers › nothing that is spoilt at random is taken', () => {
    const scene = longScene()
    const claimed = rootsOf(scene)
    const answers = fc.constantFrom(...answersOf(scene))
    fc.assert(
      fc.property(answers, fc.nat(), fc.integer({ min: 1, max: 255 }), ({ place, data }, at, change) => {
        const index = at % data.length
        return !taken(data.with(index, (data[index] ?? 0) ^ change), { place }, claimed)
      }),
      { numRuns: 300 },
    )
  })
})

const sameBytesOf = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0
