import { EventEmitter } from 'node:events'
import { expect, test } from 'vitest'
import { untilAsked } from '../src/process/ending.ts'

class FakeProcess extends EventEmitter {
  ppid = 100
  readonly exits: number[] = []
  exit(code: number): void {
    this.exits.push(code)
  }
}

/** Each wait ends when `tick` is called. */
function steppedClock() {
  let wake = Promise.withResolvers<void>()
  return {
    clock: { now: () => 0, elapsed: () => 0, sleep: () => wake.promise },
    tick: async () => {
      wake.resolve()
      wake = Promise.withResolvers()
      await new Promise(setImmediate)
    },
  }
}

const options = { underNpm: true, everyMs: 250 }

test('ending › the first signal asks, the second ends', () => {
  const process = new FakeProcess()
  const { asked, exitCode } = untilAsked({ process, clock: steppedClock().clock }, { ...options, underNpm: false })
  process.emit('SIGTERM')
  expect(asked.signal.reason).toMatchObject({ message: 'SIGTERM was received' })
  expect(exitCode()).toBe(143)
  process.emit('SIGINT')
  expect(process.exits).toEqual([143])
})

test('ending › under npm the end of the parent asks as SIGTERM does', async () => {
  const process = new FakeProcess()
  const { clock, tick } = steppedClock()
  const { asked, exitCode } = untilAsked({ process, clock }, options)
  await tick()
  expect(asked.signal.aborted).toBe(false)
  process.ppid = 1
  await tick()
  expect([asked.signal.aborted, exitCode()]).toEqual([true, 143])
})

test('ending › elsewhere the end of the parent asks nothing', async () => {
  const process = new FakeProcess()
  const { clock, tick } = steppedClock()
  const { asked } = untilAsked({ process, clock }, { ...options, underNpm: false })
  process.ppid = 1
  await tick()
  expect(asked.signal.aborted).toBe(false)
})
