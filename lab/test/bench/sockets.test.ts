import { expect, test } from 'vitest'
import { benchSockets } from '../../src/bench/sockets/bench-sockets.ts'
import { benchContext } from '../support/bench-context.ts'

test('bench sockets › every reader is live, in a storm too, and each costs something', async () => {
  const context = benchContext(['bench.repeats', '1'])
  // Many enough that their sockets take more than what collections of garbage differ by.
  const size = { users: 10, placesPerUser: 20, manySocketUsers: 10, subscriptions: 8_000, storm: 50 }
  const { user, subscriptions, storm } = await benchSockets(context, size)
  expect(user.oneSocket.cpuMicroseconds.min).toBeGreaterThan(0)
  expect(user.manySockets.bytes.min).toBeGreaterThan(user.oneSocket.bytes.min)
  expect(subscriptions).toMatchObject({ count: 8_000 })
  expect(storm).toMatchObject({ readers: 50, feeds: { refused: 0 }, bare: { refused: 0 } })
})
