import { constants } from 'node:fs'
import { access, readdir, stat, statfs } from 'node:fs/promises'
import { createServer } from 'node:net'
import { dirname, join, resolve } from 'node:path'
import { systemReason } from '@parley/runtime/files'
import type { Config } from '../config/config.ts'
import { metricsPortOf } from '../config/server-options.ts'
import { assertStamp } from '../role/store-stamp.ts'
import { examined, type Finding, finding } from './finding.ts'

/** Whether this is the Node that the project pins, which lies among its modules. */
export function checkNode(path = process.execPath, version = process.versions.node): Finding {
  const isPinned = /\/node_modules\/node\/bin\/node$/.test(path)
  return finding('node', isPinned ? 'OK' : 'NODE_OTHER', `Node ${version} at ${path}`)
}

const gib = 2 ** 30
/** Bytes free below which writing soon fails, and below which somebody should look. */
export const leastFree = { fault: gib, warning: 20 * gib } as const

/** The data directory, or the nearest directory above it that exists. */
async function existing(path: string): Promise<string> {
  for (let at = resolve(path); ; at = dirname(at)) {
    const found = await stat(at).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined
      throw error
    })
    if (found !== undefined || at === dirname(at)) return at
  }
}

/** Room, rights and stamps of a data directory. Changes nothing. @param bytesFree - What the disk says, in bytes. */
export async function checkDataDir(
  path: string,
  bytesFree: (at: string) => Promise<number> = freeBytes,
): Promise<Finding[]> {
  const at = await existing(path)
  const findings: Finding[] = []
  const free = await bytesFree(at)
  const shown = `${(free / gib).toFixed(1)} GiB free at ${at}`
  if (free < leastFree.fault) findings.push(finding('disk', 'DISK_FULL', shown))
  else findings.push(finding('disk', free < leastFree.warning ? 'DISK_LOW' : 'OK', shown))
  try {
    await access(at, constants.W_OK | constants.X_OK)
  } catch (error) {
    return [...findings, finding('data directory', 'DATA_DIR_READ_ONLY', `${at}: ${systemReason(error)}`)]
  }
  if (at !== resolve(path)) return [...findings, finding('data directory', 'OK', `${path} is made at the first start`)]
  const { mode } = await stat(at)
  const open = (mode & 0o022) !== 0
  return [
    ...findings,
    finding('data directory', open ? 'DATA_DIR_OPEN' : 'OK', `${path}, mode ${(mode & 0o777).toString(8)}`),
  ]
}

async function freeBytes(at: string): Promise<number> {
  const { bavail, bsize } = await statfs(at)
  return bavail * bsize
}

/** Whether the stores of a data directory are of this program's forms and of a deployment. */
export async function checkStores(path: string, deployment: string | undefined): Promise<Finding[]> {
  const names = await readdir(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  const found: Finding[] = []
  for (const name of names)
    found.push(
      ...(await examined(`store ${name}`, async () => {
        const stamp = await assertStamp(join(path, name), deployment)
        return stamp === undefined ? [] : finding(`store ${name}`, 'OK', `${stamp.store}, form ${stamp.form}`)
      })),
    )
  return found
}

/** Whether the ports are free that a role takes. */
export async function checkPorts(config: Config, port: number): Promise<Finding[]> {
  const { host } = config.run
  const metricsPort = metricsPortOf({ ...config, run: { ...config.run, port } })
  const wanted = new Map<string, number>([
    ['port', port],
    ...(metricsPort === undefined ? [] : [['metrics port', metricsPort] as const]),
    ...(config.p2p.on ? config.p2p.listen.flatMap(peerPort) : []),
  ])
  return Promise.all(
    [...wanted].map(async ([name, number]) => {
      const reason = await refusal(host, number)
      const place = `${host}:${number}`
      return reason === undefined ? finding(name, 'OK', place) : finding(name, 'PORT_REFUSED', `${place}: ${reason}`)
    }),
  )
}

/** The TCP port of an address of peers. */
function peerPort(address: string): (readonly [string, number])[] {
  const port = /\/tcp\/(\d{1,5})(?:\/|$)/.exec(address)?.[1]
  return port === undefined ? [] : [[`port of peers, ${address}`, Number(port)]]
}

/** Why nothing can listen there; undefined when it can. */
function refusal(host: string, port: number): Promise<string | undefined> {
  return new Promise((found) => {
    const server = createServer()
    server.once('error', (error) => found(systemReason(error)))
    server.listen({ host, port, exclusive: true }, () => server.close(() => found(undefined)))
  })
}
