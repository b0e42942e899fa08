import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ParleyProcess } from './support/parley.ts'

let directory: string
let run: ParleyProcess
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'parley-drill-'))
})
afterEach(async () => {
  await run?.kill()
  await rm(directory, { recursive: true })
})

test('drill › a fault of a layer takes effect, and nothing is lost or published twice', async () => {
  run = new ParleyProcess(['drill', '--only', 'celestia-sequence', '--json', '--data', join(directory, 'run')])
  const code = await run.ended
  expect([code, code === 0 ? '' : [...run.stdout, ...run.stderr.slice(-20)]]).toEqual([0, ''])
  expect(run.stdout.map((line) => JSON.parse(line))).toEqual([
    {
      drill: 'celestia-sequence',
      recovered: true,
      secondsToRecover: expect.any(Number),
      messagesLost: 0,
      duplicatePosts: 0,
      layerUsed: 'celestia',
      detail: expect.stringContaining('calls spoilt: sequence mismatch'),
    },
  ])
})

test.each([
  ['a drill', ['--only', 'no-such-drill'], 'da has no drill no-such-drill'],
  ['a family', ['no-such-family'], 'there are no drills of no-such-family'],
])('drill › %s that there is not is refused before anything is started', async (_what, words, reason) => {
  run = new ParleyProcess(['drill', ...words, '--data', join(directory, 'run')])
  expect(await run.ended).toBe(2)
  expect(run.stderr.join('\n')).toContain(reason)
})
