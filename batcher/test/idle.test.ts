import { systemClock } from '@parley/runtime'
import { describe, expect, test } from 'vitest'
import { sealedChain } from './support/chain.ts'
import { Rig, until } from './support/rig.ts'

describe('batcher', () => {
  test('idle at the bound', async () => {
    const rig = new Rig(sealedChain({ blocks: 12 }))
    const { promise: taken, resolve: take } = Promise.withResolvers<void>()
    rig.core.hold = taken
    rig.witness.hold = taken
    let looks = 0
    const finalize = rig.settlement.finalize.bind(rig.settlement)
    rig.settlement.finalize = async () => {
      looks += 1
      return finalize()
    }
    const steps: string[] = []
    for (const part of [rig.core, rig.witness]) part.step = (name) => void steps.push(name)
    const watchEveryMs = 50
    const running = rig.start({ maxBlocks: 2, maxBatchesInFlight: 2, maxAgeMs: 0, watchEveryMs })
    // Two batches are under way, and more blocks wait than a third one takes.
    await until('the bound', () => steps.length === 4 && running.batcher.status().pendingBlocks >= 2)
    const [before, started] = [looks, systemClock.elapsed()]
    const cpu = process.cpuUsage()
    while (looks < before + 10) await systemClock.sleep(watchEveryMs, new AbortController().signal)
    const { user, system } = process.cpuUsage(cpu)
    const share = (user + system) / 1_000 / (systemClock.elapsed() - started)
    // A loop that asks whether there is room takes a whole core, here and on any machine; waiting takes hundredths.
    expect(share).toBeLessThan(0.5)
    expect(steps, 'no layer is asked while nothing changes').toHaveLength(4)
    take()
    await until('all claimed', () => rig.claimedBlocks().length === 12)
    await running.stop()
  })
})
