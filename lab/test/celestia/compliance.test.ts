import { daCompliance } from '@parley/protocol/compliance'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { celestiaHarness, celestiaTraits } from './harness.ts'

let harness: Awaited<ReturnType<typeof celestiaHarness>>
beforeAll(async () => {
  harness = await celestiaHarness()
})
afterAll(() => harness.close())

describe('celestia over its double', () => {
  for (const { name, run } of daCompliance(() => harness, celestiaTraits)) test(name, run)
})
