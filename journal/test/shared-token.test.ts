import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { connectNats } from '../src/index.ts'
import { freePorts, NatsServer } from '../src/testing/index.ts'

test('servers that ask for a token take whoever has it, and nobody else', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'parley-nats-'))
  const [port] = await freePorts(1)
  const server = await NatsServer.start({ directory, port: port!, token: 'a-token' })
  onTestFinished(async () => {
    await server.stop()
    await rm(directory, { recursive: true })
  })
  const place = { servers: [server.address], rollup: 'guarded', replicas: 1 }
  const connected = () => connectNats({ ...place, token: 'a-token' }).catch(() => undefined)
  await expect.poll(connected, { timeout: 360_000 }).toBeDefined()
  await expect(connectNats(place)).rejects.toThrow(/authorization/i)
  await expect(connectNats({ ...place, token: 'another' })).rejects.toThrow(/authorization/i)
}, 360_000)
