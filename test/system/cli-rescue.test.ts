import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLocalDaServer } from '@parley/da-adapters'
import { Registry } from 'prom-client'
import { bytesToHex } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually } from './support/eventually.ts'
import { log } from './support/l2.ts'
import { ParleyProcess, parley } from './support/parley.ts'
import { silentSoon } from './support/rescue.ts'
import { Rollup, type RunningNode } from './support/rollup.ts'

let rollup: Rollup
let node: RunningNode
let da: Awaited<ReturnType<typeof createLocalDaServer>>
let data: string
beforeAll(async () => {
  rollup = await Rollup.start(silentSoon)
  const batcher = await rollup.startBatcher()
  node = await rollup.startNode()
  await eventually('the account, claimed', async () => {
    const found = await node.client.account(3, 0)
    return found !== undefined && found.grade !== 'node' ? found : undefined
  })
  await batcher.stop()
  da = await createLocalDaServer(
    { dir: rollup.daDirectory, log, registry: new Registry() },
    { host: '127.0.0.1', port: 0 },
  )
  data = await mkdtemp(join(tmpdir(), 'parley-rescue-'))
})
afterAll(async () => {
  await da?.close()
  await rollup?.stop()
  if (data !== undefined) await rm(data, { recursive: true, force: true })
})

interface Account {
  readonly secret: Uint8Array
}
const keyOf = ({ secret }: Account) => ({ PARLEY_L2_KEY: bytesToHex(secret) })
const l2 = () => ['--l2', rollup.chain.url, '--rollup', bytesToHex(rollup.deployment.rollup)]
const rescue = () => ['rescue', '--data', data, '--da-local', da.url, '--lanes', '1', '--json', ...l2()]

test('parley rescue › a person alone gets out while the sequencer is silent', async () => {
  const { roles } = rollup
  const person = keyOf(roles.users[0] as Account)
  const forced = await parley(
    ['account', 'withdraw', '3/0', '1000000', '--force', '--node', node.url, '--json', ...l2()],
    person,
  )
  expect(forced, forced.stderr).toMatchObject({ code: 0 })

  const poor = await parley(rescue(), { PARLEY_L2_KEY: bytesToHex(new Uint8Array(32).fill(3)) })
  expect(poor.code).not.toBe(0)
  expect(poor.stderr).toContain('FUNDS_TOO_SMALL')

  const first = new ParleyProcess(rescue(), person)
  try {
    await first.line(/silence declared/)
  } finally {
    await first.kill()
  }
  const second = await parley(rescue(), person)
  expect(second, second.stderr).toMatchObject({ code: 0 })
  expect(JSON.parse(second.stdout)).toEqual({ waiting: '1', rescued: '1', blocks: 1 })
  expect(second.stderr).toMatch(/1 items wait; executing them takes at most/)

  const third = await parley(rescue(), person)
  expect(JSON.parse(third.stdout)).toMatchObject({ waiting: '0' })

  const silence = await parley(['rollup', 'silence', '--json', ...l2()])
  expect(JSON.parse(silence.stdout)).toMatchObject({ inRescue: true })

  const collected = await parley(
    ['account', 'collect', '3/0', '--block', '2', '--node', node.url, '--json', ...l2()],
    person,
  )
  expect(collected, collected.stderr).toMatchObject({ code: 0 })
  expect(JSON.parse(collected.stdout)).toMatchObject({ paid: '1000000' })

  const resumed = await parley(['rollup', 'resume', '--json', ...l2()], keyOf(roles.pricePusher))
  expect(resumed, resumed.stderr).toMatchObject({ code: 0 })
  const over = await parley(['rollup', 'silence', '--json', ...l2()])
  expect(JSON.parse(over.stdout)).toMatchObject({ inRescue: false })
})
