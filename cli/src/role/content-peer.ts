import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import type { OpenContentPeer } from '@parley/content/store'
import { CliError } from '../faults.ts'

/** Brings as much as half of all roles do, and hardly a store needs it: no dependency, or servers would install it. */
export const bitswapPackage = '@parley/bitswap'

const { resolve } = createRequire(import.meta.url)

function placeOf(name: string): string {
  try {
    return resolve(name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error
    const cure = `npm ci --omit=dev -w @parley/server -w ${name}`
    throw new CliError({ code: 'PACKAGE_MISSING', package: name, setting: 'store.bitswap', cure }, { cause: error })
  }
}

/** How a package opens a store’s peer. @throws {CliError} `PACKAGE_MISSING`. */
export async function contentPeerOf(name: string): Promise<OpenContentPeer> {
  const { openBitswap } = (await import(pathToFileURL(placeOf(name)).href)) as { openBitswap: OpenContentPeer }
  return openBitswap
}
