import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { guardOptions } from '@parley/api/server'
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { configOf, type Key, keysOf, needed, settingOf, variableOf } from '../src/config/config.ts'
import { type ConfigSources, loadConfig } from '../src/config/load.ts'
import { Secret } from '../src/config/secret.ts'
import { settings } from '../src/config/settings.ts'
import { CliError, type CliFault } from '../src/faults.ts'

let directory: string
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'parley-config-'))
})
afterAll(() => rmSync(directory, { recursive: true }))

function fileOf(name: string, content: string): string {
  const path = join(directory, name)
  writeFileSync(path, content)
  return path
}

const keys = keysOf(settings)
const load = (sources: Partial<ConfigSources>) =>
  loadConfig(settings, { flags: new Map(), env: {}, files: [], ...sources })

function caught(run: () => unknown): unknown {
  try {
    run()
  } catch (error) {
    return error
  }
  throw new Error('nothing was refused')
}

function faultOf(run: () => unknown): CliFault {
  const error = caught(run)
  if (error instanceof CliError) return error.fault
  throw error
}

const flags = (...entries: [Key, string][]): ReadonlyMap<Key, string> => new Map(entries)

test('config › a flag counts more than a variable, a variable more than the file', () => {
  const file = fileOf('order.toml', '[run]\nport = 1\nlanes = 1\nhost = "a"\n')
  const env = { PARLEY_RUN_LANES: '2', PARLEY_RUN_HOST: 'b' }
  const { config, sources } = load({ files: [file], env, flags: flags(['run.host', 'c']) })
  expect(config.run).toMatchObject({ port: 1, lanes: 2, host: 'c' })
  expect([sources.get('run.port'), sources.get('run.lanes'), sources.get('run.host')]).toEqual([
    `file ${file}`,
    'variable PARLEY_RUN_LANES',
    'flag --host',
  ])
})

test('config › the file may be JSON and may be named by a variable', () => {
  const file = fileOf('named.json', '{"run":{"port":7}}')
  expect(load({ env: { PARLEY_CONFIG: file } }).config.run.port).toBe(7)
})

describe('config › refuses what it does not know', () => {
  it.each([
    ['a key', '[run]\nprot = 1\n', 'run.prot'],
    ['a section', '[runn]\nport = 1\n', 'runn.port'],
    ['a value outside a section', 'port = 1\n', 'port'],
  ])('%s of the file', (_, content, key) => {
    const file = fileOf('unknown.toml', content)
    expect(faultOf(() => load({ files: [file] }))).toEqual({ code: 'CONFIG_KEY_UNKNOWN', key, source: `file ${file}` })
  })

  it('a variable', () => {
    expect(faultOf(() => load({ env: { PARLEY_RUN_PROT: '1' } }))).toMatchObject({
      code: 'CONFIG_KEY_UNKNOWN',
      key: 'PARLEY_RUN_PROT',
    })
  })
})

describe('config › a bad number names key and source', () => {
  const reason = 'must be a whole number from 0 to 65535'
  it.each(['12abc', '1e3', '-1', '65536', '0x10', '', ' 1', '1.5'])('variable %j', (text) => {
    expect(faultOf(() => load({ env: { PARLEY_RUN_PORT: text } }))).toEqual({
      code: 'CONFIG_VALUE_INVALID',
      key: 'run.port',
      source: 'variable PARLEY_RUN_PORT',
      reason,
    })
  })

  it.each(['"1"', '1.5', '99999999999999999999', 'true'])('file %s', (text) => {
    const file = fileOf('number.json', `{"run":{"port":${text}}}`)
    expect(faultOf(() => load({ files: [file] }))).toEqual({
      code: 'CONFIG_VALUE_INVALID',
      key: 'run.port',
      source: `file ${file}`,
      reason,
    })
  })
})

test('config › a file that does not parse is refused with its path', () => {
  const file = fileOf('broken.toml', '[run\n')
  expect(faultOf(() => load({ files: [file] }))).toMatchObject({ code: 'CONFIG_FILE_UNREADABLE', path: file })
  const missing = join(directory, 'missing.toml')
  expect(faultOf(() => load({ files: [missing] }))).toMatchObject({ code: 'CONFIG_FILE_UNREADABLE', path: missing })
})

