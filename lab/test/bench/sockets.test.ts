import { expect, test } from 'vitest'
import { benchSockets } from '../../src/bench/sockets/bench-sockets.ts'
import { benchContext } from '../support/bench-context.ts'

test('bench sockets › every reader is live, in a storm too, and each costs something', async () => {
  const context = benchContext(['bench.repeats', '1'])
  const size = { users: 10, placesPerUser: 20, manySocketUsers: 2, subscriptions: 8_000, storm: 50 }
  const { user, subscriptions, storm } = await benchSockets(context, size)
  expect(user.oneSocket.cpuMicroseconds.min).toBeGreaterThan(0)
  // What so few take is less than what collections of garbage differ by: that one socket takes less is the benchmark's to show.
  for (const { bytes } of [user.oneSocket, user.manySockets]) expect(Number.isFinite(bytes.min)).toBe(true)
  expect(subscriptions).toMatchObject({ count: 8_000 })
  expect(storm).toMatchObject({ readers: 50, feeds: { refused: 0 }, bare: { refused: 0 } })
}, 300_000)
