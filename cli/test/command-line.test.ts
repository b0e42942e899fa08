import { spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { formatDeployment, parseDeployment, verifierNames } from '@parley/infra'
import { describe, expect, it, onTestFinished, test } from 'vitest'
import { product } from '../src/commands.ts'
import { settingOf } from '../src/config/config.ts'
import { type Call, createProgram } from '../src/program.ts'

const binary = fileURLToPath(new URL('../bin/parley.js', import.meta.url))

function parley(args: string[], env: Record<string, string> = {}) {
  const { PATH } = process.env
  return spawnSync(process.execPath, [binary, ...args], { encoding: 'utf8', env: { PATH: PATH ?? '', ...env } })
}

describe('parley', () => {
  it('exits 2 on what it does not know, telling it on standard error only', () => {
    for (const args of [['nonsense'], ['config', '--nonsense'], ['help', 'nonsense'], ['conversation'], []]) {
      const { status, stdout, stderr } = parley(args)
      expect([status, stdout]).toEqual([2, ''])
      expect(stderr.trimEnd().split('\n').at(-1)).toMatch(/^parley: USAGE_INVALID: .*\(reason .+\)$/)
    }
  })

  it('does not repeat the value of what it does not know', () => {
    const { status, stderr } = parley(['config', `--l2-key=0x${'5e'.repeat(32)}`])
    expect([status, stderr]).toEqual([2, expect.stringMatching(/unknown option '--l2-key=…'/)])
  })

  it('shows in the help of a role what no flag gives', () => {
    const { status, stdout } = parley(['sequencer', '--help'])
    expect([status, stdout]).toEqual([0, expect.stringMatching(/\n {2}PARLEY_SEQUENCER_MARK_DIR\n {6}\w/)])
  })

  it('exits 2 on a bad value, naming key and source', () => {
    const { status, stderr } = parley(['config'], { PARLEY_RUN_LANES: '0' })
    expect(status).toBe(2)
    expect(stderr).toContain('CONFIG_VALUE_INVALID')
    expect(stderr).toContain('run.lanes')
    expect(stderr).toContain('PARLEY_RUN_LANES')
  })

  it('exits 2 on an argument outside its bounds', () => {
    const { status, stdout, stderr } = parley(['inspect', 'block', 'x', '--node', 'http://127.0.0.1:1'])
    expect([status, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(/^parley: ARGUMENT_INVALID: /)
  })

  it('names the key that a role lacks before anybody is asked', () => {
    const nobody = ['--l2', 'http://127.0.0.1:1', '--rollup', `0x${'11'.repeat(20)}`, '--data', join(tmpdir(), 'none')]
    for (const [role, key] of [
      ['sequencer', 'sequencer.key'],
      ['batcher', 'l2.key'],
    ] as const) {
      const { status, stderr } = parley([role, ...nobody])
      expect([status, stderr]).toEqual([2, expect.stringMatching(new RegExp(`CONFIG_VALUE_MISSING: .*key ${key},`))])
    }
  })

  it('shows no secret', () => {
    const secret = `0x${'5e'.repeat(32)}`
    for (const args of [['config'], ['config', '--json']]) {
      const { status, stdout, stderr } = parley(args, { PARLEY_SEQUENCER_KEY: secret })
      expect(status).toBe(0)
      expect(stdout + stderr).not.toContain('5e5e')
      expect(stdout).toContain('[secret]')
    }
  })
})

test('command line › every command has a name of its own, and flags of its own', () => {
  const { commands, settings } = product
  expect(new Set(commands.map(({ name }) => name)).size).toBe(commands.length)
  for (const { name, keys: flagged } of commands) {
    // Only `config` is about keys that have no flag as well.
    if (flagged === 'every') continue
    expect([name, flagged.filter((key) => settingOf(settings, key).flag === undefined)]).toEqual([name, []])
    const flags = flagged.map((key) => settingOf(settings, key).flag).filter((flag) => flag !== undefined)
    expect([name, flags.filter((flag) => ['config', 'dev'].includes(flag))]).toEqual([name, []])
  }
})

test('command line › a deployment file says where contracts are, and counts less than anything else', async () => {
  const path = join(await mkdtemp(join(tmpdir(), 'parley-deployment-')), 'deployment.json')
  onTestFinished(() => rm(dirname(path), { recursive: true }))
  const at = (byte: string) => ({ address: `0x${byte.repeat(20)}`, block: '7', transaction: `0x${'00'.repeat(32)}` })
  const record = {
    version: 3,
    preset: 'dev',
    chainId: '901',
    rollup: {
      rollup: `0x${'11'.repeat(20)}`,
      inbox: `0x${'22'.repeat(20)}`,
      contests: `0x${'23'.repeat(20)}`,
      verifiers: Object.fromEntries(verifierNames.map((name) => [name, `0x${'24'.repeat(20)}`])),
      block: '5',
      transaction: at('00').transaction,
    },
    contracts: { PublicInbox: at('33'), Treasury: at('44'), StakeVault: at('55') },
  }
  await writeFile(path, formatDeployment(parseDeployment(JSON.stringify(record))))
  const load = (line: string, env: Record<string, string> = {}) => {
    const calls: Call[] = []
    createProgram(product, { out: () => undefined, err: () => undefined }, (call) => calls.push(call)).parse(
      [...line.split(' '), '--deployment', path],
      { from: 'user' },
    )
    const [{ flags, files, deployment }] = calls as [Call]
    return product.load({ flags, files, deployment, env }).config
  }
  expect(load('node').l2).toMatchObject({
    rollup: record.rollup.rollup,
    publicInbox: `0x${'33'.repeat(20)}`,
    publicInboxBlock: 7n,
    treasury: `0x${'44'.repeat(20)}`,
    directory: undefined,
  })
  const other = `0x${'66'.repeat(20)}`
  expect(load('node', { PARLEY_L2_ROLLUP: other }).l2.rollup).toBe(other)
  expect(load(`node --rollup ${other}`).l2.rollup).toBe(other)
  // To the command that makes it, the file is a place to write to.
  expect(load('deploy').l2.rollup).toBeUndefined()
  for (const text of ['', '{}', '{"version":2,"contracts":{}}']) {
    await writeFile(path, text)
    expect(() => load('node')).toThrow(/CONFIG_FILE_UNREADABLE.*deployment\.json/)
  }
})

test('command line › every role has a port of its own, which a source may name otherwise', () => {
  const ports = product.commands.flatMap(({ name, serves, fallbacks }) => {
    if (serves !== true) return []
    const load = (env: Record<string, string>) => product.load({ flags: new Map(), env, files: [], fallbacks }).config
    expect(load({ PARLEY_RUN_PORT: '0' }).run.port).toBe(0)
    return [[name, load({}).run.port]]
  })
  expect(ports).toEqual([
    ['node', 9602],
    ['sequencer', 9600],
    ['signer', 9603],
    ['relay', 9604],
    ['batcher', 9601],
    ['da', 9612],
    ['da-node', 9606],
    ['store', 9608],
    ['gateway', 9607],
    ['pds', 9609],
    ['push', 9611],
  ])
  expect(product.load({ flags: new Map(), env: {}, files: [] }).config.run.port).toBe(0)
})

test('command line › flags reach their keys as typed, files in their order', () => {
  const calls: Call[] = []
  const program = createProgram(
    {
      settings: product.settings,
      groups: { some: 'x' },
      commands: [{ name: 'some thing', about: 'x', keys: ['l2.url', 'run.json', 'run.lanes'], run: async () => 0 }],
    },
    { out: () => undefined, err: () => undefined },
    (call) => calls.push(call),
  )
  const line = 'some thing --l2 http://x --json --lanes 2 --config c.toml --dev d'
  program.parse(line.split(' '), { from: 'user' })
  expect([...(calls[0] as Call).flags]).toEqual([
    ['l2.url', 'http://x'],
    ['run.json', 'true'],
    ['run.lanes', '2'],
  ])
  expect(calls[0]?.files).toEqual(['d/dev.json', 'c.toml'])
})

test('help › of every command fits 80 columns, but for what is copied whole', () => {
  for (const { name } of product.commands) {
    let help = ''
    const program = createProgram(product, { out: (text) => (help += text), err: () => undefined }, () => undefined)
    expect(() => program.parse([...name.split(' '), '--help'], { from: 'user' })).toThrow()
    const [options = ''] = help.split('\nExamples:\n')
    const wide = options.split('\n').filter((line) => line.length > 80)
    expect([name, wide]).toEqual([name, []])
  }
})
