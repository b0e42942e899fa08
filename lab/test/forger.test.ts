import { beforeAll, describe, expect, test } from 'vitest'
import type { BlockLie } from '../src/adversary/classes/class.ts'
import { blockLies } from '../src/adversary/classes/index.ts'
import { complete } from '../src/adversary/forger/draft.ts'
import { firstFault, nameOfFault } from '../src/adversary/forger/judge.ts'
import type { Scene } from '../src/adversary/forger/scene.ts'
import { HonestChain } from './support/honest-scene.ts'

const chain = new HonestChain()
let usual: () => Scene
let flooded: () => Scene
beforeAll(() => {
  flooded = chain.round(['flood'])
  usual = chain.round(['items', 'prices'])
})

const sceneFor = ({ needs }: BlockLie): Scene => (needs.includes('flood') ? flooded() : usual())

describe('forger', () => {
  test('honest blocks › completed without a lie they are right', () => {
    const { ground, blocks } = usual()
    expect(firstFault(ground, complete(ground, blocks))).toBeUndefined()
  })

  test.each(blockLies.map((lie) => [lie.name, lie] as const))('%s › is refused for what it lies about', (_, lie) => {
    const scene = sceneFor(lie)
    const fault = firstFault(scene.ground, lie.forge(scene))
    expect(fault === undefined ? 'right' : nameOfFault(fault)).toBe(lie.fault)
  })
})