test.each([
  ['slip.toml', `[l2]\nkey = "0x${'5e'.repeat(32)}\n`, /^is no TOML: .* \(line 2, column \d+\)$/],
  ['bare.toml', '[l2]\nurl = http://u:5e5e@h/v3/5e5e\n', /^is no TOML: .* \(line 2, column \d+\)$/],
  ['slip.json', `{"l2": {"key": x5e5e}}`, /^is no JSON$/],
  ['open.json', `{"l2": {"key": "5e5e`, /^is no JSON \(line 1 column \d+\)$/],
])('config › a slip in %s is told without the text around it', (name, content, reason) => {
  const file = fileOf(name, content)
  const refused = caught(() => load({ files: [file] }))
  expect(refused).toMatchObject({ fault: { code: 'CONFIG_FILE_UNREADABLE', reason: expect.stringMatching(reason) } })
  // With what caused it.
  expect(inspect(refused)).not.toContain('5e5e')
})

test('config › is frozen', () => {
  const { config } = load({})
  expect(Object.isFrozen(config)).toBe(true)
  expect(Object.values(config).every((section) => Object.isFrozen(section))).toBe(true)
})

test('config › a value that a command needs and nobody gave names variable and flag', () => {
  expect(faultOf(() => needed(load({}).config, 'l2.url'))).toEqual({
    code: 'CONFIG_VALUE_MISSING',
    key: 'l2.url',
    variable: 'PARLEY_L2_URL',
    flag: '--l2',
  })
})

test('secret › neither text, nor JSON, nor inspection shows it', () => {
  const secret = new Secret('hunter2')
  expect([`${secret}`, JSON.stringify({ secret }), inspect({ secret })]).toEqual([
    '[secret]',
    '{"secret":"[secret]"}',
    '{ secret: [secret] }',
  ])
  expect(secret.reveal()).toBe('hunter2')
})

describe('config › every key', () => {
  it('has a variable of its own and, unless it is a secret, a flag of its own', () => {
    const variables = keys.map(variableOf)
    expect(new Set(variables).size).toBe(keys.length)
    const named = keys.map((key) => settingOf(settings, key).flag).filter((flag) => flag !== undefined)
    expect(new Set(named).size).toBe(named.length)
    expect(
      keys.filter((key) => settingOf(settings, key).secret && settingOf(settings, key).flag !== undefined),
    ).toEqual([])
  })

  it.each(keys)('%s › says what it does, takes its fallback and refuses a table', (key) => {
    const { about, fallback, schema } = settingOf(settings, key)
    expect(about).toMatch(/\.$/)
    if (fallback !== undefined && typeof fallback !== 'bigint') expect(schema.parse(fallback)).toEqual(fallback)
    const file = fileOf(
      'table.json',
      JSON.stringify({ [key.split('.')[0] as string]: { [key.split('.')[1] as string]: {} } }),
    )
    expect(faultOf(() => load({ files: [file] }))).toMatchObject({ code: 'CONFIG_VALUE_INVALID', key })
  })

  it('is found where its name says', () => {
    const config = configOf(settings, new Map(keys.map((key) => [key, key]))) as unknown as Record<
      string,
      Record<string, string>
    >
    for (const key of keys) expect(config[key.split('.')[0] as string]?.[key.split('.')[1] as string]).toBe(key)
  })
})

describe('config › Kubernetes', () => {
  test.each([
    ['PARLEY_PORT', 'tcp://10.0.0.1:80'],
    ['PARLEY_SERVICE_HOST', '10.0.0.1'],
    ['PARLEY_SEQUENCER_SERVICE_PORT_HTTP', '8080'],
    ['PARLEY_SEQUENCER_PORT_8080_TCP_ADDR', '10.0.0.1'],
    ['PARLEY_NODE_PORT_8080_TCP', 'tcp://10.0.0.1:8080'],
    // A Service called parley-run: the name of a key of ours.
    ['PARLEY_RUN_PORT', 'tcp://10.0.0.1:80'],
  ])('%s of a Service › names what to set in the pod', (name, value) => {
    const fault = faultOf(() => load({ env: { [name]: value } }))
    expect(fault).toMatchObject({ code: 'CONFIG_KEY_UNKNOWN', key: name })
    expect(fault).toMatchObject({ source: expect.stringContaining('enableServiceLinks: false') })
  })

  test('PARLEY_RUN_PORT as we mean it › is taken', () => {
    expect(load({ env: { PARLEY_RUN_PORT: '8080' } }).config.run.port).toBe(8080)
  })
})

