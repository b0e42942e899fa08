import { type FileHandle, open, readdir, readFile, rename, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { makeDirectory } from '@parley/runtime/files'
import { CliError } from '../faults.ts'
import { type StoreKind, storeKinds } from './store-kinds.ts'

/** File beside the tables of a store. */
const stampName = 'parley-store.json'

export interface Stamp {
  readonly store: string
  readonly form: number
  /** The deployment that the store belongs to; left out where a store has none. */
  readonly deployment?: string | undefined
}

/** A store's stamp, held open: its file is the store's own as long as the path leads to it. */
export interface HeldStamp {
  readonly path: string
  readonly handle: FileHandle
}

/**
 * Makes the directory of a store and stamps it, or checks the stamp that is there.
 * @throws {CliError} `STORE_FORM_UNKNOWN`, `STORE_OTHER`.
 */
export async function stampStore(
  directory: string,
  kind: StoreKind,
  deployment: string | undefined,
): Promise<HeldStamp> {
  await makeDirectory(directory)
  const path = join(directory, stampName)
  const expected: Stamp = { store: kind, form: storeKinds[kind].form, deployment }
  const found = await readStamp(path)
  if (found === undefined && (await readdir(directory)).includes('CURRENT'))
    throw formUnknown(path, 'a store without a form number', formOf(kind))
  if (found === undefined) await writeStamp(path, expected)
  else assertFits(path, kind, found, expected)
  return { path, handle: await open(path, 'r') }
}

/**
 * Reads the stamp of a store without opening anything.
 * @param deployment - What it must belong to; whatever it says when left out.
 * @returns undefined where there is no stamp. @throws {CliError} `STORE_FORM_UNKNOWN`, `STORE_OTHER`.
 */
export async function assertStamp(directory: string, deployment: string | undefined): Promise<Stamp | undefined> {
  const path = join(directory, stampName)
  const text = await readStamp(path)
  if (text === undefined) return undefined
  const stamp = parseStamp(text)
  if (stamp === undefined || !isKind(stamp.store)) throw formUnknown(path, 'a damaged stamp', 'stores of this program')
  const owner = stamp.deployment === undefined ? undefined : (deployment ?? stamp.deployment)
  assertFits(path, stamp.store, text, { store: stamp.store, form: storeKinds[stamp.store].form, deployment: owner })
  return stamp
}

const isKind = (name: string): name is StoreKind => name in storeKinds

/** Whether the path still leads to the file that was stamped. */
export async function isInPlace({ path, handle }: HeldStamp): Promise<boolean> {
  // The open handle keeps the number of its file from being given to another.
  const held = await handle.stat()
  try {
    const now = await stat(path)
    return now.ino === held.ino && now.dev === held.dev
  } catch (error) {
    if (isCode(error, 'ENOENT') || isCode(error, 'ENOTDIR')) return false
    throw error
  }
}

function assertFits(path: string, kind: StoreKind, found: string, expected: Stamp): void {
  const stamp = parseStamp(found)
  if (stamp === undefined) throw formUnknown(path, 'a damaged stamp', formOf(kind))
  if (stamp.store !== expected.store)
    throw new CliError({
      code: 'STORE_OTHER',
      path,
      field: 'store',
      expected: expected.store,
      received: stamp.store,
      cure: 'give each role a data directory of its own',
    })
  if (stamp.form !== expected.form) throw formUnknown(path, `form ${stamp.form}`, formOf(kind))
  if (stamp.deployment !== expected.deployment)
    throw new CliError({
      code: 'STORE_OTHER',
      path,
      field: 'deployment',
      expected: expected.deployment ?? 'none',
      received: stamp.deployment ?? 'none',
      cure: 'the data belong to another chain: start over an empty directory, or with the L2 and rollup they belong to',
    })
}

function parseStamp(text: string): Stamp | undefined {
  try {
    const { store, form, deployment } = JSON.parse(text) as Partial<Record<keyof Stamp, unknown>>
    if (typeof store !== 'string' || !Number.isSafeInteger(form)) return undefined
    if (deployment !== undefined && typeof deployment !== 'string') return undefined
    return { store, form: Number(form), deployment }
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return undefined
    throw error
  }
}

async function readStamp(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (isCode(error, 'ENOENT') || isCode(error, 'ENOTDIR')) return undefined
    throw error
  }
}

/** The whole stamp or none: it is durable before the store is. */
async function writeStamp(path: string, stamp: Stamp): Promise<void> {
  const partial = `${path}.partial`
  const file = await open(partial, 'w')
  try {
    await file.writeFile(`${JSON.stringify(stamp)}\n`)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(partial, path)
  const directory = await open(dirname(path), 'r')
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}

function formUnknown(path: string, found: string, known: string): CliError {
  return new CliError({ code: 'STORE_FORM_UNKNOWN', path, found, known })
}

const formOf = (kind: StoreKind): string => `form ${storeKinds[kind].form} of ${kind}`

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
