import { readFileSync } from 'node:fs'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { product } from '../src/commands.ts'
import { ports } from '../src/config/ports.ts'
import { codesTable, examined } from '../src/doctor/finding.ts'
import { checkDataDir, checkNode, leastFree } from '../src/doctor/machine.ts'
import { roleKeys } from '../src/doctor/settings.ts'

test('doctor › its page has every code as it is', () => {
  const page = readFileSync(new URL('../../docs/operators/doctor.md', import.meta.url), 'utf8')
  expect(page).toContain(codesTable())
})

test('doctor › knows every role that serves, and its port', () => {
  const serving = product.commands.filter(({ serves }) => serves === true).map(({ name }) => name)
  expect(Object.keys(roleKeys).toSorted()).toEqual(serving.toSorted())
  expect(Object.keys(ports)).toEqual(expect.arrayContaining(serving))
})

test('doctor › the Node is that among the modules', () => {
  expect(checkNode('/opt/parley/node_modules/node/bin/node', '24.0.0').code).toBe('OK')
  expect(checkNode('/usr/bin/node', '24.0.0').code).toBe('NODE_OTHER')
})

const codesOf = async (path: string, free: number) =>
  (await checkDataDir(path, async () => free)).map(({ check, code }) => [check, code])

test('doctor › room and rights of a data directory', async () => {
  const path = await mkdtemp(join(tmpdir(), 'parley-doctor-'))
  onTestFinished(() => rm(path, { recursive: true }))
  expect(await codesOf(path, leastFree.warning)).toEqual([
    ['disk', 'OK'],
    ['data directory', 'OK'],
  ])
  expect(await codesOf(join(path, 'none', 'yet'), leastFree.warning - 1)).toEqual([
    ['disk', 'DISK_LOW'],
    ['data directory', 'OK'],
  ])
  await chmod(path, 0o777)
  expect(await codesOf(path, leastFree.fault - 1)).toEqual([
    ['disk', 'DISK_FULL'],
    ['data directory', 'DATA_DIR_OPEN'],
  ])
})

test('doctor › a defect of its own is no finding', async () => {
  const defect = new TypeError('of doctor itself')
  await expect(examined('this', () => Promise.reject(defect))).rejects.toBe(defect)
})
