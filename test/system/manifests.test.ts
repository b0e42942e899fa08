import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { product, settings, variableOf } from '@parley/cli'
import { drainSeconds, metricsApart, p2pPort, type RoleDescription, roleEntries, roleUser } from '@parley/infra/roles'
import { expect, onTestFinished, test } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { manifests } from '../src/manifests/manifests.ts'
import { binaryPath } from '../src/manifests/places.ts'

const root = new URL('../../infra/manifests/', import.meta.url)

function committed(): string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(new URL(root).pathname.length))
}

const textOf = (path: string): string => readFileSync(new URL(path, root), 'utf8')

test('manifests › are those of the description: npm run manifests writes them', () => {
  const made = manifests()
  expect(committed().toSorted()).toEqual([...made.keys()].toSorted())
  for (const [path, text] of made) expect([path, textOf(path)]).toEqual([path, text])
})

test('description › has every role that serves but the local layer, with the port that it takes by itself', () => {
  const serving = product.commands.filter(({ serves }) => serves === true)
  const described = new Map(roleEntries.map(([name, { port }]) => [name as string, port]))
  for (const { name, fallbacks } of serving)
    if (name !== 'da') expect([name, described.get(name)]).toEqual([name, fallbacks?.['run.port']])
  expect(described.size).toBe(serving.length - 1)
  expect(new Set([...described.values()].flatMap((port) => [port, port + metricsApart]).concat(p2pPort)).size).toBe(
    2 * described.size + 1,
  )
})

const known = new Map(Object.keys(settings).map((key) => [variableOf(key), key as keyof typeof settings]))

/** What a role is given in one of the forms: its command line and variables. */
interface Start {
  readonly form: string
  readonly args: readonly string[]
  readonly variables: Readonly<Record<string, string>>
}

interface Composed {
  readonly command: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  readonly ports: readonly string[]
  readonly user: string
  readonly stop_signal: string
  readonly stop_grace_period: string
  readonly healthcheck: { readonly test: readonly string[] }
}

interface Probe {
  readonly httpGet: { readonly path: string; readonly port: number }
}

interface Pod {
  readonly enableServiceLinks: boolean
  readonly terminationGracePeriodSeconds: number
  readonly securityContext: { readonly runAsUser: number; readonly runAsNonRoot: boolean }
  readonly containers: readonly [
    {
      readonly args: readonly string[]
      readonly env: readonly { readonly name: string; readonly value: string }[]
      readonly readinessProbe: Probe
      readonly livenessProbe: Probe
    },
  ]
  readonly volumes: readonly { readonly name: string; readonly secret?: { readonly defaultMode: number } }[]
}

const composedOf = (name: string): Composed => parse(textOf('compose.yaml')).services[name]
const podOf = (name: string): Pod =>
  parseAllDocuments(textOf(`kubernetes/parley-${name}.yaml`))[1]?.toJS().spec.template.spec
const unitLines = (name: string, word: string): string[] =>
  textOf(`systemd/parley-${name}.service`)
    .split('\n')
    .flatMap((line) => (line.startsWith(`${word}=`) ? [line.slice(word.length + 1)] : []))

function startsOf(name: string): Start[] {
  const [exec = ''] = unitLines(name, 'ExecStart')
  const [binary, ...args] = exec.split(' ')
  expect(binary).toBe(binaryPath)
  const variables = Object.fromEntries(
    unitLines(name, 'Environment').map((line) => line.split('=', 2) as [string, string]),
  )
  const composed = composedOf(name)
  const [container] = podOf(name).containers
  return [
    { form: 'systemd', args, variables },
    { form: 'compose', args: composed.command, variables: composed.environment },
    {
      form: 'kubernetes',
      args: container.args,
      variables: Object.fromEntries(container.env.map(({ name: key, value }) => [key, value])),
    },
  ]
}

test.each(roleEntries)('%s › is given only what settings are, and keys by files', (name, role: RoleDescription) => {
  for (const { form, args, variables } of startsOf(name)) {
    expect([form, args.slice(0, 5)]).toEqual([
      form,
      [name, '--config', `/etc/parley/${name}.toml`, '--data', `/var/lib/parley/${name}`],
    ])
    for (const [variable, value] of Object.entries(variables)) {
      const key = known.get(variable)
      expect([variable, key]).not.toEqual([variable, undefined])
      if (key !== undefined && settings[key].secret) expect(value).toMatch(/^file:/)
    }
    expect(Object.keys(variables)).toEqual(
      expect.arrayContaining(role.secrets.map(({ setting }) => variableOf(setting))),
    )
  }
})

test.each(roleEntries)('%s › drains, and is asked where it answers', (name, role: RoleDescription) => {
  const health = role.health === undefined ? role.port : role.port + metricsApart
  expect(unitLines(name, 'KillSignal')).toEqual(['SIGTERM'])
  expect(unitLines(name, 'TimeoutStopSec')).toEqual([`${drainSeconds}`])
  expect(unitLines(name, 'User')).toEqual([roleUser.name])
  const composed = composedOf(name)
  expect([composed.stop_signal, composed.stop_grace_period]).toEqual(['SIGTERM', `${drainSeconds}s`])
  expect(composed.user).toBe(`${roleUser.id}:${roleUser.id}`)
  expect(composed.ports).toEqual(expect.arrayContaining([`${role.port}:${role.port}`]))
  expect(composed.healthcheck.test.join(' ')).toContain(`:${health}/readyz`)
  const pod = podOf(name)
  expect([pod.enableServiceLinks, pod.terminationGracePeriodSeconds]).toEqual([false, drainSeconds])
  expect(pod.securityContext).toMatchObject({ runAsUser: roleUser.id, runAsNonRoot: true })
  const [{ readinessProbe, livenessProbe }] = pod.containers
  expect([readinessProbe.httpGet, livenessProbe.httpGet]).toEqual([
    { path: '/readyz', port: health },
    { path: '/healthz', port: health },
  ])
  for (const { secret } of pod.volumes) if (secret !== undefined) expect(secret.defaultMode & 0o027).toBe(0)
})

test('drain › is longer than a role takes to end', () => {
  const own = /const graceMs = ([\d_]+)/.exec(
    readFileSync(new URL('../../cli/src/main.ts', import.meta.url), 'utf8'),
  )?.[1]
  expect(Number(own?.replaceAll('_', ''))).toBeLessThan(drainSeconds * 1_000)
})

test('sequencer › its mark is not where systemd puts keys, which is gone after a restart', () => {
  for (const { variables } of startsOf('sequencer'))
    expect(variables.PARLEY_SEQUENCER_MARK_DIR).toBe('/var/lib/parley/signed')
  expect(unitLines('sequencer', 'StateDirectory')).toEqual(['parley/sequencer parley/signed'])
})

test('units › are what systemd takes', ({ annotate }) => {
  if (spawnSync('systemd-analyze', ['--version']).error !== undefined)
    return annotate('systemd-analyze is not here: units are not verified')
  const directory = mkdtempSync(join(tmpdir(), 'parley-units-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  const paths = roleEntries.map(([name]) => {
    const path = join(directory, `parley-${name}.service`)
    // What is not installed here cannot be executable here.
    writeFileSync(path, textOf(`systemd/parley-${name}.service`).replace(binaryPath, '/bin/true'))
    return path
  })
  const { stdout, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', ...paths], { encoding: 'utf8' })
  const ours = `${stdout}${stderr}`.split('\n').filter((line) => line.includes('parley-'))
  expect(ours).toEqual([])
})
