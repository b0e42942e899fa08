import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePorts } from '@parley/journal/testing'
import { bytesToHex } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type DeployedL2, startDeployedL2 } from './support/l2.ts'
import { runCommand } from './support/parley.ts'
import { type RpcProxy, startRpcProxy } from './support/rpc-proxy.ts'

let l2: DeployedL2
let proxy: RpcProxy
let rollup: string
let directory: string
beforeAll(async () => {
  l2 = await startDeployedL2()
  proxy = await startRpcProxy(l2.chain.url)
  rollup = bytesToHex(l2.deployment.rollup)
  directory = await mkdtemp(join(tmpdir(), 'parley-doctor-'))
  proxy.alter('eth_getBlockByNumber', ofNow)
  // The last block has no logs, whatever its header is made to announce.
  await l2.control.mine({ blocks: 1 })
  // Loads what a first examination loads.
  await runCommand(['doctor', '--l2', proxy.url])
}, 360_000)
afterAll(async () => {
  await proxy?.close()
  await l2?.stop()
  if (directory !== undefined) await rm(directory, { recursive: true })
})

type Altered = Readonly<Record<string, unknown>>

/** With a block for each transaction the chain's time has nothing to do with the clock's. */
function ofNow(block: unknown): unknown {
  if (block === null) return null
  return { ...(block as Altered), timestamp: `0x${Math.floor(Date.now() / 1_000).toString(16)}` }
}

interface Check {
  readonly check: string
  readonly code: string
  readonly grade: string
  readonly said: string
  readonly remedy: string
}

/** What an examination found, by its checks that are not ok. */
async function examine(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const { code, stdout, stderr } = await runCommand(['doctor', ...args, '--json'], env)
  expect(stderr).toBe('')
  const { faults, checks } = JSON.parse(stdout) as { faults: number; checks: readonly Check[] }
  expect(code).toBe(faults > 0 ? 1 : 0)
  expect(checks.filter(({ grade }) => grade === 'fault')).toHaveLength(faults)
  const troubles = checks.filter(({ grade }) => grade !== 'ok')
  for (const { remedy } of troubles) expect(remedy).not.toBe('')
  return { code, checks, codes: new Map(troubles.map(({ check, code: found }) => [check, found])) }
}

const key = (secret: Uint8Array): string => bytesToHex(secret)
/** What is no fault of a sequencer's configuration here: keys by variables, and a Node that need not be the pinned one. */
const expected = new Set(['NODE_OTHER', 'SECRET_IN_ENVIRONMENT', 'DISK_LOW'])
const unexpected = (codes: ReadonlyMap<string, string>) => [...codes].filter(([, code]) => !expected.has(code))

test('doctor › of a healthy L2 finds nothing, whatever is deployed there', async () => {
  const { code, codes, checks } = await examine(['--l2', proxy.url])
  expect([code, unexpected(codes)]).toEqual([0, []])
  expect(checks.map(({ check }) => check)).toEqual(
    expect.arrayContaining(['L2 finality tags', 'L2 log range', 'L2 logs by block', 'L2 EVM', 'L2 block gas']),
  )
})

const filled = `0x${'11'.repeat(32)}`

/** A node that fails in one way each, and what is said of it. */
const sick: readonly (readonly [code: string, method: string, (result: unknown) => unknown])[] = [
  ['EVM_OLD', 'eth_call', () => filled],
  ['BLOCK_GAS_LOW', 'eth_getBlockByNumber', (block) => ({ ...(block as Altered), gasLimit: '0xf4240' })],
  ['L2_STALE', 'eth_getBlockByNumber', (block) => ({ ...(block as Altered), timestamp: '0x60000000' })],
  ['CLOCK_BEHIND', 'eth_getBlockByNumber', (block) => ({ ...(block as Altered), timestamp: '0xffffffff' })],
  ['FEES_ABOVE_LIMIT', 'eth_getBlockByNumber', (block) => ({ ...(block as Altered), baseFeePerGas: '0xffffffffffff' })],
  ['TAG_MISSING', 'eth_getBlockByNumber', nullAfter(1)],
  ['RPC_UNUSABLE', 'eth_getBlockByNumber', nullAfter(4)],
  ['TAGS_DISORDERED', 'eth_getBlockByNumber', risingHeights()],
  ['L1_BLOCK_MISSING', 'eth_getCode', () => '0x'],
  ['LOGS_LEFT_OUT', 'eth_getBlockByNumber', (block) => ({ ...(block as Altered), logsBloom: `0x${'01'.repeat(256)}` })],
]

