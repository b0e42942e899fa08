import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { product } from '@parley/cli'
import { freePorts } from '@parley/journal/testing'
import { type Anvil, deriveRoles, devMnemonic } from '@parley/lab'
import { bytesToHex } from 'viem'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CutProxy } from './support/cut-proxy.ts'
import { eventually } from './support/eventually.ts'
import { RoleHere } from './support/role-here.ts'
import { deployParley, startL2 } from './support/rollup-l2.ts'

const roles = deriveRoles(devMnemonic, 2)
const key = (secret: Uint8Array): string => bytesToHex(secret)
const contract = `0x${'11'.repeat(20)}`
/** Nobody listens at a port below 1024 of this address. */
const nobody = 'http://127.0.0.1:9'

let directory: string
let l2: Anvil
let way: CutProxy
let rollup: string
const running: RoleHere[] = []
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'parley-waiting-'))
  l2 = await startL2()
  way = await CutProxy.start(l2.url)
  rollup = bytesToHex((await deployParley(l2, roles, roles.users[0]!.secret.subarray(0, 20), [])).rollup)
}, 360_000)
afterAll(async () => {
  await Promise.all(running.map((role) => role.stop()))
  await way?.[Symbol.asyncDispose]()
  await l2?.stop()
  await rm(directory, { recursive: true, force: true })
})

/** What has to be configured, beside the L2. */
interface Waiting {
  readonly env: () => Record<string, string>
}

const sequencerKey = () => ({
  PARLEY_SEQUENCER_KEY: key(roles.sequencer.secret),
  PARLEY_SEQUENCER_MARK_DIR: join(directory, randomUUID()),
  PARLEY_DA_LAYER: 'local',
  PARLEY_DA_LOCAL_IS_NOT_DA: 'true',
})

/** Each role that depends on somebody, with what it is started with. */
const waitsForL2: Readonly<Record<string, Waiting>> = {
  sequencer: { env: sequencerKey },
  batcher: {
    env: () => ({
      PARLEY_L2_KEY: key(roles.batcher.secret),
      PARLEY_SEQUENCER_URL: nobody,
      PARLEY_DA_LAYER: 'local',
      PARLEY_DA_LOCAL_IS_NOT_DA: 'true',
      PARLEY_DA_LOCAL_URL: nobody,
      PARLEY_DA_LOCAL_DIR: join(directory, 'da'),
    }),
  },
  node: { env: () => ({ PARLEY_DA_LOCAL_URL: nobody }) },
  signer: {
    env: () => ({
      PARLEY_SIGNER_KEY: key(roles.sequencer.secret),
      PARLEY_SIGNER_SOCKET: join(directory, 'signer.sock'),
    }),
  },
  relay: { env: () => ({ PARLEY_SEQUENCER_URL: nobody }) },
  'da-node': { env: () => ({ PARLEY_DA_NODE_KEY: key(roles.users[1]!.secret) }) },
  gateway: {
    env: () => ({
      PARLEY_GATEWAY_KEY: key(roles.users[0]!.secret),
      PARLEY_GATEWAY_PAY_KEY: key(roles.users[1]!.secret),
      PARLEY_L2_DIRECTORY: contract,
      PARLEY_L2_PUBLIC_INBOX: contract,
    }),
  },
  pds: {
    env: () => ({
      PARLEY_PDS_KEY: key(roles.users[1]!.secret),
      PARLEY_PDS_STORES: nobody,
      PARLEY_SEQUENCER_URL: nobody,
      PARLEY_NODE_URL: nobody,
      PARLEY_L2_DIRECTORY: contract,
      PARLEY_L2_PUBLIC_INBOX: contract,
    }),
  },
}

/** Roles that depend on no L2, but on somebody's feed. */
const waitsForFeed: Readonly<Record<string, Waiting>> = {
  push: { env: () => ({ PARLEY_SEQUENCER_URL: nobody, PARLEY_PUSH_WEBHOOKS: 'true' }) },
}

/** Roles that depend on nobody when they start. */
const waitsForNobody = ['da', 'store']

async function start(role: string, env: Readonly<Record<string, string>>): Promise<{ role: RoleHere; url: string }> {
  const [port, metrics] = await freePorts(2)
  const data = await mkdtemp(join(directory, `${role}-`))
  const here = new RoleHere([role, '--port', `${port}`, '--data', data], {
    PARLEY_HTTP_METRICS_PORT: `${metrics}`,
    PARLEY_L2_ROLLUP: rollup,
    PARLEY_RUN_LANES: '1',
    ...env,
  })
  running.push(here)
  return { role: here, url: `http://127.0.0.1:${port}` }
}

