import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ParleyProcess } from './support/parley.ts'

let directory: string
let run: ParleyProcess
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'parley-adversary-'))
})
afterEach(async () => {
  await run?.kill()
  await rm(directory, { recursive: true })
})

/** One lie for each way to find it that the reference has (a root, a signature, an item's place), and a second header. */
const classes = {
  'root-of-fund': 'Operation',
  'high-s': 'Signature',
  'item-missing': 'Malformed',
  'two-headers': 'proveEquivocation',
}

test('adversary › lies of different kinds are taken back by the node that challenges, and all go on', async () => {
  const only = Object.keys(classes).join(',')
  run = new ParleyProcess(['adversary', '--only', only, '--json', '--data', join(directory, 'stack')])
  const code = await run.ended
  const told = run.stdout.map((line) => JSON.parse(line) as Record<string, unknown>)
  expect([code, code === 0 ? '' : run.stderr.slice(-20)]).toEqual([0, ''])
  expect(Object.fromEntries(told.map((outcome) => [outcome.class, outcome.detectedBy]))).toEqual(classes)
  for (const outcome of told) expect(outcome).toMatchObject({ transactions: 1, removed: true, honestBondKept: true })
})

test('adversary › a class that there is not is refused before anything is started', async () => {
  run = new ParleyProcess(['adversary', '--only', 'no-such-class', '--data', join(directory, 'stack')])
  expect(await run.ended).toBe(2)
  expect(run.stderr.join('\n')).toContain('there is no class no-such-class')
})
