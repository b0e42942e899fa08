import {
  CodecError,
  completeBlocks,
  coreRoot,
  decodeCore,
  decodeWitness,
  ShardType,
  witnessRoot,
} from '@parley/protocol'
import { beforeAll, describe, expect, test } from 'vitest'
import type { BlockLie } from '../src/adversary/classes/class.ts'
import { blockLies } from '../src/adversary/classes/index.ts'
import { dataLies, type Withheld } from '../src/adversary/classes/withheld.ts'
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

/** Roots of what a node reads off the layers; undefined where it can read nothing. */
function readOffLayers({ ground }: Scene, { core, witness, layer }: Omit<Withheld, 'batch'>): Uint8Array[] | undefined {
  if (core === undefined || witness === undefined || layer !== undefined) return undefined
  const { parent: header, state, window, lineage } = ground
  const shardRoots = state.shards.map((shard) => ShardType.hashTreeRoot(shard))
  const skeletons = decodeCore(core)
  const blocks = completeBlocks(skeletons, { header, shardRoots, prices: state.prices }, window, lineage)
  try {
    return [coreRoot(blocks), witnessRoot(decodeWitness(witness, skeletons))]
  } catch (error) {
    if (error instanceof CodecError) return undefined
    throw error
  }
}

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

  test.each(dataLies.map((lie) => [lie.name, lie] as const))(
    '%s › is answered with what is refused, or not at all',
    (_, lie) => {
      const scene = usual()
      const { batch, ...told } = lie.forge(scene)
      const fault = firstFault(scene.ground, batch)
      expect(fault === undefined ? undefined : nameOfFault(fault)).toBe(lie.fault)
      expect(readOffLayers(scene, told)).not.toEqual([told.coreRoot, told.witnessRoot])
    },
  )
})
