import { writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { stackFile, writeKeyFile } from '@parley/cli'
import { type DeploymentRecord, writeDeployment } from '@parley/infra'
import type { Stack } from './stack.ts'

/**
 * Writes where everything is into the data directory, as a configuration file for other commands, and beside it the key
 * that pays for them.
 * @returns its path.
 */
export async function writeStackFile(
  dataDir: string,
  { places, payer, record }: Stack,
  layer: string,
): Promise<string> {
  const { l1Url, l2Url, rollup, daLocalUrl, sequencerUrl, nodeUrl } = places
  const keyPath = resolve(dataDir, 'payer.key')
  writeKeyFile(keyPath, payer)
  const deploymentPath = resolve(dataDir, 'deployment.json')
  await writeDeployment(deploymentPath, record)
  const config = {
    deploy: { out: deploymentPath },
    l1: { url: l1Url, beaconUrl: l1Url, slots: 'block-number' },
    l2: { url: l2Url, rollup, ...besidesPlaces(record), key: `file:${keyPath}` },
    da: { layer, ...(daLocalUrl === undefined ? {} : { localUrl: daLocalUrl }) },
    sequencer: { url: sequencerUrl },
    ...(nodeUrl === undefined ? {} : { node: { url: nodeUrl } }),
  }
  const path = join(dataDir, stackFile)
  await writeFile(path, `${JSON.stringify(config, undefined, 2)}\n`)
  return path
}

/** Addresses of what stands beside the rollup under their configuration keys, as far as it was deployed. */
function besidesPlaces({ contracts }: DeploymentRecord): Record<string, string> {
  const { ContactDirectory, PublicInbox, Treasury, ParleyGovernor, ParleyVotes } = contracts
  return {
    ...(ContactDirectory && { directory: ContactDirectory.address }),
    ...(PublicInbox && { publicInbox: PublicInbox.address, publicInboxBlock: String(PublicInbox.block) }),
    ...(Treasury && { treasury: Treasury.address }),
    ...(ParleyGovernor && { governor: ParleyGovernor.address }),
    ...(ParleyVotes && { votes: ParleyVotes.address }),
  }
}
