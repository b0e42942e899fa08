import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { goThroughMessaging, messagingConfiguration } from '@parley/lab'
import { systemClock } from '@parley/runtime'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { missingIn } from '../src/walk/expected.ts'
import { followGuide } from './support/guide.ts'
import { log } from './support/l2.ts'
import { MessagingServers } from './support/messaging-stack.ts'

let servers: MessagingServers
let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'parley-walk-'))
  servers = await MessagingServers.start()
}, 600_000)
afterAll(async () => {
  await servers?.stop()
  await rm(directory, { recursive: true, force: true })
})

test('docs/guides/first-message.md › two who follow it talk', async () => {
  const { places, deployment } = servers.stack
  const configuration = messagingConfiguration(places, places.messaging!, deployment.chainId)
  const path = join(directory, 'messaging.json')
  await writeFile(path, JSON.stringify(configuration))
  const guide = await readFile(new URL('../../docs/guides/first-message.md', import.meta.url), 'utf8')
  const [first, second] = await followGuide(guide, path)
  expect(first).toEqual([
    expect.stringMatching(/^I am 0x[0-9a-f]{40}$/),
    expect.stringMatching(/^0x[0-9a-f]{40} asks: May I\?$/),
    expect.stringMatching(/^0x[0-9a-f]{40} says: Thank you!$/),
  ])
  expect(second).toEqual([
    expect.stringMatching(/^I am 0x[0-9a-f]{40}$/),
    expect.stringMatching(/^0x[0-9a-f]{40} says: You may\.$/),
  ])
}, 600_000)

test('going through messaging › every step happens, with what shows it', async () => {
  const { steps } = await goThroughMessaging(
    { clock: systemClock, log },
    servers.stack,
    // Nobody of an attempt before.
    await mkdtemp(join(directory, 'people-')),
    AbortSignal.timeout(1_190_000),
  )
  expect(missingIn(steps)).toEqual([])
}, 1_200_000)
