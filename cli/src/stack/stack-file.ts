import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stackFile } from '../program.ts'
import type { StackPlaces } from './stack.ts'

/** Writes where everything is into the data directory, as a configuration file for other commands. @returns its path. */
export async function writeStackFile(dataDir: string, places: StackPlaces, layer: string): Promise<string> {
  const { l1Url, l2Url, rollup, daLocalUrl, sequencerUrl, nodeUrl } = places
  const config = {
    l1: { url: l1Url, beaconUrl: l1Url },
    l2: { url: l2Url, rollup },
    da: { layer, ...(daLocalUrl === undefined ? {} : { localUrl: daLocalUrl }) },
    sequencer: { url: sequencerUrl },
    ...(nodeUrl === undefined ? {} : { node: { url: nodeUrl } }),
  }
  const path = join(dataDir, stackFile)
  await writeFile(path, `${JSON.stringify(config, undefined, 2)}\n`)
  return path
}