/** Answers so many times, and with nothing after that. */
function nullAfter(count: number): (result: unknown) => unknown {
  let left = count
  return (result) => (left-- > 0 ? result : null)
}

/** The first block asked for is the highest. */
function risingHeights(): (result: unknown) => unknown {
  let next = 1_000
  return (block) => ({ ...(block as Altered), number: `0x${(next--).toString(16)}` })
}

test.each(sick)('doctor › %s of a node whose %s is wrong', async (code, method, change) => {
  const ofBlocks = method === 'eth_getBlockByNumber'
  proxy.alter(method, ofBlocks ? (block) => change(ofNow(block)) : change)
  try {
    const { codes } = await examine(['--l2', proxy.url])
    expect([...codes.values()]).toContain(code)
  } finally {
    proxy.alter(method, ofBlocks ? ofNow : undefined)
  }
})

test('doctor › an L2 that is not there is one fault', async () => {
  const { code, codes } = await examine(['--l2', 'http://127.0.0.1:9'])
  expect([code, unexpected(codes)]).toEqual([1, [['L2 chain', 'RPC_SILENT']]])
})

async function sequencerEnv(secret: Uint8Array) {
  const [port, metrics] = await freePorts(2)
  return {
    PARLEY_SEQUENCER_KEY: key(secret),
    PARLEY_SEQUENCER_MARK_DIR: join(directory, 'mark'),
    PARLEY_L2_URL: proxy.url,
    PARLEY_L2_ROLLUP: rollup,
    PARLEY_RUN_PORT: `${port}`,
    PARLEY_HTTP_METRICS_PORT: `${metrics}`,
    PARLEY_RUN_DATA_DIR: join(directory, 'sequencer'),
  }
}

test('doctor › a sequencer with the key that the rollup names has no fault, one with another key has', async () => {
  const right = await examine(['sequencer'], await sequencerEnv(l2.roles.sequencer.secret))
  expect([right.code, unexpected(right.codes)]).toEqual([0, []])
  const wrong = await examine(['sequencer'], await sequencerEnv(l2.roles.batcher.secret))
  expect([wrong.code, wrong.codes.get('header key')]).toEqual([1, 'KEY_UNKNOWN'])
})

test('doctor › what is taken, foreign or open on the machine is found', async () => {
  const env = await sequencerEnv(l2.roles.sequencer.secret)
  const data = env.PARLEY_RUN_DATA_DIR
  await mkdir(join(data, 'journal'), { recursive: true, mode: 0o777 })
  const stamp = { store: 'sequencer journal', form: 3, deployment: 'chain 1, rollup 0x00, genesis 0x00' }
  await writeFile(join(data, 'journal', 'parley-store.json'), JSON.stringify(stamp))
  const file = join(directory, 'open.toml')
  await writeFile(file, `[sequencer]\nkey = "${env.PARLEY_SEQUENCER_KEY}"\n`, { mode: 0o644 })
  const { PARLEY_SEQUENCER_KEY: _, ...rest } = env
  const holder = await listening(Number(env.PARLEY_RUN_PORT))
  try {
    const { codes } = await examine(['sequencer', '--config', file], rest)
    expect(codes.get('port')).toBe('PORT_REFUSED')
    expect(codes.get('store journal')).toBe('STORE_OTHER')
    expect(codes.get('sequencer.key')).toBe('SECRET_READABLE')
  } finally {
    await new Promise((closed) => holder.close(closed))
  }
})

