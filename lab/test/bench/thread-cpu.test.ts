import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'
import { readCpuTimes, usedBetween } from '../../src/bench/thread-cpu.ts'

const self = new Map([['self', process.pid]])
const total = (name: string): string => name

test('threads that end while they are read › are left out', async () => {
  const before = await readCpuTimes(self)
  let reading = true
  const threads = (async () => {
    while (reading) await Promise.all([1, 2, 3, 4].map(() => once(new Worker('', { eval: true }), 'exit')))
  })()
  for (let i = 0; i < 200; i += 1) await readCpuTimes(self)
  reading = false
  await threads
  expect(usedBetween(before, await readCpuTimes(self), total).get('self')).toBeGreaterThan(0)
})

test('a process that is not there › is a coded fault', async () => {
  // Beyond the largest number that Linux gives.
  await expect(readCpuTimes(new Map([['none', 2 ** 22 + 1]]))).rejects.toMatchObject({
    fault: { code: 'ARGUMENT_INVALID', argument: '/proc' },
  })
})