async function ask(url: string): Promise<{ status: number; text: string } | undefined> {
  try {
    const response = await fetch(url)
    return { status: response.status, text: await response.text() }
  } catch {
    // It does not listen yet.
    return undefined
  }
}

/** Waits until a role that waits says for whom. */
async function untilSays(role: RoleHere, url: string, what: RegExp): Promise<void> {
  const ended = role.ended.then((code) => {
    throw new Error(`ended with ${code}:\n${role.lines.join('\n')}`)
  })
  const said = eventually(`${what}`, async () => {
    const answer = await ask(`${url}/readyz`)
    return answer?.status === 503 && what.test(answer.text) ? answer : undefined
  })
  await Promise.race([ended, said])
  expect((await ask(`${url}/healthz`))?.status).toBe(200)
}

test('the tables › have every role that serves', () => {
  const serving = product.commands.filter(({ serves }) => serves === true).map(({ name }) => name)
  expect([...Object.keys({ ...waitsForL2, ...waitsForFeed }), ...waitsForNobody].toSorted()).toEqual(serving.toSorted())
})

describe.each(Object.entries(waitsForL2))('%s', (name, { env }) => {
  test('an L2 that is not there › is waited for, at the ports and in the log, until the role is asked to end', async () => {
    const { role, url } = await start(name, { ...env(), PARLEY_L2_URL: nobody })
    await untilSays(role, url, /waits: [A-Z0-9_]+: .*(L2|server gave no usable answer)/)
    expect(role.lines.filter((line) => line.includes('it waits'))).toHaveLength(1)
    // It has not started: nobody may take it for one that knows no block.
    expect((await ask(`${url}/v1/blocks/latest`))?.status).toBe(503)
    expect(await role.stop()).toBe(0)
  })
})

test.each(Object.entries(waitsForFeed))(
  '%s › waits for the feed, which is not there',
  async (name, { env }) => {
    const { role, url } = await start(name, env())
    await untilSays(role, url, /waits: SERVER_UNREACHABLE: /)
    expect((await ask(`${url}/v1/push`))?.status).toBe(503)
    expect(await role.stop()).toBe(0)
  },
  360_000,
)

const alone = { PARLEY_SEQUENCER_ALONE: 'true' }

/** What else may not be there, with an L2 that is. */
const waitsForOthers: readonly [role: string, absent: string, env: () => Record<string, string>, says: RegExp][] = [
  [
    'sequencer',
    'NATS',
    () => ({
      ...sequencerKey(),
      ...alone,
      PARLEY_JOURNAL_KIND: 'jetstream',
      PARLEY_JOURNAL_REPLICA: 'a',
      PARLEY_JOURNAL_SERVERS: '127.0.0.1:9',
      PARLEY_JOURNAL_ALLOW_UNSYNCED: 'true',
    }),
    /waits for the servers of the shared journal, 127/,
  ],
  [
    'sequencer',
    'signer',
    () => ({ ...alone, PARLEY_SEQUENCER_SIGNER: join(directory, 'nobody.sock') }),
    /waits for the signer at .*nobody.sock/,
  ],
  ['relay', 'sequencer', waitsForL2.relay!.env, /the source cannot be read/],
  ['batcher', 'sequencer', waitsForL2.batcher!.env, /the sequencer does not answer/],
]

test.each(waitsForOthers)(
  '%s › waits for %s, which is not there',
  async (name, _, env, says) => {
    const { role, url } = await start(name, { ...env(), PARLEY_L2_URL: l2.url })
    await untilSays(role, url, says)
    expect([0, 130]).toContain(await role.stop())
  },
  360_000,
)

test('an L2 that comes later › is found, and the role takes the ports', async () => {
  way.cut()
  const { role, url } = await start('relay', { PARLEY_SEQUENCER_URL: nobody, PARLEY_L2_URL: way.url })
  await untilSays(role, url, /waits: /)
  way.mend()
  await eventually('the relay itself', async () => {
    const answer = await ask(`${url}/v1/status`)
    return answer?.status === 200 ? answer : undefined
  })
  expect(role.lines.some((line) => line.includes('"ready"'))).toBe(true)
  expect(await role.stop()).toBe(0)
})

test('what waiting does not mend › ends the role at once', async () => {
  const { role } = await start('relay', {
    PARLEY_SEQUENCER_URL: nobody,
    PARLEY_L2_URL: l2.url,
    PARLEY_L2_ROLLUP: contract,
  })
  expect(await role.ended).toBe(1)
  expect(role.lines.join('\n')).toContain('DEPLOYMENT_UNKNOWN')
})
