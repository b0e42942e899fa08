import { systemClock } from '@parley/runtime'
import { expect, onTestFinished, test } from 'vitest'
import { CelestiaDouble } from '../../src/celestia-double/double.ts'
import { type FaultName, faultNames } from '../../src/celestia-double/faults.ts'
import { faultOf, patience, sample, silent, stageOver } from './support.ts'

/** What a publication and a reading of it come to while a fault lasts. */
const outcomes: Readonly<Record<FaultName, readonly [submit: string, read: string]>> = {
  'ambiguous timeout': ['published', 'data'],
  dropped: ['published', 'data'],
  'sequence mismatch': ['published', 'data'],
  'duplicate inclusion': ['published', 'data'],
  behind: ['DA_UNAVAILABLE', 'DA_NOT_YET'],
  pruned: ['DA_UNAVAILABLE', 'DA_PRUNED'],
  'forged proof': ['DA_UNAVAILABLE', 'DA_CORRUPT'],
  'forged data root': ['DA_UNAVAILABLE', 'DA_CORRUPT'],
  'wrong data': ['published', 'DA_CORRUPT'],
  unavailable: ['DA_UNAVAILABLE', 'DA_UNAVAILABLE'],
}

test.each(faultNames)('fault “%s” › takes effect, is counted, and ends', async (fault) => {
  const options = { host: '127.0.0.1', port: 0, token: 'token of the admin', blockMs: 20, adminPort: 0 }
  const double = await CelestiaDouble.start({ clock: systemClock, log: silent }, options)
  onTestFinished(() => double.close())
  const stage = stageOver(double, options.token)
  const da = await stage.open({ lookAhead: 4 })
  onTestFinished(() => da.close())
  const set = (body: object) => fetch(double.adminUrl!, { method: 'PUT', body: JSON.stringify(body) })
  const before = await da.submit(sample(700), {}, patience())
  // Of what is sent, the first is spoilt: what follows from it is what counts.
  const times = ['blob.Submit'].includes(methodOf(fault)) ? { times: 1 } : {}
  expect((await set({ fault, ...times })).status).toBe(200)
  const [submit, read] = outcomes[fault]
  const sent = await da.submit(sample(800), {}, patience()).then(
    () => 'published',
    (error: { fault?: { code: string } }) => error.fault?.code,
  )
  const told = await da.retrieve(before.pointer, patience()).then(
    (data) => (Buffer.from(data).equals(sample(700)) ? 'data' : 'other data'),
    (error: { fault?: { code: string } }) => error.fault?.code,
  )
  expect([fault, sent, told]).toEqual([fault, submit, read])
  const { hits } = (await (await fetch(double.adminUrl!)).json()) as { hits: number }
  expect(hits).toBeGreaterThan(0)
  await set({})
  expect(await da.retrieve((await da.submit(sample(800), {}, patience())).pointer, patience())).toEqual(sample(800))
  expect(stage.published()).toBe(fault === 'duplicate inclusion' ? 3 : 2)
})

const methodOf = (fault: FaultName): string =>
  ['ambiguous timeout', 'dropped', 'sequence mismatch', 'duplicate inclusion'].includes(fault) ? 'blob.Submit' : ''

test('admin › refuses what is no fault, naming those that there are', async () => {
  const options = { host: '127.0.0.1', port: 0, token: 'token of the admin', blockMs: 20, adminPort: 0 }
  const double = await CelestiaDouble.start({ clock: systemClock, log: silent }, options)
  onTestFinished(() => double.close())
  for (const [body, words] of [
    ['{"fault":"earthquake"}', 'fault is one of ambiguous timeout, dropped'],
    ['{"fault":"dropped","times":0}', 'times is at least 1'],
    ['nothing', 'JSON'],
    [`{"fault":"${'x'.repeat(5_000)}"}`, 'bytes at most'],
  ] as const) {
    const answer = await fetch(double.adminUrl!, { method: 'PUT', body })
    expect(answer.status).toBe(400)
    expect(((await answer.json()) as { error: string }).error).toContain(words)
  }
  expect(await faultOf(fetch(double.adminUrl!).then((answer) => answer.json()))).toBe('none')
})
