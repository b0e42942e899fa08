import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSequencerClient, localOwner, type SequencerClient } from '@parley/client'
import { freePorts, NatsServer } from '@parley/journal/testing'
import { type Anvil, deriveRoles, devMnemonic } from '@parley/lab'
import type { ChainConfig } from '@parley/protocol'
import { systemClock } from '@parley/runtime'
import { bytesToHex } from 'viem'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { Conversations } from './support/conversations.ts'
import { eventually } from './support/eventually.ts'
import { ParleyProcess } from './support/parley.ts'
import { deployParley, readConfig, startL2 } from './support/rollup-l2.ts'

const roles = deriveRoles(devMnemonic, 1)
const owner = localOwner(roles.users[0]!.secret)
let directory: string
let servers: NatsServer[]
let l2: Anvil
let config: ChainConfig
/** Of every process. */
let shared: Readonly<Record<string, string>>
const processes: ParleyProcess[] = []

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'parley-shared-journal-'))
  servers = await startCluster()
  l2 = await startL2()
  const deployment = await deployParley(l2, roles, owner.address, [3])
  config = await readConfig(l2.url, deployment.rollup)
  shared = {
    PARLEY_SEQUENCER_KEY: bytesToHex(roles.sequencer.secret),
    PARLEY_L2_URL: l2.url,
    PARLEY_L2_ROLLUP: bytesToHex(deployment.rollup),
    PARLEY_RUN_LANES: '1',
    PARLEY_JOURNAL_KIND: 'jetstream',
    PARLEY_JOURNAL_SERVERS: servers.map(({ address }) => address).join(','),
    PARLEY_JOURNAL_ALLOW_UNSYNCED: 'true',
  }
})
// A second attempt must find no process of the first.
afterEach(() => Promise.all(processes.splice(0).map((one) => one.kill())))
afterAll(async () => {
  await l2?.stop()
  await Promise.all((servers ?? []).map((server) => server.stop()))
  await rm(directory, { recursive: true })
})

async function startCluster(): Promise<NatsServer[]> {
  const ports = await freePorts(6)
  const routes = ports.slice(3)
  const members = routes.map((port, index) => ({ name: `zone-${index}`, port, ports: routes }))
  return Promise.all(
    members.map((cluster, index) =>
      NatsServer.start({ directory: join(directory, cluster.name), port: ports[index]!, cluster }),
    ),
  )
}

interface Host {
  readonly url: string
  readonly process: ParleyProcess
}

/** A host: its own data, mark and port. It takes over after ten seconds: a leader on a loaded machine can be silent for one. */
async function startHost(name: string, takeoverAfterMs = 10_000): Promise<Host> {
  const [port] = await freePorts(1)
  const process = new ParleyProcess(['sequencer', '--port', `${port}`, '--data', join(directory, name)], {
    ...shared,
    PARLEY_SEQUENCER_MARK_DIR: join(directory, `${name}-mark`),
    PARLEY_JOURNAL_REPLICA: name,
    PARLEY_JOURNAL_TAKEOVER_AFTER_MS: `${takeoverAfterMs}`,
  })
  processes.push(process)
  return { url: `http://127.0.0.1:${port}`, process }
}

async function standsBy({ url, process }: Host): Promise<void> {
  await Promise.race([
    eventually(`${url} to stand by`, async () => {
      // Health is there already while the role waits for the L2.
      const answer = await fetch(`${url}/v1/status`).catch(() => undefined)
      return answer?.status === 200 || undefined
    }),
    process.ended.then((code) => Promise.reject(new Error(`ended with ${code}:\n${process.stderr.join('\n')}`))),
  ])
}

const clientOf = ({ url }: Host): SequencerClient => createSequencerClient({ url, clock: systemClock })

test('a sequencer is killed, another one hands over › the next goes on with every acknowledged message', async () => {
  const one = await startHost('one')
  await one.process.line(/"ready"/)
  const two = await startHost('two')
  await standsBy(two)
  expect((await fetch(`${two.url}/readyz`)).status).toBe(503)
  expect(await (await fetch(`${two.url}/v1/status`)).json()).toMatchObject({
    role: 'standby',
    leader: 'one',
    term: expect.any(String),
  })

  const place = { config, owner, client: clientOf(one) }
  const conversations = new Conversations(place)
  const speaker = await conversations.create(3)
  const said = async (): Promise<bigint | undefined> =>
    (await place.client.conversation(speaker.shard, speaker.index))?.messageCount
  for (let round = 0; round < 10; round += 1) await conversations.say(speaker, 3)
  one.process.signal('SIGKILL')
  await two.process.line(/"ready"/)
  place.client = clientOf(two)
  expect(await said()).toBe(30n)
  await conversations.say(speaker, 3)

  const again = await startHost('one', 600_000)
  await standsBy(again)
  two.process.signal('SIGUSR2')
  await again.process.line(/"ready"/)
  await standsBy(two)
  place.client = clientOf(again)
  await conversations.say(speaker, 3)
  expect(await said()).toBe(36n)
})
