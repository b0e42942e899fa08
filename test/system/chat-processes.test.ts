import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, test } from 'vitest'
import { talkByTerminals } from './support/chat-processes.ts'
import { MessagingServers } from './support/messaging-stack.ts'

let servers: MessagingServers
let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'parley-chat-'))
  servers = await MessagingServers.start()
}, 600_000)
afterAll(async () => {
  await servers?.stop()
  await rm(directory, { recursive: true, force: true })
})

test('parley chat › two processes meet, talk, exchange a file, compare numbers, and a second device comes and goes', async () => {
  await talkByTerminals(servers.stack, directory)
}, 600_000)
