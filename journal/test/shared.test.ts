import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type JournalHarness, journalCompliance } from '@parley/protocol/compliance'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { freePorts, NatsServer } from '../src/testing/index.ts'
import { SharedHarness } from './support/shared-harness.ts'

let server: NatsServer
let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'parley-nats-'))
  const [port] = await freePorts(1)
  server = await NatsServer.start({ directory, port: port! })
})
afterAll(async () => {
  await server?.stop()
  await rm(directory, { recursive: true })
})

describe('journal in JetStream', () => {
  const lease = async (): Promise<JournalHarness> => new SharedHarness(server.address)
  for (const { name, run } of journalCompliance(lease)) test(name, run)
})
