import { expect, test } from 'vitest'
import { History } from './history.ts'

test.each([1, 13])('history › of seed %i nobody forks, reads after removal or loses a message', async (seed) => {
  const { notes, ...found } = await History.run(seed, 15)
  expect(notes).toEqual([])
  expect(found).toEqual({ steps: 15, forked: 0, readAfterRemoval: 0, leavesOutsideSlots: 0, lost: 0 })
})
