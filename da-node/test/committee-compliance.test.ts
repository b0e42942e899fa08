import { rmSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DataAvailability } from '@parley/protocol'
import { daCompliance } from '@parley/protocol/compliance'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
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

  const defects: readonly (readonly [string, (da: DataAvailability) => Partial<DataAvailability>, string, string])[] = [
    [
      'reads pointers of other committees as its own',
      (da) => {
        let own = new Uint8Array(0)
        return {
          async submit(...asked) {
            const receipt = await da.submit(...asked)
            own = receipt.pointer.slice(2, 6)
            return receipt
          },
          retrieve: (pointer, signal) =>
            da.retrieve(Uint8Array.from([...pointer.subarray(0, 2), ...own, ...pointer.subarray(6)]), signal),
        }
      },
      'retrieve › a pointer of another instance is refused',
      'retrieve',
    ],
    [
      'promises to keep data for twice as long as it has members keep it',
      (da) => ({ limits: () => ({ ...da.limits(), retentionSeconds: 2 * da.limits().retentionSeconds }) }),
      'limits › the retention that is told is kept',
      'DA_PRUNED',
    ],
  ]
  test.each(defects)('an adapter that %s › fails the suite', async (_what, defect, name, words) => {
    const open = async () => {
      const da = await harness.open()
      return { ...da, ...defect(da) }
    }
    const found = daCompliance(() => ({ ...harness, open }), committeeTraits).find((each) => each.name === name)
    await expect(found?.run()).rejects.toThrow(words)
  })
})
