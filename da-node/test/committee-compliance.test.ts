import { rmSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { daCompliance } from '@parley/protocol/compliance'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { committeeHarness, committeeTraits } from './support/committee-harness.ts'

/** The suite that every DA layer passes, over four DA nodes in this process. */
describe('committee', () => {
  let harness: Awaited<ReturnType<typeof committeeHarness>>
  let scratch: string
  beforeAll(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'committee-'))
    harness = await committeeHarness(scratch)
  })
  afterAll(async () => {
    await harness.close()
    rmSync(scratch, { recursive: true, force: true })
  })
  for (const { name, run } of daCompliance(() => harness, committeeTraits)) test(name, run)
})
