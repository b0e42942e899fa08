import { writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { deploymentPlaces, stackFile, writeKeyFile } from '@parley/cli'
import { writeDeployment } from '@parley/infra'
import type { Stack } from './stack.ts'
import type { CelestiaPlace } from './stack-config.ts'

/**
 * Writes where everything is into the data directory, as a configuration file for other commands, and beside it the key
 * that pays for them, the operator's, and the sequencer's process id.
 * @returns its path.
 */
export async function writeStackFile(
  dataDir: string,
  { places, payer, operator, record, roles }: Stack,
  layer: string,
): Promise<string> {
  const { l1Url, l2Url, daLocalUrl, altDaUrl, celestia, sequencerUrl, nodeUrl, relayUrl, messaging } = places
  const keyPath = resolve(dataDir, 'payer.key')
  writeKeyFile(keyPath, payer)
  writeKeyFile(resolve(dataDir, 'operator.key'), operator)
  await writeFile(resolve(dataDir, 'sequencer.pid'), `${roles.get('sequencer').pid}\n`)
  const deploymentPath = resolve(dataDir, 'deployment.json')
  await writeDeployment(deploymentPath, record)
  const config = {
    deploy: { out: deploymentPath },
    l1: { url: l1Url, beaconUrl: l1Url, slots: 'block-number' },
    l2: { url: l2Url, ...deploymentPlaces(deploymentPath), key: `file:${keyPath}` },
    da: {
      layer,
      ...(daLocalUrl !== undefined && { localUrl: daLocalUrl }),
      ...(altDaUrl !== undefined && { altDaUrl }),
      ...(celestia !== undefined && (await celestiaPlaces(dataDir, celestia))),
    },
    sequencer: { url: sequencerUrl },
    ...(nodeUrl === undefined ? {} : { node: { url: nodeUrl } }),
    ...(messaging !== undefined && {
      chat: {
        ...(relayUrl !== undefined && { relay: relayUrl }),
        gateways: messaging.gateways.map(({ url }) => url),
        stores: messaging.storeUrls,
      },
    }),
  }
  const path = join(dataDir, stackFile)
  await writeFile(path, `${JSON.stringify(config, undefined, 2)}\n`)
  return path
}

/** The token goes into a file of its own, as keys do. */
async function celestiaPlaces(dataDir: string, { url, chainId, token }: CelestiaPlace) {
  const path = resolve(dataDir, 'celestia.token')
  await writeFile(path, `${token}\n`, { mode: 0o600 })
  return { celestiaUrl: url, celestiaChainId: chainId, celestiaToken: `file:${path}` }
}
