import type { L2Position } from '@parley/protocol'
import type { TextStore } from '@parley/transactions'
import { MemoryLevel } from 'memory-level'
import { describe, expect, test } from 'vitest'
import { openTrail } from '../src/events/trail.ts'

const at = (blockNumber: bigint, branch: number): L2Position => ({
  blockNumber,
  blockHash: new Uint8Array(32).fill(branch).fill(Number(blockNumber), 31),
})

describe('trail', () => {
  test('trail › leads back along the position’s own branch', async () => {
    const trail = await openTrail(undefined, 100)
    for (const n of [2n, 3n, 4n]) await trail.note(at(n, 1), at(n - 1n, 1))
    await trail.note(at(3n, 9), at(2n, 1))
    await trail.note(at(4n, 9), at(3n, 9))
    expect([...trail.behind(at(4n, 1))]).toEqual([at(3n, 1), at(2n, 1), at(1n, 1)])
    expect([...trail.behind(at(4n, 9))]).toEqual([at(3n, 9), at(2n, 1), at(1n, 1)])
    expect([...trail.behind(at(4n, 5))]).toEqual([])
  })

  test('trail › keeps the latest positions only, in the store too', async () => {
    const store: TextStore = new MemoryLevel()
    const trail = await openTrail(store, 3)
    for (let n = 2n; n < 20n; n += 1n) await trail.note(at(n, 1), at(n - 1n, 1))
    expect([...trail.behind(at(19n, 1))]).toEqual([at(18n, 1), at(17n, 1), at(16n, 1)])
    expect(await store.keys().all()).toHaveLength(3)
  })

  test('trail › is found again in the store', async () => {
    const store: TextStore = new MemoryLevel()
    const first = await openTrail(store, 10)
    for (const n of [9n, 10n, 11n]) await first.note(at(n, 1), at(n - 1n, 1))
    const again = await openTrail(store, 10)
    expect([...again.behind(at(11n, 1))]).toEqual([at(10n, 1), at(9n, 1), at(8n, 1)])
  })

  test('trail › a store with anything else in it is refused', async () => {
    const store: TextStore = new MemoryLevel()
    await store.put('trail:1', 'trail:2')
    await expect(openTrail(store, 10)).rejects.toMatchObject({ fault: { code: 'RECORD_INVALID' } })
  })
})