function listening(port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject)
    server.listen(port, '127.0.0.1', () => resolve(server))
  })
}

test('doctor › a batcher lacks what is not set, its place among claimers, and money', async () => {
  const [port, metrics] = await freePorts(2)
  const { codes } = await examine(['batcher'], {
    PARLEY_L2_KEY: `0x${'77'.repeat(32)}`,
    PARLEY_L2_URL: proxy.url,
    PARLEY_L2_ROLLUP: rollup,
    PARLEY_RUN_PORT: `${port}`,
    PARLEY_HTTP_METRICS_PORT: `${metrics}`,
    PARLEY_RUN_DATA_DIR: join(directory, 'batcher'),
    PARLEY_DA_LAYER: 'local',
    PARLEY_DA_LOCAL_IS_NOT_DA: 'true',
  })
  expect(codes.get('settings')).toBe('CONFIG_VALUE_MISSING')
  expect(codes.get('claimer')).toBe('CLAIMER_UNKNOWN')
  expect(codes.get('balance of l2.key')).toBe('BALANCE_LOW')
  expect(codes.get('layers')).toBe('LAYER_NONE')
})

test('doctor › a rollup that is none has its own code', async () => {
  const env = { ...(await sequencerEnv(l2.roles.sequencer.secret)), PARLEY_L2_ROLLUP: `0x${'11'.repeat(20)}` }
  const { code, codes } = await examine(['sequencer'], env)
  expect([code, codes.get('deployment')]).toEqual([1, 'DEPLOYMENT_UNKNOWN'])
})

test('operating › a claimer is named, stands, leaves and is paid out, and doctor says how it stands', async () => {
  const operator = {
    PARLEY_L2_KEY: key(l2.roles.deployer.secret),
    PARLEY_L2_URL: l2.chain.url,
    PARLEY_L2_ROLLUP: rollup,
  }
  const [user] = l2.roles.users
  if (user === undefined) throw new RangeError('there is no user')
  const own = { ...operator, PARLEY_L2_KEY: key(user.secret) }
  const run = async (env: Readonly<Record<string, string>>, ...words: string[]) => {
    const { code, stdout, stderr } = await runCommand(['rollup', ...words, '--json'], env)
    return { code, stderr, shown: code === 0 ? JSON.parse(stdout) : undefined }
  }
  const standing = async () => (await run(own, 'bond', 'show')).shown
  expect((await run(operator, 'show')).shown).toMatchObject({ operator: l2.roles.deployer.address, finalClaim: '0' })
  expect(await standing()).toMatchObject({ account: user.address, bond: '0', mayClaim: false })
  expect((await run(own, 'claimer', 'add', user.address)).stderr).toContain('Rollup_NotOperator')
  expect((await run(operator, 'claimer', 'add', user.address)).code).toBe(0)
  const { required } = await standing()
  expect((await run(operator, 'bond', 'deposit', user.address, required)).code).toBe(0)
  expect(await standing()).toMatchObject({ bond: required, mayClaim: true, unlocksAt: '0' })
  expect((await run(own, 'bond', 'exit')).code).toBe(0)
  expect((await run(own, 'bond', 'withdraw', user.address)).stderr).toContain('Rollup_BondLocked')
  const { codes } = await examine(['batcher'], { ...own, PARLEY_RUN_DATA_DIR: join(directory, 'leaving') })
  expect(codes.get('bond')).toBe('BOND_LEAVING')
  await l2.control.increaseTime({ seconds: 61 })
  await l2.control.mine({ blocks: 1 })
  expect((await run(own, 'bond', 'withdraw', l2.roles.deployer.address)).code).toBe(0)
  expect((await run(operator, 'claimer', 'remove', user.address)).code).toBe(0)
  expect(await standing()).toMatchObject({ bond: '0', mayClaim: false })
  expect((await run(own, 'finalize', '1')).shown).toMatchObject({ final: '0', sent: false })
})