test('config › proxies are named for the guard of every server', () => {
  const { http } = loadConfig(settings, {
    flags: new Map(),
    env: { PARLEY_HTTP_TRUSTED_PROXIES: '10.0.0.0/8,2001:db8::1' },
    files: [],
  }).config
  expect(http.trustedProxies).toEqual(['10.0.0.0/8', '2001:db8::1'])
  expect(guardOptions(http).trustedProxies).toEqual(http.trustedProxies)
})

describe('config › addresses and URLs at their edges', () => {
  const checksummed = '0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359'
  test.each([
    checksummed,
    checksummed.toLowerCase(),
    `0x${checksummed.slice(2).toUpperCase()}`,
    `\uFEFF${checksummed}\r\n`,
  ])('%j › is that address', (given) => {
    expect(load({ env: { PARLEY_L2_ROLLUP: given } }).config.l2.rollup).toBe(checksummed)
  })

  test('a mixed case that is no checksum › is refused as that', () => {
    const wrong = checksummed.replace('fB', 'Fb')
    expect(faultOf(() => load({ env: { PARLEY_L2_ROLLUP: wrong } }))).toMatchObject({
      code: 'CONFIG_VALUE_INVALID',
      reason: expect.stringContaining('EIP-55'),
    })
  })

  test.each([
    ['http://h:1/', 'http://h:1'],
    ['\uFEFFhttp://h:1\n', 'http://h:1'],
    ['http://[::1]:8545', 'http://[::1]:8545'],
    ['https://u:p@h/v3/KEY?apikey=K', 'https://u:p@h/v3/KEY?apikey=K'],
  ])('the URL %j › is %j', (given, url) => {
    expect(load({ env: { PARLEY_L2_URL: given } }).config.l2.url).toBe(url)
  })

  test('lists › may have spaces after their commas, and line ends', () => {
    const { config } = load({
      env: {
        PARLEY_SEQUENCER_RELAYS: 'http://[::1]:9601/, http://h:2\n',
        PARLEY_HTTP_TRUSTED_PROXIES: '\uFEFF10.0.0.0/8, ::1',
        PARLEY_DEPLOY_PHASES: 'contacts, inbox',
      },
    })
    expect(config.sequencer.relays).toEqual(['http://[::1]:9601', 'http://h:2'])
    expect(config.http.trustedProxies).toEqual(['10.0.0.0/8', '::1'])
    expect(config.deploy.phases).toEqual(['contacts', 'inbox'])
    expect(faultOf(() => load({ env: { PARLEY_SEQUENCER_RELAYS: 'http://h:1,,http://h:2' } }))).toMatchObject({
      code: 'CONFIG_VALUE_INVALID',
      key: 'sequencer.relays',
    })
  })

  test('servers in the order in which they are asked › are one URL or several, as text or as a list', () => {
    const one = fileOf('l1.json', '{"l1":{"url":"http://a:1/"}}')
    expect(load({ files: [one] }).config.l1.url).toEqual(['http://a:1'])
    const several = fileOf('l1s.json', '{"l1":{"url":["http://a:1","http://b:2"],"beaconUrl":"http://c:3,http://d:4"}}')
    const { l1 } = load({ files: [several], env: { PARLEY_L1_ARCHIVE_URL: 'http://e:5, http://f:6' } }).config
    expect([l1.url, l1.beaconUrl, l1.archiveUrl]).toEqual([
      ['http://a:1', 'http://b:2'],
      ['http://c:3', 'http://d:4'],
      ['http://e:5', 'http://f:6'],
    ])
    const refused = faultOf(() => load({ files: [fileOf('none.json', '{"l1":{"url":[]}}')] }))
    expect(refused).toMatchObject({ code: 'CONFIG_VALUE_INVALID', key: 'l1.url' })
  })

  test('a file with a byte-order mark › is read', () => {
    expect(load({ files: [fileOf('bom.json', '\uFEFF{"run":{"port":7}}')] }).config.run.port).toBe(7)
    expect(load({ files: [fileOf('bom.toml', '\uFEFF[run]\r\nport = 8\r\n')] }).config.run.port).toBe(8)
  })
})
